"""What mail a file of deals or deliveries is going to cause, said before it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

_COUNTS: Final = ("mails", "letters", "history", "too_late", "hours")
_DAYS: Final = ("asked_since", "due_from", "due_to", "oldest", "newest")


@dataclass(slots=True)
class FileForecast:
    """How many customers would be asked by mail and by letter, from when to when the mail is due, and of which days the
    sales or deliveries are that they are asked about. `history`: lines about which nobody is asked, since they are of
    before `asked_since`. `too_late`: first surveys that would wait for so long, since their customer has many deals in
    the file and gets only so many mails, that they are not asked any more. Mail of other files may move some to later.
    `hours`: how long it takes to send them all where there is a limit of mails per hour; 0 without one.
    """

    asked_since: date
    mails: int = 0
    letters: int = 0
    history: int = 0
    too_late: int = 0
    hours: int = 0
    due_from: date | None = None
    due_to: date | None = None
    oldest: date | None = None
    newest: date | None = None

    def add(self, about: date, due_on: date, *, by_letter: bool) -> None:
        """One customer more who is asked on that day, about a sale or a delivery of another."""
        if by_letter:
            self.letters += 1
        else:
            self.mails += 1
            self.due_from = min(self.due_from or due_on, due_on)
            self.due_to = max(self.due_to or due_on, due_on)
        self.oldest, self.newest = min(self.oldest or about, about), max(self.newest or about, about)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json; days as 2026-11-30."""
        said = {name: day.isoformat() if (day := getattr(self, name)) else None for name in _DAYS}
        counts = {name: getattr(self, name) for name in _COUNTS}
        return {**counts, **said}

    @classmethod
    def of_dict(cls, values: Mapping[str, Any]) -> "FileForecast":
        """The counterpart of `as_dict`."""
        days = {name: date.fromisoformat(values[name]) if values[name] else None for name in _DAYS}
        return cls(**{name: int(values.get(name, 0)) for name in _COUNTS}, **days)  # type: ignore[arg-type]
