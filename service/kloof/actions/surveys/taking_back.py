"""A customer takes something back after sending: carried out, and noted where no older backup undoes it."""

from datetime import datetime

from kloof.actions import ledger
from kloof.actions.staff.open_calls import policy
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.ledger import LedgerAct
from kloof.domain.surveys.responses import Changes, Consent, Questionnaire


def withdraw(settings: Settings, questionnaire: Questionnaire, now: datetime) -> None:
    """Take every answer of this survey back, as `respond.withdraw` does, which raises."""
    with ledger.noting(settings) as note:
        note(LedgerAct.WITHDRAWN, questionnaire.invitation, now)
        respond.withdraw(questionnaire, now, policy(settings))


def choose_again(settings: Settings, questionnaire: Questionnaire, changes: Changes, now: datetime) -> None:
    """Another choice of who may see it, a call, the findings, as `respond.choose_again` has it, which raises."""
    before = questionnaire.response
    with ledger.noting(settings) as note:
        if before.consent is Consent.NAMED and changes.consent is Consent.TOTALS:
            note(LedgerAct.NOT_NAMED, questionnaire.invitation, now)
        if before.shares_with_delivery and changes.shares_with_delivery is False:
            note(LedgerAct.NOT_SHARED, questionnaire.invitation, now)
        respond.choose_again(questionnaire, changes, now, policy(settings))
