"""How much mail goes out on which day of the week ahead, if nobody answers meanwhile."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from kloof.domain.mailing.schedule import SendingHours

DAYS = 7


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day and how many mails of each kind may go out on it; reminders go to nobody who answers before."""

    day: date
    kinds: Mapping[str, int]

    @property
    def mails(self) -> int:
        return sum(self.kinds.values())


def week_ahead(
    hours: SendingHours,
    now: datetime,
    queued: Iterable[tuple[str, datetime, int]],
    last_sent: Mapping[tuple[int, date], int],
    reminders_after_days: Sequence[int],
    reminder: str,
    most_per_hour: int | None = None,
) -> tuple[DayAhead, ...]:
    """The next seven days from today on; with a limit per hour what a day has no time for goes on the next.

    `queued`: kind, the moment from which it may go, and how many; `last_sent`: of surveys without an answer, how many
    got their last mail, which reminder that was (0 for the invitation), and when.
    """
    today = hours.day_of(now)
    found: dict[date, Counter[str]] = {today + timedelta(days=ahead): Counter() for ahead in range(DAYS)}
    for kind, due_at, mails in queued:
        _add(found, hours.day_of(hours.next_open(max(due_at, now))), kind, mails)
    waits = [day - earlier for earlier, day in pairwise((0, *reminders_after_days))]
    for (ordinal, sent_on), mails in last_sent.items():
        goes_on = sent_on
        for wait in waits[ordinal:]:
            goes_on = hours.day_of(hours.first_open(max(goes_on + timedelta(days=wait), today)))
            _add(found, goes_on, reminder, mails)
    if most_per_hour:
        _spread(found, hours, now, most_per_hour)
    return tuple(DayAhead(day, dict(kinds)) for day, kinds in found.items())


def _add(found: dict[date, Counter[str]], day: date, kind: str, mails: int) -> None:
    if day in found:
        found[day][kind] += mails


def _spread(found: dict[date, Counter[str]], hours: SendingHours, now: datetime, most_per_hour: int) -> None:
    """Move what a day has no time for to the day after it; what is left over then is beyond these days."""
    waits: Counter[str] = Counter()
    for day, kinds in found.items():
        room, today = int(hours.open_for(day, now) / timedelta(hours=1) * most_per_hour), waits + kinds
        kinds.clear()
        for kind, mails in today.items():
            kinds[kind] = min(mails, room)
            room -= kinds[kind]
        waits = today - kinds
        found[day] = +kinds
