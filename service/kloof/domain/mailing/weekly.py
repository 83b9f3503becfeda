"""The weekly mail to a colleague who chose it: how much is new for them, in numbers only, and where they find it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Self


@dataclass(frozen=True, slots=True)
class News:
    """What there is for one colleague; never whose it is, and nothing of what anybody answered.

    `answers` and `groups` came since the last look: surveys of customers who show their name, closed groups of totals.
    `calls` are to be made now, `overdue` of them late; `to_read` are handovers that nobody has marked; `starting` are
    deals with their delivery planned this week. `fresh`: how many of all these are new since the last look.
    """

    answers: int = 0
    groups: int = 0
    calls: int = 0
    overdue: int = 0
    to_read: int = 0
    starting: int = 0
    fresh: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """The counterpart of `written`; nothing where there is no text."""
        return cls(**json.loads(text)) if text else cls()

    def written(self) -> str:
        """As it is kept until the mail goes out."""
        return json.dumps(asdict(self))

    @property
    def is_worth_a_mail(self) -> bool:
        """Whether something is new: what waited last week too is no reason to write again."""
        return self.fresh > 0

    @property
    def counts(self) -> Mapping[str, int]:
        """What the mail lists, by name and in its order; what there is none of is left out."""
        listed = ("answers", "groups", "calls", "overdue", "to_read", "starting")
        return {name: count for name in listed if (count := getattr(self, name))}

    @property
    def path(self) -> str:
        """The page on which the first of these stands; from there the others are in the bar."""
        if self.answers or self.groups:
            return "/me"
        return "/calls" if self.calls else "/handover"

    def __add__(self, other: "News") -> "News":
        mine, theirs = asdict(self), asdict(other)
        return News(**{name: mine[name] + theirs[name] for name in mine})


def monday(day: date) -> date:
    """The Monday of the week of this day."""
    return day - timedelta(days=day.weekday())


def week(day: date) -> int:
    """The ISO week of this day as a number that grows: 202649."""
    year, number, _ = day.isocalendar()
    return year * 100 + number
