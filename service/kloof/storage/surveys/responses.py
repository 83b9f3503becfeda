"""Keeping what customers answer: read under lock, laid over, written back, in few statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from kloof.domain.errors import NotFound, Reason
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import pack
from kloof.domain.surveys.responses import Promise, Questionnaire, Response
from kloof.storage.database import is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import Promise as PromiseRow
from kloof.storage.models import Response as ResponseRow
from kloof.storage.statements import first_row, run, scalar
from kloof.storage.surveys.questionnaires import RESPONSE_COLUMNS, ResponseColumns, response


class _Now(NamedTuple):
    state: str
    kept: ResponseColumns
    own_pair: int | None


_READ = f"""
SELECT i.state AS state,
       {RESPONSE_COLUMNS},
       o.id AS own_pair
FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id
LEFT JOIN own_pair o ON o.deal_id = i.deal_id
WHERE i.id = ?
"""  # noqa: S608  our own words
_LOCK = "SELECT id FROM invitation WHERE id = ? FOR UPDATE"
_WRITE = """
INSERT INTO response
  (invitation_id, answers, comment, consent, wants_call, wants_findings, share_with_delivery, language, saved_at,
   submitted_at, may_call, shown_to_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (invitation_id) DO UPDATE SET
  answers = excluded.answers, comment = excluded.comment, consent = excluded.consent,
  wants_call = excluded.wants_call, wants_findings = excluded.wants_findings,
  share_with_delivery = excluded.share_with_delivery,
  language = excluded.language, saved_at = excluded.saved_at, submitted_at = excluded.submitted_at,
  may_call = excluded.may_call, shown_to_id = excluded.shown_to_id
RETURNING id
"""
_STEP = "UPDATE invitation SET state = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The state of an invitation and its response as they are now, with the row of the response if there is one.

    `shown`: the salesperson's page knows of this deal.
    """

    state: InvitationState
    row: int | None
    response: Response
    shown: bool


def locked(questionnaire: Questionnaire) -> StoredResponse:
    """What is kept now; nobody else changes them before this transaction ends. Raises NotFound where it is gone.

    Only inside a transaction. SQLite has locked everything at its start. PostgreSQL locks the invitation's row
    first, since that of the response may not exist yet, and only then reads: what one statement locks and reads
    together, it may read as it was before it waited.
    """
    if is_postgresql():
        run(_LOCK, questionnaire.invitation)
    row = first_row(_Now, _READ, questionnaire.invitation)
    if row is None:  # the customer was erased, or is asked anew elsewhere, while the page was open
        raise NotFound(Reason.LINK_CLOSED, "This link opens nothing.")
    kept = response(questionnaire.survey, questionnaire.wave, row.kept)
    return StoredResponse(InvitationState(row.state), row.kept.response, kept, row.own_pair is not None)


def write(questionnaire: Questionnaire, kept: Response, now: datetime) -> int:
    """Write the whole response; gives its row id."""
    moment = UtcField.db_value
    values: tuple[Any, ...] = (
        questionnaire.invitation,
        pack(questionnaire.survey, questionnaire.wave, kept.answers),
        kept.comment,
        kept.consent.value if kept.consent else "",
        kept.wants_call,
        kept.wants_findings,
        kept.shares_with_delivery,
        kept.language or questionnaire.language,
        moment(ResponseRow.saved_at, now),
        moment(ResponseRow.submitted_at, kept.submitted_at),
        kept.may_call,
        kept.shown_to,
    )
    return int(scalar(_WRITE, *values))


def set_state(invitation: int, state: InvitationState) -> None:
    """Move an invitation to a state; the caller asked domain.invitations.step whether it may."""
    run(_STEP, state.value, invitation)


def replace_promises(response_row: int, before: tuple[Promise, ...], after: tuple[Promise, ...]) -> None:
    """Make the promises of a response those of `after`, touching only what differs."""
    gone = {promise.position for promise in before} - {promise.position for promise in after}
    if gone:
        PromiseRow.delete().where(
            PromiseRow.response == response_row, PromiseRow.position.in_(gone)
        ).execute()
    for promise in (one for one in after if one not in before):
        values = {
            "text": promise.text,
            "aspect": promise.aspect,
            "source": promise.source.value if promise.source else "",
            "outcome": promise.outcome.value if promise.outcome else "",
            "remark": promise.remark,
        }
        PromiseRow.insert(response=response_row, position=promise.position, **values).on_conflict(
            conflict_target=[PromiseRow.response, PromiseRow.position], update=values
        ).execute()


def erase(invitation: int) -> None:
    """Delete the response of an invitation, and with it the promises that it holds."""
    ResponseRow.delete().where(ResponseRow.invitation == invitation).execute()


def forget_outcomes(response_row: int) -> None:
    """Take back what was said about the promises of this response."""
    PromiseRow.update(outcome="", remark="").where(PromiseRow.response == response_row).execute()
