"""What time brings, step by step: one that fails does not stop the others, and none holds others up for long."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import sleep
from typing import Final, TypeVar

from kloof import storage
from kloof.config import Settings
from kloof.domain.errors import PERHAPS_OVER, KloofError

Step = Callable[[Settings, datetime], object]
One = TypeVar("One")
SECONDS_BETWEEN_PARTS: Final = 0.005

log = logging.getLogger(__name__)


def do_each(steps: Iterable[Step], settings: Settings, now: datetime) -> None:
    """Do every step. One that fails is named in the log, the others are done all the same, and what failed first is
    raised at the end; but where it is the database, at once.
    """
    first: Exception | None = None
    for step in steps:
        try:
            step(settings, now)
        except Exception as error:
            if is_the_database(error):
                raise
            log.exception("%s.%s failed; what else time brings goes on.", step.__module__, step.__name__)
            storage.drop_connection_after(error)
            first = first or error
    if first:
        raise first


def is_the_database(error: Exception) -> bool:
    """Whether nothing else can be done either until this is over."""
    refusal = error if isinstance(error, KloofError) else storage.explained(error)
    return refusal is not None and refusal.reason in PERHAPS_OVER


def in_parts(found: Sequence[One], size: int, does: Callable[[Sequence[One]], object]) -> None:
    """Do something with these, a part at a time, each in a transaction of its own; whoever waits to write comes between
    two of them.
    """
    for start in range(0, len(found), size):
        with storage.transaction():
            does(found[start : start + size])
        # Whoever waits to write is woken now: to take the next turn at once would pass them by.
        sleep(SECONDS_BETWEEN_PARTS if start + size < len(found) else 0)
