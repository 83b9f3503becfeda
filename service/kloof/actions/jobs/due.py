"""Work that nobody asks for: what time brings. The worker imports this, so it brings no numpy along."""

from datetime import datetime, timedelta
from typing import Final

from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.storage import jobs
from kloof.storage.releases import queueing

LOOK_EVERY: Final = timedelta(hours=1)
LOOK_ANYWAY: Final = timedelta(days=1)


def ask_what_is_due(now: datetime) -> None:
    """Ask for what is due now: how far every group is, an hour after the last look where pairs came since, and once
    a day.
    """
    newest = jobs.latest([JobKind.LOOK]).get(JobKind.LOOK)
    if _look_is_due(newest, now):
        jobs.ask(JobKind.LOOK, {}, COMMAND_LINE, now)


def _look_is_due(newest: Job | None, now: datetime) -> bool:
    if newest and (newest.is_open or now - newest.asked_at < LOOK_EVERY):
        return False
    came = queueing.newest_pair()
    if came is None:
        return False
    return newest is None or came > newest.asked_at or now - newest.asked_at > LOOK_ANYWAY
