"""What was asked of the worker, for whoever asks and waits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kloof.domain.access.audit_log import Actor
from kloof.domain.errors import NotFound, Reason
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.storage import jobs

KEPT = timedelta(days=90)
"""So long it is known what was asked for; what was done stands in the audit log."""


def ask(kind: JobKind, who: Actor, now: datetime, arguments: Mapping[str, Any] | None = None) -> Job:
    """Ask the worker for this; where that was asked for already and is not over, it is asked for once only.

    `arguments` are values of JSON, and few: what is long is kept elsewhere, and named here.
    """
    jobs.forget(now - KEPT)
    return jobs.ask(kind, arguments or {}, who, now)


def latest(*kinds: JobKind) -> dict[JobKind, Job]:
    """What was asked for last of each of these kinds, in one query."""
    return jobs.latest(kinds)


def latest_done(kind: JobKind) -> Job | None:
    """The work of this kind that was done last; None where none was, or none since `KEPT`."""
    return jobs.latest_done(kind)


def of(number: int) -> Job:
    """This work; raises NotFound where it is not there."""
    found = jobs.find(number)
    if found is None:
        raise NotFound(Reason.PAGE_UNKNOWN, f"No work has the number {number}.")
    return found
