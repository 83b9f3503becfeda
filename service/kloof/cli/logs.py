"""What is written down while kloof runs: no key to a survey, and nobody's address, whoever quotes it.

kloof itself logs neither. But a server repeats the line that it could not read, and a database the row that it refused.
As lines of text, from warnings on; or, for programs, as JSON, with a line for each request as well.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final, Literal

import click

FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_PERSONAL_PATH = re.compile(r"/(s|k|opt-out|sign-in|weekly)/[^\s'\"<>]+")
_TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")
# It begins where a word begins: tried at every letter of a long word it would take the square of its length.
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),:;=/])[^\s<>\"'(),:;=/]+@[^\s<>\"'(),:;=/]+")


def discreet(text: str) -> str:
    """The text without what stands behind a personal path, without tokens, and without e-mail addresses."""
    text = _PERSONAL_PATH.sub(r"/\1/…", text)
    return _ADDRESS.sub("…@…", _TOKEN.sub("…", text))


Kind = Literal["text", "json"]
TOLD: Final = ("kloof.requests", "kloof.mails", "kloof.news")
"""What is told as JSON that is no warning."""


class Discreet(logging.Formatter):
    """Lines of a log, and the traces of errors under them, made discreet; with the name of the request behind them."""

    def format(self, record: logging.LogRecord) -> str:
        name = _request()
        return discreet(super().format(record)) + (f" (request {name})" if name else "")


class Structured(logging.Formatter):
    """Each line an object of JSON, as discreet."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": discreet(record.getMessage()),
        }
        if name := _request():
            told["request"] = name
        told |= getattr(record, "facts", {})
        if record.exc_info:
            told["trace"] = discreet(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def _request() -> str:
    # It brings peewee along; who reads the help should not wait for that.
    from kloof.storage import of_this_request

    return of_this_request.name()


def formatter(kind: Kind, text: str = FORMAT, date: str | None = None) -> logging.Formatter:
    """What makes the lines of a log of this kind; `text` and `date`: their form where they are text."""
    return Structured() if kind == "json" else Discreet(text, date)


def be_discreet(kind: Kind = "text") -> None:
    """Let what nobody else writes down go to stderr, discreetly: from WARNING on, and as JSON every request too."""
    if kind == "text":
        if logging.lastResort:
            logging.lastResort.setFormatter(Discreet(FORMAT))
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Structured())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in TOLD:
        logging.getLogger(name).setLevel(logging.INFO)


def say(kind: Kind, news: str) -> None:
    """A line of news of a worker: as text to stdout, as JSON where all else goes."""
    if kind == "json":
        _news.info("%s", news)
    else:
        click.echo(discreet(news))


_news: Final = logging.getLogger("kloof.news")
