"""When a worker last worked, by its clock: what tells a clock that jumped from time that passed."""

from dataclasses import dataclass
from datetime import datetime

from kloof.storage.models import LastWorked


@dataclass(frozen=True, slots=True)
class Work:
    """A moment of a worker: by its clock, and in seconds since its machine was started; `boot` tells the starts of all
    machines apart, and is empty where that is not known.
    """

    at: datetime
    boot: str
    seconds: float


def noted() -> Work | None:
    """The work that was noted last; None where no worker ever worked."""
    row = LastWorked.select().first()
    return Work(row.at, row.boot, row.running) if row else None


def note(now: datetime, boot: str = "", seconds: float = 0.0) -> None:
    """A worker works at this moment."""
    moment = {"at": now, "boot": boot, "running": seconds}
    if not LastWorked.update(moment).execute():
        LastWorked.insert(moment).execute()
