"""The cells of one line of a file from a CRM, and what can be wrong with each."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kloof.domain import addresses
from kloof.domain.errors import Reason, Refused
from kloof.domain.spelling import spelled, unprintable
from kloof.domain.text import LANGUAGES, Language

LONGEST = 200
FIRST_DAY, DAY_AFTER_LAST = date(1990, 1, 1), date(2099, 1, 1)
"""Days outside of this stand in programs for no day: 0001-01-01, 1899-12-30, 1900-01-01, 1970-01-01, 9999-12-31."""


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

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {name: spelled(value) for name, value in values.items()}
        self.wrong: list[Refused] = []

    def _note(self, reason: Reason, name: str, what: str) -> None:
        value = self.values.get(name, "")
        shown = f"{name} {value!r}" if value else name
        self.wrong.append(Refused(reason, f"{shown} {what}", column=name, value=value))

    def text(self, name: str, most: int = LONGEST) -> str:
        value = self.values.get(name, "")
        if not value:
            self._note(Reason.CELL_EMPTY, name, "is empty")
        elif len(value) > most:
            what = f"{name} holds {len(value)} characters, and at most {most} fit"
            self.wrong.append(Refused(Reason.CELL_TOO_LONG, what, column=name, letters=len(value), most=most))
        elif letter := unprintable(value):
            code = f"U+{ord(letter):04X}"
            what = (
                f"{name} holds a character that cannot be printed ({code}, number {value.index(letter) + 1})"
            )
            self.wrong.append(
                Refused(Reason.CELL_UNFIT, what, column=name, letter=code, at=value.index(letter) + 1)
            )
        return value

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
            here = Refused(refusal.reason, f"{name} {refusal}", column=name)
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
            day = date.fromisoformat(value)
        except ValueError:
            self._note(Reason.NOT_A_DAY, name, "is not a date like 2026-03-31")
            return date.min
        if not FIRST_DAY <= day < DAY_AFTER_LAST:
            self._note(Reason.DAY_STANDS_IN, name, "is what a program writes where it knows no date")
        return day

    def _no_day(self, name: str) -> date:
        self._note(Reason.CELL_EMPTY, name, "is empty")
        return date.min
