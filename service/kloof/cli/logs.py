"""What is written down while kloof runs: no key to a survey, and nobody's address, whoever quotes it.

kloof itself logs neither. But a server repeats the line that it could not read, and a database the row that it refused.
"""

import logging
import re
from typing import Final

FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_PERSONAL_PATH = re.compile(r"/(s|k|opt-out|sign-in|weekly)/[^\s'\"<>]+")
_TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")
# It begins where a word begins: tried at every letter of a long word it would take the square of its length.
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),:;=/])[^\s<>\"'(),:;=/]+@[^\s<>\"'(),:;=/]+")


def discreet(text: str) -> str:
    """The text without what stands behind a personal path, without tokens, and without e-mail addresses."""
    text = _PERSONAL_PATH.sub(r"/\1/…", text)
    return _ADDRESS.sub("…@…", _TOKEN.sub("…", text))


class Discreet(logging.Formatter):
    """Lines of a log, and the traces of errors under them, made discreet."""

    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))


def be_discreet() -> None:
    """Let what nobody else writes down, which goes to stderr from WARNING on, be discreet too."""
    if logging.lastResort:
        logging.lastResort.setFormatter(Discreet(FORMAT))
