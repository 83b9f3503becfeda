"""Work that nobody asks for: what time brings. The worker imports this, so it brings no numpy along."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.jobs.looks import LookKind
from kloof.domain.states import JobState
from kloof.storage import jobs, kept_looks
from kloof.storage.deals import funnel
from kloof.storage.mailing import plan
from kloof.storage.releases import queueing
from kloof.storage.staff import fair_play

LOOK_EVERY: Final = timedelta(hours=1)
LOOK_ANYWAY: Final = timedelta(days=1)


class Beforehand(NamedTuple):
    """What is looked at for a page, and how often."""

    look: LookKind
    every: timedelta


BEFOREHAND: Final[Mapping[JobKind, Beforehand]] = MappingProxyType(
    {
        JobKind.COUNT_STEPS: Beforehand(LookKind.STEPS, timedelta(minutes=10)),
        JobKind.COUNT_REMINDERS: Beforehand(LookKind.REMINDERS, timedelta(hours=1)),
        JobKind.COUNT_FAIR_PLAY: Beforehand(LookKind.FAIR_PLAY, timedelta(hours=1)),
        JobKind.CHECK_UP: Beforehand(LookKind.CHECK_UP, timedelta(hours=1)),
    }
)
KNOWN_FOR: Final = timedelta(days=1)
"""So long it is known that one of these was done."""


def ask_what_is_due(settings: Settings, now: datetime) -> None:
    """Ask for what is due now: how far every group is, an hour after the last look where pairs came since, and once
    a day; and what pages show that takes too long to count for each visitor.
    """
    newest, seen = jobs.latest([JobKind.LOOK, *BEFOREHAND]), kept_looks.kept()
    if _look_is_due(newest.get(JobKind.LOOK), now):
        jobs.ask(JobKind.LOOK, {}, COMMAND_LINE, now)
    if settings.works_council_consent is None and LookKind.FAIR_PLAY in seen:
        kept_looks.forget(LookKind.FAIR_PLAY)
    for kind, (look, every) in BEFOREHAND.items():
        at = seen[look].at if look in seen else None
        if _is_due(newest.get(kind), at, every, now) and _takes_long(settings, kind, now):
            jobs.forget(now - KNOWN_FOR, BEFOREHAND)
            jobs.ask(kind, {}, COMMAND_LINE, now)


def _look_is_due(newest: Job | None, now: datetime) -> bool:
    if newest and (newest.is_open or now - newest.asked_at < LOOK_EVERY):
        return False
    came = queueing.newest_pair()
    if came is None:
        return False
    return newest is None or came > newest.asked_at or now - newest.asked_at > LOOK_ANYWAY


def _is_due(newest: Job | None, seen_at: datetime | None, every: timedelta, now: datetime) -> bool:
    """At its time; and at once where nothing is kept, unless that is because the last try failed."""
    if newest and newest.is_open:
        return False
    if newest and (seen_at is not None or newest.state is not JobState.DONE):
        return now - newest.asked_at >= every
    return seen_at is None or now - seen_at >= every


def _takes_long(settings: Settings, kind: JobKind, now: datetime) -> bool:
    """Whether a page cannot do it itself; a count of nobody may be made before the works council agreed."""
    match kind:
        case JobKind.COUNT_STEPS:
            return funnel.is_long(settings.today(now))
        case JobKind.COUNT_REMINDERS:
            return plan.is_long(now)
        case JobKind.COUNT_FAIR_PLAY:
            return settings.works_council_consent is not None and fair_play.is_long()
    return True
