"""One spelling for a name or a number that people type, paste and export: what cannot be seen does not count."""

import unicodedata
from typing import Final

MOST_MARKS: Final = 30
"""Marks on one letter, as the Stream-Safe Text Format has it (UAX #15): no language needs half as many."""
_SHORT: Final = 256
_BREAKS: Final = str.maketrans(dict.fromkeys("\r\x85\u2028\u2029", "\n"))
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_JOINERS: Final = frozenset("\u200c\u200d")
_CASELESS: Final = frozenset({"Lo", "Mn", "Mc", "Me", "So", "Sk"})
"""Letters of scripts without capitals, their marks, and pictures: there a joiner changes what is read."""
_FLAG, _FIRST_TAG, _LAST_TAG = "\U0001f3f4", "\U000e0020", "\U000e007f"
_SEEN: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that are drawn: signs that stand around an Arabic, Syriac or Kaithi number."""


def spelled(text: str) -> str:
    """A name in its one spelling: NFC, every space or line break one plain space, without letters that nobody sees.

    Marks of direction, soft hyphens and byte order marks go. A joiner stays where it changes what is read: between
    letters of a script that joins them, and inside one emoji.
    """
    text = composed(text)
    if text.isprintable():
        return " ".join(text.split())
    seen = (letter for at, letter in enumerate(text) if not _is_unseen(text, at))
    # To take a letter out can bring two together that are written as one.
    return composed(" ".join("".join(seen).split()))


def written(text: str) -> str:
    """What somebody wrote, perhaps over several lines, without the marks that nobody sees; NFC, line breaks as \\n.

    A pasted telephone number brings marks of direction along, and an override of it (UAX #9) can make a sentence read
    as its opposite. Hard spaces are plain ones; tabs, and spaces side by side, stay.
    """
    text = text.replace("\r\n", "\n").translate(_BREAKS)
    if not text.isascii():
        text = composed(text)
        seen = (_plain(letter) for at, letter in enumerate(text) if not _is_unseen(text, at))
        text = composed("".join(seen))
    return text.strip()


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


def unprintable(text: str) -> str:
    """The first letter that can stand in no name, such as a bell or half an emoji; empty where all can."""
    return "" if text.isprintable() else next((letter for letter in text if _is_no_letter(letter)), "")


def in_spreadsheet(text: str) -> str:
    """A text for a cell of a CSV file: with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def from_spreadsheet(cell: str) -> str:
    """The text that `in_spreadsheet` wrote."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _plain(letter: str) -> str:
    return " " if unicodedata.category(letter) == "Zs" else letter


def _is_unseen(text: str, at: int) -> bool:
    letter = text[at]
    if unicodedata.category(letter) != "Cf" or letter in _SEEN:
        return False
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if letter in _JOINERS:
        return not (before and after and _joins(before) and _joins(after))
    if _FIRST_TAG <= letter <= _LAST_TAG:
        return not (before == _FLAG or _FIRST_TAG <= before <= _LAST_TAG)
    return True


def _joins(letter: str) -> bool:
    return unicodedata.category(letter) in _CASELESS


def _is_no_letter(letter: str) -> bool:
    if letter.isprintable():
        return False
    # An emoji younger than Python's tables is unassigned there, and a letter all the same.
    return unicodedata.category(letter) in {"Cc", "Cs", "Co"} or ord(letter) & 0xFFFE == 0xFFFE
