"""The one place where the real time is read, and where a clock that jumped is told from time that passed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from kloof.domain.errors import Reason, Refused
from kloof.domain.notation import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from kloof.config import Settings
    from kloof.storage.mailing.last_worked import Work

LONGEST_LEAP = timedelta(days=1)
"""By so much a clock may be set while its machine runs, or back at any time."""
LONGEST_GAP = timedelta(days=14)
"""So long nobody may have worked, where the machine was started since; after more it may as well be the clock."""
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Running(NamedTuple):
    """How long a machine has been running, in seconds, and a name for this start of it; empty where it has none."""

    boot: str
    seconds: float


UNKNOWN: Final = Running("", 0.0)


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


def running() -> Running:
    """This machine; by a container too it is known by the start of the whole of it."""
    return Running(_boot(), seconds_running())


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()[:40]
    except OSError:
        return ""


def refuse_if_jumped(
    settings: Settings,
    now: datetime,
    most: timedelta = LONGEST_GAP,
    machine: Running | None = None,
    last: Work | None = None,
) -> None:
    """Raises Refused where this clock does not agree with the last work of a worker.

    On the machine on which that was, while it was not started again, as much time has to have passed by the clock as by
    the seconds that it runs, to a day. Elsewhere nothing tells how long it was: then `now` may lie `most` after it at
    most, and a day before.

    `last` is that work, where it was looked up already. What is done by a wrong clock cannot be undone: surveys close,
    mail goes out, releases bear its date. A demo may be on any day.
    """
    # It brings the database along; whoever only asks for the time should not wait for that.
    from kloof.storage.mailing import last_worked

    last = last or last_worked.noted()
    if last is None or settings.is_demo:
        return
    here, passed = machine or running(), now - last.at
    is_same = bool(last.boot) and last.boot == here.boot
    elapsed = timedelta(seconds=here.seconds - last.seconds) if is_same else timedelta(0)
    if -LONGEST_LEAP <= passed - elapsed <= (LONGEST_LEAP if is_same else most):
        return
    ago = f", {counted(round(elapsed / timedelta(hours=1)), 'hour')} ago" if is_same else ""
    raise Refused(
        Reason.CLOCK_JUMPED,
        f"The clock says {now:%Y-%m-%d %H:%M} UTC, and the worker last worked at {last.at:%Y-%m-%d %H:%M} UTC{ago}:"
        " until it is known which is right, nothing is closed, sent or published.",
        remedy="Set the clock right, and kloof goes on by itself. If it is right: kloof worker --clock-is-right",
    )


class Watch:
    """Looks at a clock that may be set, beside one that nobody can set."""

    def __init__(self, settings: Settings, machine: Callable[[], Running] = running) -> None:
        self._settings = settings
        self._machine = machine
        self._good: tuple[datetime, float] | None = None

    def look(self, now: datetime) -> None:
        """Raises Refused as `refuse_if_jumped`, and from the second look on where the clock leapt by a day."""
        machine = self._machine()
        if self._good is None:
            refuse_if_jumped(self._settings, now, machine=machine)
        elif abs(now - self._good[0] - timedelta(seconds=machine.seconds - self._good[1])) > LONGEST_LEAP:
            refuse_if_jumped(self._settings, now, LONGEST_LEAP, machine)
        self._good = now, machine.seconds
