"""The `kloof` command with a clock that runs fast: a year takes minutes, and nothing else of it is different.

What it counts in real seconds is given as much longer, so that a lease still outlasts the mail that it is for. A job
starts a process that imports this again, so all of it happens when it is imported.

    SOAK_STARTED=<seconds since the epoch> SOAK_PACE=<how many times faster> python fast_year.py worker
"""

import os
import time
from datetime import UTC, datetime, timedelta

from kloof.actions import clock

FIRST_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
STARTED, PACE = float(os.environ.get("SOAK_STARTED", "0")), float(os.environ.get("SOAK_PACE", "1"))


def seconds() -> float:
    """Seconds of the fast clock since it was started."""
    return (time.time() - STARTED) * PACE


def now() -> datetime:
    """What the fast clock says."""
    return FIRST_DAY + timedelta(seconds=seconds())


def _real(of: float) -> timedelta:
    """So many real seconds, by the fast clock."""
    return timedelta(seconds=of * PACE)


if STARTED:
    clock.wall_clock, clock.seconds_running = now, seconds
    # Two looks at a clock lie some milliseconds apart: by the fast one that is hours.
    clock.LONGEST_LEAP = _real(20)

    from kloof.actions.mailing import dispatch
    from kloof.actions.webhooks import sender

    dispatch.LEASE, dispatch.TAKEN, dispatch.PATIENCE, sender.LEASE = (
        _real(30),
        _real(3),
        _real(10),
        _real(10),
    )

    from kloof.actions.jobs import progress

    progress.LEASE = _real(30)  # type: ignore[misc]

    from kloof.actions.jobs import runner
    from kloof.actions.mailing import worker

    runner.SECONDS_BETWEEN_ASKS = 10 * PACE  # type: ignore[misc]
    worker.SECONDS_BETWEEN_CATCH_UPS = PACE

    from kloof.web.api import rates

    rates.MOST = 10**9  # type: ignore[misc]


if __name__ == "__main__":
    from kloof.cli import main

    main()
