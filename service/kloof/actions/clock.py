"""The one place where the real time is read; everything else is given it."""

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)
