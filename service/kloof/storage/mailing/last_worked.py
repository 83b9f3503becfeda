"""When a worker last worked, by its clock: what tells a clock that jumped from time that passed; and when
one last sent a mail.
"""

from dataclasses import dataclass
from datetime import datetime

from kloof.storage.database import database, transaction
from kloof.storage.engines import SqliteFile
from kloof.storage.models import LastWorked
from kloof.storage.other_contents import leave_mark, write_out


@dataclass(frozen=True, slots=True)
class Work:
    """A moment of a worker: by its clock, and in seconds since its machine was started; `boot` tells the starts of all
    machines apart, and is empty where that is not known. `seen`: when one was last at work, be it at what time brings
    or at mail.
    """

    at: datetime
    boot: str
    seconds: float
    seen: datetime


def noted() -> Work | None:
    """The work that was noted last; None where no worker ever worked."""
    row = LastWorked.select().first()
    return Work(row.at, row.boot, row.running, max(row.at, row.mailed_at or row.at)) if row else None


def note(now: datetime, boot: str = "", seconds: float = 0.0) -> None:
    """A worker works at this moment. In a file it counts on, so that contents of before are known for that."""
    moment = {"at": now, "boot": boot, "running": seconds}
    with transaction():
        if not LastWorked.update(moment).execute():
            LastWorked.insert(moment).execute()
        if isinstance(database.obj, SqliteFile):
            leave_mark(database.obj)
    if isinstance(database.obj, SqliteFile) and not database.in_transaction():
        write_out(database.obj)


def note_mailed(now: datetime) -> None:
    """A worker sent mail at this moment."""
    if not LastWorked.update(mailed_at=now).execute():
        LastWorked.insert(at=now, mailed_at=now).execute()


def note_bounces(now: datetime) -> None:
    """Mail that came back was read at this moment. Where no worker ever worked nothing is noted: nothing went out."""
    LastWorked.update(bounces_at=now).execute()
