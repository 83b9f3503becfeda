"""The one place where the real time is read; everything else is given it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kloof.config import Settings


def wall_clock() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock of this kloof: the real time, and in a demo of another day the time on that day."""
    ahead = timedelta(seconds=settings.clock_ahead)
    return lambda: wall_clock() + ahead
