"""What follows when a customer sends, corrects, chooses again or withdraws: blocks, audit log, own totals and calls."""

from kloof.actions.staff import open_calls
from kloof.domain.access.audit_log import CUSTOMER, AuditAction
from kloof.domain.staff.calls import CallPolicy
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.events import AnswersAct, AnswersEvent, agreement
from kloof.domain.surveys.responses import Consent
from kloof.domain.webhooks.events import EventKind, Happened
from kloof.storage.access import audit_log
from kloof.storage.releases import queueing
from kloof.storage.staff import own_totals
from kloof.storage.webhooks import outbox as webhooks


def follow(event: AnswersEvent, calls: CallPolicy) -> None:
    """Bring all that rests on these answers in line with them, in the transaction of what the customer did."""
    pair = _in_blocks(event)
    _log(event)
    if event.act is AnswersAct.SENT:
        webhooks.tell([_told(event, calls)], event.at)
    if _concerns_own_totals(event):
        own_totals.keep(event.deal, pair, event.at)
    if event.act is not AnswersAct.SENT or event.wave is Wave.DELIVERY:
        open_calls.settle(calls, event)


def _in_blocks(event: AnswersEvent) -> queueing.Answers | None:
    """The pair of the deal, where it is complete and somebody needs it."""
    match event.act:
        case AnswersAct.SENT if event.wave is Wave.SALE:
            # Never for a first survey alone: what is asked after delivery is no expectation any more.
            return None
        case AnswersAct.SENT | AnswersAct.CORRECTED:
            return queueing.record_pair(event.deal, event.at)
        case AnswersAct.CHOSEN_AGAIN:
            return queueing.complete_answers(event.deal) if event.agreement_changed else None
        case AnswersAct.WITHDRAWN:
            queueing.withdraw_pair(event.deal, event.at)
            return None


def _told(event: AnswersEvent, calls: CallPolicy) -> Happened:
    """What other programs are told, once the day is over: at which hour a customer answered, nobody is told."""
    day = calls.hours.day_of(event.at)
    facts = {"wave": event.wave.value, "answered_on": day}
    return Happened(EventKind.SURVEY_ANSWERED, facts, event.deal, calls.hours.end_of(day))


def _log(event: AnswersEvent) -> None:
    now_agreed = agreement(event.after)
    match event.act:
        case AnswersAct.SENT:
            what, detail = AuditAction.ANSWERS_SENT, now_agreed
        case AnswersAct.CORRECTED:
            what, detail = AuditAction.ANSWERS_CORRECTED, now_agreed
        case AnswersAct.CHOSEN_AGAIN if not event.agreement_changed:
            return
        case AnswersAct.CHOSEN_AGAIN:
            what, detail = AuditAction.CONSENT_CHANGED, f"{agreement(event.before)} to {now_agreed}"
        case AnswersAct.WITHDRAWN:
            what, detail = AuditAction.ANSWERS_WITHDRAWN, ""
    audit_log.write(CUSTOMER, what, event.at, deals=[event.deal], detail=detail)


def _concerns_own_totals(event: AnswersEvent) -> bool:
    match event.act:
        case AnswersAct.SENT | AnswersAct.CORRECTED:
            named = event.after.consent is Consent.NAMED
            return event.seller_knows or event.wave is Wave.DELIVERY or named
        case AnswersAct.CHOSEN_AGAIN:
            return event.agreement_changed
        case AnswersAct.WITHDRAWN:
            return True
