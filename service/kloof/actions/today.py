"""The desk's first page: what waits for somebody there, worst first."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kloof.actions.beforehand import LOOKED_AT, MOST_DOMAINS
from kloof.actions.clock import refuse_if_jumped
from kloof.actions.doctor import wrong_settings
from kloof.actions.jobs import queue
from kloof.actions.staff import accounts, published
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.deals.mail_domains import SharedDomain
from kloof.domain.deals.steps import DealStep
from kloof.domain.errors import KloofError, Refused
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.jobs.looks import Look, LookKind
from kloof.domain.mailing.refused import MailRefused, RefusedBy
from kloof.domain.staff.first_steps import FirstStep
from kloof.domain.staff.work import LateCaller, WorkKind, WorkLine, worst_first
from kloof.domain.states import MessageState
from kloof.storage import kept_looks
from kloof.storage.deals import funnel
from kloof.storage.deals.funnel import Funnel
from kloof.storage.mailing import refused, review
from kloof.storage.mailing.review import OutboxEntry
from kloof.storage.releases import proposals
from kloof.storage.staff import desk, first_steps
from kloof.storage.staff.desk import DeskWaiting

MOST_MAILS = 5
"""Mails of one state that stand on the first page; the page of mail has the others."""


@dataclass(frozen=True, slots=True)
class Today:
    """The work, and what is told of each line: the mails to decide about, who has calls that are overdue, who refuses
    mail, mail domains that strangers seem to share, what is wrong with the last release or with the settings.

    `mailed_at`: when a worker last sent mail, None where none ever did. `funnel`: what became of the deals of the last
    twelve weeks, and `counted_at` when the worker counted that: None where it was counted now. Both are None where the
    worker has not counted yet. `passed_on`: deals that were passed on to a colleague of the customer. `steps`: what a
    company that has no deals yet has done; empty once there are some.
    """

    work: tuple[WorkLine, ...]
    mails: tuple[OutboxEntry, ...]
    callers: tuple[LateCaller, ...]
    refused: tuple[MailRefused, ...]
    shared: tuple[SharedDomain, ...]
    damage: Refused | None
    jumped: KloofError | None
    wrong: tuple[str, ...]
    mailed_at: datetime | None
    funnel: Funnel | None
    passed_on: int
    counted_at: datetime | None
    steps: Mapping[FirstStep, bool]

    def of(self, *states: MessageState) -> tuple[OutboxEntry, ...]:
        """The mails in these states that stand on the page."""
        return tuple(mail for mail in self.mails if mail.state in states)[:MOST_MAILS]


def today(settings: Settings, now: datetime) -> Today:
    """What waits now."""
    day = settings.today(now)
    waiting, seen = desk.waiting(now, day), kept_looks.kept([LookKind.STEPS, LookKind.CHECK_UP])
    counted, steps = seen.get(LookKind.STEPS) if waiting.much_sold else None, _picture(waiting, seen, day)
    damage, check_up = published.damage(settings), seen.get(LookKind.CHECK_UP)
    wrong, shared = _wrong(check_up, damage), _shared(settings, check_up)
    found = Today(
        work=(),
        mails=_mails(waiting),
        callers=desk.late_callers(day) if waiting.late_calls else (),
        refused=tuple(refused.standing(now)),
        shared=shared,
        damage=damage,
        jumped=_jumped(settings, now),
        wrong=(*(one.what for one in wrong_settings(settings)), *wrong),
        mailed_at=waiting.mailed_at,
        funnel=steps,
        passed_on=waiting.passed_on,
        counted_at=counted.at if counted else None,
        steps=_steps(settings) if steps and not steps.reached[DealStep.SOLD] else {},
    )
    checks = _of_checks(found, check_up, is_checked=bool(wrong))
    lines = (*_of_counts(settings, waiting, now), *_of_facts(found), *checks, *_of_releases())
    return dataclasses.replace(found, work=worst_first(lines))


def _picture(waiting: DeskWaiting, seen: Mapping[LookKind, Look], day: date) -> Funnel | None:
    if not waiting.much_sold:
        return funnel.lately(day)
    counted = seen.get(LookKind.STEPS)
    return funnel.of_facts(counted.facts) if counted else None


def _wrong(check_up: Look | None, damage: Refused | None) -> tuple[str, ...]:
    """What the worker found, without what is said of a damaged release already."""
    if check_up is None:
        return ()
    return (*check_up.facts["others"], *(() if damage else check_up.facts["releases"]))


def _shared(settings: Settings, check_up: Look | None) -> tuple[SharedDomain, ...]:
    """Those of the newest deals as they are now, and with many deals those that the worker found among all."""
    lately = accounts.shared_domains(settings, LOOKED_AT)
    known = {one.domain for one in lately}
    before = [SharedDomain(*one) for one in check_up.facts["shared"]] if check_up else []
    return (*lately, *(one for one in before if one.domain not in known))[:MOST_DOMAINS]


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
    yield WorkLine(WorkKind.WEBHOOKS, waiting.webhooks)
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
    for one in found.refused:
        ours = one.by is RefusedBy.OUR_SERVER
        yield WorkLine(WorkKind.SERVER_REFUSES if ours else WorkKind.CUSTOMERS_REFUSE, 1, one.since)


def _of_checks(found: Today, check_up: Look | None, *, is_checked: bool) -> Iterator[WorkLine]:
    """Since when it was not looked at again, where the worker looks at it."""
    at = check_up.at if check_up else None
    yield WorkLine(
        WorkKind.ACCOUNTS, len(found.shared), at if check_up and check_up.facts["shared"] else None
    )
    yield WorkLine(WorkKind.SETTINGS, len(found.wrong), at if is_checked else None)


def _jumped(settings: Settings, now: datetime) -> KloofError | None:
    try:
        refuse_if_jumped(settings, now)
    except KloofError as refusal:
        return refusal
    return None
