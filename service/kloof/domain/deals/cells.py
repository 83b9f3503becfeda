"""The cells of one line of a file from a CRM, and what can be wrong with each."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kloof.domain import addresses
from kloof.domain.deals.reading.columns import PLAIN, ColumnMapping, DayOrder
from kloof.domain.errors import Reason, Refused
from kloof.domain.spelling import spelled, unprintable
from kloof.domain.text import LANGUAGES, Language

LONGEST = 200
FIRST_DAY, DAY_AFTER_LAST = date(1990, 1, 1), date(2099, 1, 1)
"""Days outside of this stand in programs for no day: 0001-01-01, 1899-12-30, 1900-01-01, 1970-01-01, 9999-12-31."""
LIKE = {DayOrder.ISO: "2026-03-31", DayOrder.DAY_FIRST: "31-3-2026"}
"""How a day is written, as people are shown it."""
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?: 0?0:00(?::00)?)?")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{2,3}")


def is_day_first(text: str) -> bool:
    """Whether a day may stand here as Dutch Excel writes it, 27-11-2026; whether it does, only who made it can say."""
    return _DAY_FIRST.fullmatch(text) is not None


@cache
def is_time_zone(name: str) -> bool:
    """Whether the time zone database knows this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


class Cells:
    """The cells of one line; asking for a bad one notes what is wrong and gives something harmless."""

    def __init__(self, values: Mapping[str, str], mapping: ColumnMapping = PLAIN) -> None:
        self.values = {name: spelled(value) for name, value in values.items()}
        self.mapping = mapping
        self.wrong: list[Refused] = []

    def _note(self, reason: Reason, name: str, what: str) -> None:
        value, title = self.values.get(name, ""), self.mapping.title(name)
        shown = f"{title} {value!r}" if value else title
        like = LIKE[self.mapping.dates]
        self.wrong.append(Refused(reason, f"{shown} {what}", column=name, value=value, like=like))

    def text(self, name: str, most: int = LONGEST) -> str:
        value, title = self.values.get(name, ""), self.mapping.title(name)
        if not value:
            self._note(Reason.CELL_EMPTY, name, "is empty")
        elif len(value) > most:
            what = f"{title} holds {len(value)} characters, and at most {most} fit"
            self.wrong.append(Refused(Reason.CELL_TOO_LONG, what, column=name, letters=len(value), most=most))
        elif letter := unprintable(value):
            code = f"U+{ord(letter):04X}"
            what = (
                f"{title} holds a character that cannot be printed ({code}, number {value.index(letter) + 1})"
            )
            self.wrong.append(
                Refused(Reason.CELL_UNFIT, what, column=name, letter=code, at=value.index(letter) + 1)
            )
        return value

    def number(self, name: str, most: int) -> str:
        """A number of the CRM's own, which Excel may have taken for one to reckon with."""
        value = self.text(name, most)
        if _ROUNDED.fullmatch(value):
            self._note(Reason.NUMBER_ROUNDED, name, "was rounded by Excel, and its last digits are gone")
        return value

    def maybe_number(self, name: str, most: int) -> str:
        return self.number(name, most) if self.values.get(name) else ""

    def maybe_text(self, name: str, most: int = LONGEST) -> str:
        return self.text(name, most) if self.values.get(name) else ""

    def maybe_address(self, name: str) -> str:
        return self.address(name) if self.values.get(name) else ""

    def time_zone(self, name: str) -> str:
        value = self.maybe_text(name, most=64)
        if value and not is_time_zone(value):
            self._note(Reason.NOT_A_TIME_ZONE, name, "is not a time zone like Europe/Amsterdam")
        return value

    def address(self, name: str) -> str:
        value = self.values.get(name, "")
        if not value:
            return self.text(name)
        try:
            return addresses.canonical(value)
        except Refused as refusal:
            here = Refused(refusal.reason, f"{self.mapping.title(name)} {refusal}", column=name)
            here.facts |= refusal.facts
            self.wrong.append(here)
            return value

    def language(self, name: str) -> Language:
        value = self.text(name).lower()
        for language in LANGUAGES:
            if value == language:
                return language
        if value:
            self._note(Reason.NOT_A_LANGUAGE, name, f"is not one of {', '.join(LANGUAGES)}")
        return "nl"

    def day(self, name: str) -> date:
        return self.maybe_day(name) or self._no_day(name)

    def maybe_day(self, name: str) -> date | None:
        value = self.values.get(name, "")
        if not value:
            return None
        try:
            day = self._read_day(value)
        except ValueError:
            self._note(Reason.NOT_A_DAY, name, f"is not a date like {LIKE[self.mapping.dates]}")
            return date.min
        if not FIRST_DAY <= day < DAY_AFTER_LAST:
            self._note(Reason.DAY_STANDS_IN, name, "is what a program writes where it knows no date")
        return day

    def _read_day(self, value: str) -> date:
        found = _DAY_FIRST.fullmatch(value) if self.mapping.dates is DayOrder.DAY_FIRST else None
        if found is None:
            return date.fromisoformat(value)
        day, month, year = map(int, found.groups())
        return date(year, month, day)

    def _no_day(self, name: str) -> date:
        self._note(Reason.CELL_EMPTY, name, "is empty")
        return date.min
