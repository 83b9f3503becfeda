"""When a worker last worked, by its clock: what tells a clock that jumped from time that passed."""

from datetime import datetime

from kloof.storage.models import LastWorked


def at() -> datetime | None:
    """The moment that was noted last; None where no worker ever worked."""
    row = LastWorked.select().first()
    moment: datetime | None = row.at if row else None
    return moment


def note(now: datetime) -> None:
    """A worker works at this moment."""
    if not LastWorked.update(at=now).execute():
        LastWorked.insert(at=now).execute()
