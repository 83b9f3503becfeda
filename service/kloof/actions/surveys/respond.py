"""A customer answers: opens the link, saves page after page, submits, and may change or take it back."""

from dataclasses import replace
from datetime import datetime

from kloof import storage
from kloof.actions.staff import open_calls
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import CUSTOMER, AuditAction
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.states import INVITATION_STEPS, OPEN, InvitationState, step
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import (
    Changes,
    Consent,
    Promise,
    Questionnaire,
    Response,
    amended,
    amended_promises,
    missing,
)
from kloof.storage.access import audit_log
from kloof.storage.releases import queueing
from kloof.storage.staff import own_totals
from kloof.storage.surveys import questionnaires, responses


def open_link(token: str, now: datetime) -> Questionnaire:
    """What this personal link opens: a form that takes answers, or one that was submitted.

    Raises NotFound for a link that never was, expired, or was cancelled or taken back: they look the same.
    """
    questionnaire = questionnaires.by_link(tokens.fingerprint(token))
    if questionnaire is None or not (questionnaire.submitted or questionnaire.takes_answers(now)):
        raise NotFound(Reason.LINK_CLOSED, "This link opens nothing.")
    return questionnaire


def promises(questionnaire: Questionnaire) -> tuple[Promise, ...]:
    """The promises that the customer wrote down at sale."""
    return questionnaires.promises(questionnaire.promises_of)


def may_correct(questionnaire: Questionnaire) -> bool:
    """Whether what was sent in can still be changed: until its figures are frozen."""
    return questionnaire.submitted and not queueing.is_frozen(questionnaire.deal)


def save(
    questionnaire: Questionnaire,
    changes: Changes,
    now: datetime,
    *,
    submit: bool = False,
    correct: bool = False,
    settings: Settings | None = None,
) -> Questionnaire:
    """Keep what a page brings and give the questionnaire as it is then, all in one transaction.

    `submit` closes it when nothing is missing; otherwise it stays open and `domain.responses.missing` says
    why. A page that brings nothing new writes nothing. With `settings`, a call opens where the answers give reason
    for one. Raises Refused where it was closed in the meantime, and, with `correct`, where it was not submitted or
    its figures are frozen.
    """
    with storage.transaction():
        now_kept = responses.locked(questionnaire)
        _refuse_if_closed(questionnaire, now_kept.state, correct=correct)
        new = amended(now_kept.response, changes)
        submits = submit and not correct and not missing(questionnaire.survey, new)
        if submits:
            new = replace(new, submitted_at=now, language=changes.language or new.language)
        row = _write(questionnaire, now_kept, new, changes, now)
        state = _moved(questionnaire, now_kept.state, submits=submits) if row else now_kept.state
        complete = None
        if correct or (submits and questionnaire.wave is Wave.DELIVERY):
            # Never for a first survey alone: what is asked after delivery is no expectation any more.
            complete = queueing.record_pair(questionnaire.deal, now)
        if submits or (correct and row):
            what = AuditAction.ANSWERS_SENT if submits else AuditAction.ANSWERS_CORRECTED
            audit_log.write(CUSTOMER, what, now, deals=[questionnaire.deal], detail=_agreed(new))
            if now_kept.shown or questionnaire.wave is Wave.DELIVERY or new.consent is Consent.NAMED:
                own_totals.keep(questionnaire.deal, complete, now)
            if correct or questionnaire.wave is Wave.DELIVERY:
                open_calls.settle(settings, questionnaire.deal, questionnaire.survey, now, fresh=submits)
    return replace(questionnaire, state=state, response=new)


def choose_again(
    questionnaire: Questionnaire, changes: Changes, now: datetime, settings: Settings | None = None
) -> None:
    """After sending: another choice of who may see it, a call, the findings.

    With `settings`, asking for a call opens one. Raises Refused where it was not sent.
    """
    with storage.transaction():
        kept = responses.locked(questionnaire)
        if kept.state is not InvitationState.SUBMITTED:
            raise Refused(Reason.ANSWERS_NOT_SENT, "These answers were not sent in.")
        new = amended(kept.response, changes)
        if new == kept.response:
            return
        responses.write(questionnaire, new, now)
        if _agreed(new) != _agreed(kept.response):
            turn = f"{_agreed(kept.response)} to {_agreed(new)}"
            audit_log.write(
                CUSTOMER, AuditAction.CONSENT_CHANGED, now, deals=[questionnaire.deal], detail=turn
            )
            own_totals.keep(questionnaire.deal, queueing.complete_answers(questionnaire.deal), now)
        open_calls.settle(
            settings,
            questionnaire.deal,
            questionnaire.survey,
            now,
            fresh=new.wants_call and not kept.response.wants_call,
            forget=new.consent is Consent.TOTALS and kept.response.consent is Consent.NAMED,
        )


def withdraw(questionnaire: Questionnaire, now: datetime) -> None:
    """Take every answer of this survey back; what was published already stays, as a sum over at least ten."""
    with storage.transaction():
        step(INVITATION_STEPS, responses.locked(questionnaire).state, InvitationState.WITHDRAWN)
        queueing.withdraw_pair(questionnaire.deal, now)
        if questionnaire.wave is Wave.DELIVERY and questionnaire.promises_of is not None:
            responses.forget_outcomes(questionnaire.promises_of)
        responses.erase(questionnaire.invitation)
        responses.set_state(questionnaire.invitation, InvitationState.WITHDRAWN)
        own_totals.keep(questionnaire.deal, None, now)
        audit_log.write(CUSTOMER, AuditAction.ANSWERS_WITHDRAWN, now, deals=[questionnaire.deal])
        open_calls.settle(None, questionnaire.deal, questionnaire.survey, now, fresh=False, forget=True)


def _agreed(response: Response) -> str:
    """Who may see it, as the audit log says it."""
    return f"{response.consent or ''}{' and delivery' if response.shares_with_delivery else ''}"


def _refuse_if_closed(questionnaire: Questionnaire, state: InvitationState, *, correct: bool) -> None:
    if correct:
        if state is not InvitationState.SUBMITTED or queueing.is_frozen(questionnaire.deal):
            raise Refused(Reason.ANSWERS_FIXED, "These answers can no longer be changed.")
    elif state not in OPEN:
        raise Refused(Reason.SURVEY_CLOSED, "This survey was closed in the meantime.")


def _write(
    questionnaire: Questionnaire,
    kept: responses.StoredResponse,
    new: Response,
    changes: Changes,
    now: datetime,
) -> int | None:
    """Write what differs; gives the row of the response, or None where nothing differed."""
    at_sale = questionnaire.wave is Wave.SALE
    noted = (
        questionnaires.promises(kept.row if at_sale else questionnaire.promises_of)
        if changes.promises
        else ()
    )
    promised = amended_promises(noted, changes.promises)
    if new == kept.response and promised == noted:
        return None
    row = responses.write(questionnaire, new, now)
    holder = row if at_sale else questionnaire.promises_of
    if promised != noted and holder is not None:
        responses.replace_promises(holder, noted, promised)
    return row


def _moved(questionnaire: Questionnaire, state: InvitationState, *, submits: bool) -> InvitationState:
    if state is InvitationState.SUBMITTED:
        return state
    to = InvitationState.SUBMITTED if submits else InvitationState.STARTED
    if step(INVITATION_STEPS, state, to) is not state:
        responses.set_state(questionnaire.invitation, to)
    return to
