"""A text in both languages of the product, and one way to write each letter."""

import unicodedata
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

MOST_MARKS: Final = 30
"""Marks on one letter, as the Stream-Safe Text Format has it (UAX #15): no language needs half as many."""
_SHORT: Final = 256

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Text(BaseModel):
    """The same text in Dutch and in English; both are required. `text["nl"]` picks one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nl: Sentence
    en: Sentence

    def __getitem__(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en


def composed(text: str) -> str:
    """The text with one code for each letter (NFC); left as it is where a letter bears more than MOST_MARKS marks.

    To put marks in order takes the square of their number: 60,000 on one letter would take a process 30 seconds.
    """
    if text.isascii():
        return text
    marks = 0
    for letter in text if len(text) > _SHORT else "":
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MOST_MARKS:
            return text
    return unicodedata.normalize("NFC", text)
