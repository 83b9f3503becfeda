"""By which words a deal is found: those of its number, its customer's name and address, and its account."""

import unicodedata
from collections.abc import Iterable
from itertools import groupby
from typing import Final

MOST_WORDS: Final = 60
"""Words by which one deal is found: a name of two hundred letters without a vowel is no reason to fill a table."""
MOST_LETTERS: Final = 40
"""Letters of a word that count."""
MOST_READ: Final = 1_000
"""Letters of a text that are looked at."""
MOST_ASKED: Final = 6
"""Words of one search that count."""
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n"}
)
"""Letters of the Latin script that Unicode does not take apart into a plain one and a mark."""


_SIGNS: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
"""Of ASCII, where there is nothing to take apart."""


def words_of(*texts: str) -> list[str]:
    """The words of these texts, each once and in order: without case, accents and signs.

    A number behind letters is a word too, without its leading noughts: DE0004711 is found by 4711.
    """
    found = (word for text in texts for word in _cut(text))
    return list(dict.fromkeys(part for word in found for part in (word, _number_of(word)) if part))[
        :MOST_WORDS
    ]


def asked_for(search: str) -> list[str]:
    """The words that somebody looks for; each is the beginning of a word of what they mean."""
    return list(dict.fromkeys(_cut(search)))[:MOST_ASKED]


def _cut(text: str) -> Iterable[str]:
    if text.isascii():
        yield from (word[:MOST_LETTERS] for word in text[:MOST_READ].lower().translate(_SIGNS).split())
        return
    # Letter by letter, since the marks are left out: to put many of them in order takes the square of their number.
    apart = "".join(unicodedata.normalize("NFKD", letter) for letter in text[:MOST_READ].casefold())
    letters = (one for one in apart.translate(_PLAIN).casefold() if unicodedata.category(one) != "Mn")
    for is_word, group in groupby(letters, str.isalnum):
        if is_word:
            yield "".join(group)[:MOST_LETTERS]


def _number_of(word: str) -> str:
    """The number at the end of a word that is more than that number."""
    digits = word[len(word.rstrip("0123456789")) :].lstrip("0")
    return digits if digits != word else ""
