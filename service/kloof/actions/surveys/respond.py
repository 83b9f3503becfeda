"""A customer answers: opens the link, saves page after page, submits, and may change or take it back."""

from dataclasses import replace
from datetime import datetime

from kloof import storage
from kloof.actions.surveys.consequences import follow
from kloof.domain.access import tokens
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.staff.calls import CallPolicy
from kloof.domain.states import INVITATION_STEPS, OPEN, InvitationState, step
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.events import AnswersAct, AnswersEvent
from kloof.domain.surveys.responses import (
    Changes,
    Promise,
    Questionnaire,
    Response,
    amended,
    amended_promises,
    missing,
)
from kloof.storage.access import former_links
from kloof.storage.releases import queueing
from kloof.storage.surveys import passing, questionnaires, responses


def open_link(token: str, now: datetime) -> Questionnaire:
    """What this personal link opens: a form that takes answers, or one that was submitted.

    Raises NotFound: for a link that never was, and for one of ours that is over, with what became of it. Whoever holds
    that one got it from us, so they are told.
    """
    fingerprint = tokens.fingerprint(token)
    questionnaire = former_links.opened_by(questionnaires.by_link, fingerprint)
    if questionnaire is None:
        if passing.closed_by_it(fingerprint):
            raise NotFound(Reason.LINK_PASSED_ON, "This survey was passed on.")
        raise NotFound(Reason.LINK_CLOSED, "This link opens nothing.")
    if questionnaire.state is InvitationState.WITHDRAWN:
        raise NotFound(Reason.LINK_WITHDRAWN, "These answers were taken back.")
    if questionnaire.state is InvitationState.CANCELLED:
        raise NotFound(Reason.LINK_STOPPED, "This survey was cancelled.")
    if not (questionnaire.submitted or questionnaire.takes_answers(now)):
        raise NotFound(Reason.LINK_EXPIRED, "This survey is over.")
    if questionnaire.response.forgotten:
        raise NotFound(Reason.LINK_FORGOTTEN, "These answers are not kept any more.")
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
    calls: CallPolicy,
    *,
    submit: bool = False,
    correct: bool = False,
) -> Questionnaire:
    """Keep what a page brings and give the questionnaire as it is then, with all that follows, in one transaction.

    `submit` closes it when nothing is missing; otherwise it stays open and `domain.surveys.responses.missing` says
    why. A page that brings nothing new writes nothing. Raises Refused where it was closed in the meantime, and, with
    `correct`, where it was not submitted or its figures are frozen.
    """
    with storage.transaction():
        kept = responses.locked(questionnaire)
        _refuse_if_closed(questionnaire, kept, correct=correct)
        new = _amended(questionnaire, kept.response, changes)
        submits = submit and not correct and not missing(questionnaire.survey, new)
        if submits:
            new = replace(new, submitted_at=now, language=changes.language or new.language)
        wrote = _write(questionnaire, kept, new, changes, now)
        state = _moved(questionnaire, kept.state, submits=submits) if wrote else kept.state
        if wrote and (submits or correct):
            act = AnswersAct.SENT if submits else AnswersAct.CORRECTED
            follow(_event(act, questionnaire, kept, new, now), calls)
    return replace(questionnaire, state=state, response=new)


def choose_again(questionnaire: Questionnaire, changes: Changes, now: datetime, calls: CallPolicy) -> None:
    """After sending: another choice of who may see it, a call, the findings. Raises Refused where it was not sent."""
    with storage.transaction():
        kept = responses.locked(questionnaire)
        if kept.state is not InvitationState.SUBMITTED or kept.response.forgotten:
            raise Refused(Reason.ANSWERS_NOT_SENT, "These answers were not sent in.")
        new = _amended(questionnaire, kept.response, changes)
        if new != kept.response:
            responses.write(questionnaire, new, now)
            follow(_event(AnswersAct.CHOSEN_AGAIN, questionnaire, kept, new, now), calls)


def withdraw(questionnaire: Questionnaire, now: datetime, calls: CallPolicy) -> None:
    """Take every answer of this survey back; what was published already stays, as a sum over at least ten."""
    with storage.transaction():
        kept = responses.locked(questionnaire)
        step(INVITATION_STEPS, kept.state, InvitationState.WITHDRAWN)
        if questionnaire.wave is Wave.DELIVERY and questionnaire.promises_of is not None:
            responses.forget_outcomes(questionnaire.promises_of)
        responses.erase(questionnaire.invitation)
        responses.set_state(questionnaire.invitation, InvitationState.WITHDRAWN)
        follow(_event(AnswersAct.WITHDRAWN, questionnaire, kept, kept.response, now), calls)


def _amended(questionnaire: Questionnaire, kept: Response, changes: Changes) -> Response:
    """The response with these changes; who says who may see it says so of the one whose name stands beside it."""
    new = amended(kept, changes)
    return replace(new, shown_to=questionnaire.successor) if changes.consent else new


def _event(
    act: AnswersAct,
    questionnaire: Questionnaire,
    kept: responses.StoredResponse,
    after: Response,
    now: datetime,
) -> AnswersEvent:
    return AnswersEvent(
        act,
        questionnaire.deal,
        questionnaire.survey,
        questionnaire.wave,
        now,
        before=kept.response,
        after=after,
        seller_knows=kept.shown,
    )


def _refuse_if_closed(questionnaire: Questionnaire, kept: responses.StoredResponse, *, correct: bool) -> None:
    if correct:
        sent = kept.state is InvitationState.SUBMITTED and not kept.response.forgotten
        if not sent or queueing.is_frozen(questionnaire.deal):
            raise Refused(Reason.ANSWERS_FIXED, "These answers can no longer be changed.")
    elif kept.state not in OPEN:
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
