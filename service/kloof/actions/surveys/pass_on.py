"""A customer is not the right person: a survey goes on to a colleague of theirs, once, by a mail that names who did so.

What somebody answered before they passed it on is erased: it was theirs to give, and nobody else's to read.
"""

from datetime import datetime

from kloof import storage
from kloof.actions.mailing.invite import invite
from kloof.config import Settings
from kloof.domain.access.audit_log import CUSTOMER, Actor, AuditAction
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.states import OPEN
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Questionnaire
from kloof.storage.access import audit_log
from kloof.storage.deals import deals
from kloof.storage.mailing import outbox
from kloof.storage.surveys import passing, responses, versions


def pass_on(
    settings: Settings, questionnaire: Questionnaire, name: str, email: str, now: datetime, *, both: bool
) -> None:
    """Ask the colleague with this address (in its one form) instead, and of a first survey `both` for the second too.

    The link by which it is done closes. Raises Refused where it was passed on or closed before, and for the customer's
    own address.
    """
    with storage.transaction():
        kept = responses.locked(questionnaire)
        if kept.state not in OPEN:
            raise Refused(Reason.SURVEY_CLOSED, "This survey was closed in the meantime.")
        deal = deals.numbered(questionnaire.deal)
        to = passing.colleague(name, email, questionnaire.language)
        if to == deal.customer:
            raise Refused(Reason.PASSED_TO_SELF, "That is the address of whoever passes it on.")
        if not passing.note(deal.id, questionnaire.wave, to, now, by=questionnaire.invitation):
            raise Refused(Reason.PASSED_ON_BEFORE, "This survey was passed on before.")
        second = outbox.asked(deal.id, Wave.DELIVERY) if both and questionnaire.wave is Wave.SALE else None
        if both and questionnaire.wave is Wave.SALE and second is None:
            passing.note(deal.id, Wave.DELIVERY, to, now, by=questionnaire.invitation)
        elif second and second.state in OPEN and not second.answered:
            passing.note(deal.id, Wave.DELIVERY, to, now, by=second.invitation)
            outbox.forget(second.invitation)
            invite(settings, deal, questionnaire.survey, Wave.DELIVERY, now)
        outbox.forget(questionnaire.invitation)
        invite(settings, deal, questionnaire.survey, questionnaire.wave, now)
        audit_log.write(
            CUSTOMER, AuditAction.SURVEY_PASSED_ON, now, deals=[deal.id], detail=questionnaire.wave.value
        )


def take_back(settings: Settings, deal_id: str, wave: Wave, now: datetime, by: Actor) -> None:
    """The desk asks the customer of the deal again, whose survey a colleague was to answer and has not begun.

    Raises NotFound where nobody passed it on, and Refused where the colleague has begun.
    """
    with storage.transaction():
        found = deals.stored([deal_id]).get(deal_id)
        if found is None or passing.passed_to(found.deal.id, wave) is None:
            raise NotFound(
                Reason.DEAL_UNKNOWN, f"No such survey of deal {deal_id} was passed on.", deal=deal_id
            )
        deal = found.deal
        asked = outbox.asked(deal.id, wave)
        if asked and (asked.answered or asked.state not in OPEN):
            raise Refused(Reason.STEP_IMPOSSIBLE, "The colleague has begun to answer.")
        passing.take_back(deal.id, wave, now)
        if asked:
            outbox.forget(asked.invitation)
            invite(settings, deal, versions.by_key(deal.survey), wave, now)
        audit_log.write(by, AuditAction.SURVEY_TAKEN_BACK, now, deals=[deal.id], detail=wave.value)
