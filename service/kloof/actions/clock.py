"""The one place where the real time is read, and where a clock that jumped is told from time that passed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kloof.domain.errors import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from kloof.config import Settings

LONGEST_LEAP = timedelta(days=1)
"""By so much a clock may be set while a worker works, or back at any time."""
LONGEST_GAP = timedelta(days=14)
"""So long nobody may have worked; after more it may as well be the clock."""


def wall_clock() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock of this kloof: the real time, and in a demo of another day the time on that day."""
    ahead = timedelta(seconds=settings.clock_ahead)
    return lambda: wall_clock() + ahead


def seconds_running() -> float:
    """Seconds since the machine started, asleep or not; nobody can set this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def refuse_if_jumped(settings: Settings, now: datetime, most: timedelta = LONGEST_GAP) -> None:
    """Raises Refused where `now` lies more than `most` after the last work of a worker, or more than a day before.

    What is done by such a clock cannot be undone: surveys close, mail goes out, releases bear its date. A demo may be
    on any day.
    """
    # It brings the database along; whoever only asks for the time should not wait for that.
    from kloof.storage.mailing import last_worked

    last = None if settings.is_demo else last_worked.at()
    if last is None or -LONGEST_LEAP <= now - last <= most:
        return
    raise Refused(
        Reason.CLOCK_JUMPED,
        f"The clock says {now:%Y-%m-%d %H:%M} UTC, and the worker last worked at {last:%Y-%m-%d %H:%M} UTC:"
        " until it is known which is right, nothing is closed, sent or published.",
        remedy="Set the clock right, and kloof goes on by itself. If it is right: kloof worker --clock-is-right",
    )


class Watch:
    """Looks at a clock that may be set, beside one that nobody can set."""

    def __init__(self, settings: Settings, steady: Callable[[], float] = seconds_running) -> None:
        self._settings = settings
        self._steady = steady
        self._good: tuple[datetime, float] | None = None

    def look(self, now: datetime) -> None:
        """Raises Refused as `refuse_if_jumped`, and from the second look on where the clock leapt by a day."""
        elapsed = self._steady()
        if self._good is None:
            refuse_if_jumped(self._settings, now)
        elif abs(now - self._good[0] - timedelta(seconds=elapsed - self._good[1])) > LONGEST_LEAP:
            refuse_if_jumped(self._settings, now, LONGEST_LEAP)
        self._good = now, elapsed
