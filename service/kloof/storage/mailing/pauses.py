"""Whether mail is kept back, because somebody of the company said so."""

from datetime import datetime

from kloof.domain.mailing.pause import Pause
from kloof.storage.models import Person, SendingPause


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
