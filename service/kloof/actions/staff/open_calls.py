"""A call opens, stays or is cancelled, in the transaction of what the customer did."""

from datetime import datetime

from kloof.actions.mailing.invite import sending_hours
from kloof.config import Settings
from kloof.domain.access.audit_log import CUSTOMER, Actor, AuditAction
from kloof.domain.mailing.kinds import CALL, CALL_DUE
from kloof.domain.staff.calls import CallPolicy, Ground, grounds
from kloof.domain.states import CALL_STEPS, CallState, before, step
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.events import AnswersAct, AnswersEvent
from kloof.domain.surveys.gap import AspectGap, Pair
from kloof.storage.access import audit_log, people
from kloof.storage.mailing import outbox
from kloof.storage.staff import call_records
from kloof.storage.staff.call_records import CallRecord, Facts


def policy(settings: Settings) -> CallPolicy:
    """How this company calls its customers."""
    return CallPolicy(
        settings.works_council_consent is not None,
        sending_hours(settings.mail),
        settings.calls.due_in_working_days,
    )


def settle(calls: CallPolicy, event: AnswersEvent) -> None:
    """Bring the call about this deal in line with what its customer did a moment ago, in the transaction of that."""
    facts = call_records.facts(event.deal)
    owner = facts.salesperson if calls.by_salespeople else None
    withdrawn = event.act is AnswersAct.WITHDRAWN
    why = reasons(facts, event.survey, by_answers=withdrawn or owner is not None)
    if facts.kept and event.takes_words_back:
        call_records.forget_notes(facts.kept.id)
    if not why:
        if facts.kept and facts.kept.state in before(CALL_STEPS, CallState.CANCELLED):
            _cancel(facts.kept, event.at)
    elif not withdrawn and _opens(facts.kept, fresh=event.asks_for_a_call):
        start(calls, event.deal, owner, facts.kept, CUSTOMER, event.at)


def _opens(kept: CallRecord | None, *, fresh: bool) -> bool:
    if kept is None or kept.state is CallState.CANCELLED:
        return True
    return fresh and kept.state is not CallState.OPEN


def reasons(facts: Facts, survey: Survey, *, by_answers: bool) -> tuple[Ground, ...]:
    """Why the customer is to be called. The desk makes a call because it was asked for: no answer counts there."""
    return grounds(
        asked=facts.asked,
        named=facts.named and by_answers,
        may_call=facts.may_call,
        broken=facts.broken,
        gaps=gaps(survey, facts),
        scale=survey.scale,
    )


def gaps(survey: Survey, facts: Facts) -> tuple[AspectGap, ...]:
    """V, R and S per aspect of this deal."""
    at_sale = unpack(survey, Wave.SALE, facts.expected)
    return Pair(survey, at_sale, unpack(survey, Wave.DELIVERY, facts.received)).gaps


def start(
    calls: CallPolicy, deal: int, owner: int | None, earlier: CallRecord | None, who: Actor, now: datetime
) -> None:
    """Open this call, with a mail to whoever has to make it, now and on the day by which."""
    if earlier:
        step(CALL_STEPS, earlier.state, CallState.OPEN)
    hours, due_on = calls.hours, calls.due_on(now)
    opened = call_records.open_anew(deal, owner, due_on, now)
    audit_log.write(who, AuditAction.CALL_OPENED, now, deals=[deal])
    for person in [owner] if owner else people.desk():
        for kind, due_at in ((CALL, hours.next_open(now)), (CALL_DUE, hours.first_open(due_on))):
            outbox.queue(now, kind, due_at, opened.time, call=opened.id, recipient=person)


def _cancel(kept: CallRecord, now: datetime) -> None:
    call_records.move(kept.id, CallState.CANCELLED)
    outbox.cancel_about_call(kept.id, "The customer took back what it was about.", now)
    audit_log.write(CUSTOMER, AuditAction.CALL_CANCELLED, now, deals=[kept.deal])
