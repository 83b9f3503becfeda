"""Whether mail is kept back: because somebody of the company said so, or until there is room in the hour for it."""

from datetime import UTC, datetime
from typing import Final

from kloof.domain.mailing.pause import Pause
from kloof.domain.mailing.schedule import SendingRate
from kloof.storage.database import is_postgresql
from kloof.storage.models import Person, SendingPause, SendingRateUsed

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


def current() -> Pause | None:
    """The pause that lasts; None where mail goes out."""
    row = SendingPause.select().first()
    if row is None:
        return None
    person = None if row.person is None else Person.get_or_none(Person.id == row.person)
    return Pause(row.since, person.name if person else "")


def is_on() -> bool:
    """Whether mail is kept back."""
    return bool(SendingPause.select().exists())


def begin(person: int | None, now: datetime) -> bool:
    """Mail is kept back from now on; False where it was already."""
    begun = SendingPause.insert(since=now, person=person)
    return bool(
        begun.on_conflict(conflict_target=(SendingPause.only,), action="IGNORE").as_rowcount().execute()
    )


def end() -> bool:
    """Mail goes out again; False where nothing kept it back."""
    return bool(SendingPause.delete().execute())


def left_of_hour(rate: SendingRate, now: datetime) -> int:
    """How many mails may go now; in a transaction, during which no other worker takes any."""
    return rate.left(_used_until(), now)


def use_hour(rate: SendingRate, now: datetime, mails: int) -> None:
    """So many mails go now, in a transaction; fewer than none are given back."""
    SendingRateUsed.update(until=rate.after(_used_until(), now, mails)).execute()


def _used_until() -> datetime:
    """The one row, which is made first: two workers that find none would both have the whole hour."""
    SendingRateUsed.insert(until=_LONG_AGO).on_conflict(
        conflict_target=(SendingRateUsed.only,), action="IGNORE"
    ).execute()
    row = (SendingRateUsed.select().for_update() if is_postgresql() else SendingRateUsed.select()).first()
    return row.until if row else _LONG_AGO
