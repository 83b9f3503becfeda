"""A call opens, stays or is cancelled, in the transaction of what the customer did."""

from dataclasses import replace
from datetime import datetime

from kloof.actions.mailing.invite import sending_hours
from kloof.config import Settings
from kloof.domain.access.audit_log import CUSTOMER, Actor, AuditAction
from kloof.domain.mailing.kinds import CALL, CALL_DUE
from kloof.domain.mailing.schedule import SendingHours
from kloof.domain.staff.calls import CallPolicy, Ground, grounds
from kloof.domain.states import CALL_STEPS, CallState, before, step
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.events import AnswersAct, AnswersEvent
from kloof.domain.surveys.gap import AspectGap, Pair
from kloof.domain.webhooks.events import EventKind, Happened
from kloof.storage.access import audit_log, people
from kloof.storage.mailing import outbox
from kloof.storage.staff import call_records
from kloof.storage.staff.call_records import CallRecord, Facts
from kloof.storage.surveys import versions
from kloof.storage.webhooks import outbox as webhooks


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
            _cancel(facts.kept, event.at, CUSTOMER, "The customer took back what it was about.")
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
    webhooks.tell([Happened(EventKind.FOLLOWUP_OPENED, {"due_on": due_on}, deal)], now)
    _tell(hours, opened, now)


def hand_on(calls: CallPolicy, kept: CallRecord, who: Actor, now: datetime) -> bool:
    """Give this call to whoever looks after its deal now, with the mails about it; gives whether it goes on.

    A customer who only let somebody else know what they answered, and call about it, is not called about it: without
    another reason an open call ends.
    """
    facts = call_records.facts(kept.deal)
    owner = facts.salesperson if calls.by_salespeople else None
    if kept.state is CallState.OPEN:
        if not reasons(facts, versions.by_row(facts.survey), by_answers=owner is not None):
            _cancel(kept, now, who, "Only who has left was to call about it.")
            return False
        outbox.cancel_about_call(kept.id, "Somebody else makes this call now.", now)
    call_records.give(kept.id, owner)
    if kept.state is CallState.OPEN:
        _tell(calls.hours, replace(kept, owner=owner, time=kept.time + 1), now)
    return True


def _tell(hours: SendingHours, call: CallRecord, now: datetime) -> None:
    """Queue the mails to whoever makes this call: one now, and one on the day by which, if that is still to come."""
    due_at = hours.first_open(call.due_on)
    for person in [call.owner] if call.owner else people.desk():
        outbox.queue(now, CALL, hours.next_open(now), call.time, call=call.id, recipient=person)
        if due_at > now:
            outbox.queue(now, CALL_DUE, due_at, call.time, call=call.id, recipient=person)


def _cancel(kept: CallRecord, now: datetime, who: Actor, why: str) -> None:
    call_records.move(kept.id, CallState.CANCELLED)
    outbox.cancel_about_call(kept.id, why, now)
    audit_log.write(who, AuditAction.CALL_CANCELLED, now, deals=[kept.deal])
