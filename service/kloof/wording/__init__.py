"""What kloof says to people, in English in the code and in Dutch in nl.po beside this file.

Babel reads the catalogue when the process starts: there is no compiled file that somebody can forget to make.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from kloof.domain.text import Language, one_stop

Translate = Callable[..., str]
_LONG: Final = 10_000


@cache
def catalogue() -> dict[str, str]:
    """English sentence → Dutch sentence."""
    with (Path(__file__).parent / "nl.po").open("rb") as file:
        messages = read_po(file, locale="nl")
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}


@cache
def translator(language: Language) -> Translate:
    """A function from the English sentence, with {names} to fill in, to the sentence in `language`.

    Raises KeyError for a sentence that has no Dutch: better a failing test than a page in two languages.
    """
    dutch = catalogue() if language == "nl" else {}

    def say(english: str, /, **facts: object) -> str:
        sentence = dutch[english] if language == "nl" else english
        known = {name: in_digits(fact, language) for name, fact in facts.items()}
        return one_stop(sentence.format(**known)) if facts else sentence

    return say


def in_digits(fact: object, language: Language) -> object:
    """A count that is long as this language writes it, 50.000 in Dutch and 50,000 in English; anything else as it is.

    Below 10,000 a number may be a year.
    """
    if not isinstance(fact, int) or -_LONG < fact < _LONG:
        return fact
    return f"{fact:,}" if language == "en" else f"{fact:,}".replace(",", ".")
