"""The desk's first page: what waits for somebody there, worst first."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from kloof.actions.clock import refuse_if_jumped
from kloof.actions.doctor import Diagnosis, wrong_settings
from kloof.actions.jobs import queue
from kloof.actions.staff import accounts, published
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.deals.mail_domains import SharedDomain
from kloof.domain.deals.steps import DealStep
from kloof.domain.errors import KloofError, Refused
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.mailing.refused import MailRefused, RefusedBy
from kloof.domain.staff.first_steps import FirstStep
from kloof.domain.staff.work import LateCaller, WorkKind, WorkLine, worst_first
from kloof.domain.states import MessageState
from kloof.storage.deals import funnel
from kloof.storage.deals.funnel import Funnel
from kloof.storage.mailing import refused, review
from kloof.storage.mailing.review import OutboxEntry
from kloof.storage.releases import proposals
from kloof.storage.staff import desk, first_steps
from kloof.storage.staff.desk import DeskWaiting

MOST_MAILS = 5
"""Mails of one state that stand on the first page; the page of mail has the others."""
MOST_DOMAINS = 5
TWELVE_WEEKS = timedelta(weeks=12)
LOOKED_AT = 2_000
"""The newest deals whose customers may need an account. To look at all takes seconds with some 100,000 deals: kloof
doctor does.
"""


@dataclass(frozen=True, slots=True)
class Today:
    """The work, and what is told of each line: the mails to decide about, who has calls that are overdue, who refuses
    mail, mail domains that strangers seem to share, what is wrong with the last release or with the settings.

    `mailed_at`: when a worker last sent mail, None where none ever did. `funnel`: what became of the deals of the last
    twelve weeks. `steps`: what a company that has no deals yet has done; empty once there are some.
    """

    work: tuple[WorkLine, ...]
    mails: tuple[OutboxEntry, ...]
    callers: tuple[LateCaller, ...]
    refused: tuple[MailRefused, ...]
    shared: tuple[SharedDomain, ...]
    damage: Refused | None
    jumped: KloofError | None
    wrong: tuple[Diagnosis, ...]
    mailed_at: datetime | None
    funnel: Funnel
    steps: Mapping[FirstStep, bool]

    def of(self, *states: MessageState) -> tuple[OutboxEntry, ...]:
        """The mails in these states that stand on the page."""
        return tuple(mail for mail in self.mails if mail.state in states)[:MOST_MAILS]


def today(settings: Settings, now: datetime) -> Today:
    """What waits now."""
    day = settings.today(now)
    waiting, sold = desk.waiting(now, day), funnel.since(day - TWELVE_WEEKS)
    found = Today(
        work=(),
        mails=_mails(waiting),
        callers=desk.late_callers(day) if waiting.late_calls else (),
        refused=tuple(refused.standing(now)),
        shared=accounts.shared_domains(settings, LOOKED_AT)[:MOST_DOMAINS],
        damage=published.damage(settings),
        jumped=_jumped(settings, now),
        wrong=tuple(wrong_settings(settings)),
        mailed_at=waiting.mailed_at,
        funnel=sold,
        steps={} if sold.reached[DealStep.SOLD] else _steps(settings),
    )
    lines = (*_of_counts(settings, waiting, now), *_of_facts(found), *_of_releases())
    return dataclasses.replace(found, work=worst_first(lines))


def _steps(settings: Settings) -> dict[FirstStep, bool]:
    begun = first_steps.begun()
    if begun.file:
        return {}
    return {
        FirstStep.SURVEY: _has_surveys(settings),
        FirstStep.PEOPLE: bool(begun.people),
        FirstStep.MAIL: bool(begun.mail),
        FirstStep.FILE: False,
    }


def _has_surveys(settings: Settings) -> bool:
    with suppress(KloofError):
        return bool(load_surveys(settings.surveys_folder))
    return False


def _mails(waiting: DeskWaiting) -> tuple[OutboxEntry, ...]:
    if not (waiting.held or waiting.unreached):
        return ()
    states = (MessageState.HELD, MessageState.BOUNCED, MessageState.FAILED)
    return tuple(review.concerns(states, 3 * MOST_MAILS))


def _of_counts(settings: Settings, waiting: DeskWaiting, now: datetime) -> Iterator[WorkLine]:
    yield WorkLine(WorkKind.HELD, waiting.held)
    yield WorkLine(WorkKind.UNREACHED, waiting.unreached)
    yield WorkLine(WorkKind.CALLS_OVERDUE, waiting.late_calls)
    yield WorkLine(WorkKind.LETTERS, waiting.letters)
    yield WorkLine(WorkKind.UNDELIVERED, waiting.undelivered, waiting.planned_on)
    yield WorkLine(WorkKind.ASIDE, waiting.aside, waiting.aside_since)
    if waiting.paused_at:
        yield WorkLine(WorkKind.SENDING_PAUSED, 1, waiting.paused_at)
    elif waiting.due_at and now - waiting.due_at > timedelta(minutes=settings.mail.late_after_minutes):
        yield WorkLine(WorkKind.MAIL_LATE, 1, waiting.due_at)


def _of_releases() -> Iterator[WorkLine]:
    """A release that somebody looked at and that is not out yet, else the groups that can close, as last counted."""
    if proposal := proposals.standing():
        yield WorkLine(WorkKind.PROPOSED, 1, proposal.proposed_at)
    elif (counted := queue.latest_done(JobKind.LOOK)) and counted.result:
        yield WorkLine(WorkKind.CLOSABLE, int(counted.result["closing"]["blocks"]), counted.started_at)


def _of_facts(found: Today) -> Iterator[WorkLine]:
    yield WorkLine(WorkKind.RELEASE_DAMAGED, int(found.damage is not None))
    yield WorkLine(WorkKind.CLOCK_JUMPED, int(found.jumped is not None))
    yield WorkLine(WorkKind.ACCOUNTS, len(found.shared))
    yield WorkLine(WorkKind.SETTINGS, len(found.wrong))
    for one in found.refused:
        ours = one.by is RefusedBy.OUR_SERVER
        yield WorkLine(WorkKind.SERVER_REFUSES if ours else WorkKind.CUSTOMERS_REFUSE, 1, one.since)


def _jumped(settings: Settings, now: datetime) -> KloofError | None:
    try:
        refuse_if_jumped(settings, now)
    except KloofError as refusal:
        return refusal
    return None
