"""The call about one deal: what it rests on, where it stands, and what is written down about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.errors import NotFound, Reason
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState, InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import PromiseOutcome
from kloof.storage.database import is_postgresql
from kloof.storage.models import Call, CallStep, Message
from kloof.storage.statements import chunked, day, first_row, names, run


class _Facts(NamedTuple):
    """Of a deal and its call; what the customer or nobody said is None."""

    survey: int
    salesperson: int | None
    named: int | None
    asked_at_sale: int | None
    asked_after: int | None
    may_call: int | None
    expected: bytes | None
    received: bytes | None
    broken: int
    call: int | None
    owner: int | None
    state: str
    time: int
    due_on: date | str


_FACTS = f"""
SELECT d.survey_version_id AS survey, CASE WHEN p.active THEN p.id END AS salesperson,
  o.named AND (s.id IS NULL OR COALESCE(s.shown_to_id, d.salesperson_id) = p.id)
    AND (r.id IS NULL OR COALESCE(r.shown_to_id, d.salesperson_id) = p.id) AS named,
  s.wants_call AS asked_at_sale, r.wants_call AS asked_after, r.may_call AS may_call,
  s.answers AS expected, r.answers AS received,
  (SELECT COUNT(*) FROM promise w WHERE w.response_id = s.id AND w.outcome IN ({names([PromiseOutcome.BROKEN])})
    AND r.id IS NOT NULL) AS broken,
  call.id AS call, call.owner_id AS owner, call.state AS state, call.time AS time, call.due_on AS due_on
FROM deal d JOIN person p ON p.id = COALESCE(d.successor_id, d.salesperson_id)
LEFT JOIN own_pair o ON o.deal_id = d.id
LEFT JOIN invitation si ON si.deal_id = d.id AND si.wave IN ({names([Wave.SALE])})
LEFT JOIN response s ON s.invitation_id = si.id AND s.submitted_at IS NOT NULL
LEFT JOIN invitation ri ON ri.deal_id = d.id AND ri.wave IN ({names([Wave.DELIVERY])})
LEFT JOIN response r ON r.invitation_id = ri.id AND r.submitted_at IS NOT NULL
LEFT JOIN call ON call.deal_id = d.id
WHERE d.id = ?
"""  # noqa: S608  our own words
_AT_ONCE = 500
_LOCK = "SELECT id FROM deal WHERE id = ? FOR NO KEY UPDATE"


class Askable(NamedTuple):
    """The newest survey that a customer sent in, by number, and the customer's time zone."""

    invitation: int
    time_zone: str


_ASKABLE = f"""
SELECT i.id AS invitation, d.customer_time_zone AS time_zone FROM invitation i JOIN deal d ON d.id = i.deal_id
JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id)
WHERE d.id = ? AND i.state IN ({names([InvitationState.SUBMITTED])}) AND c.email IS NOT NULL
AND (i.asked_id IS NOT NULL OR NOT d.by_letter)
ORDER BY i.id DESC
"""  # noqa: S608  our own words


class _Link(NamedTuple):
    salt: bytes | None


_LINK = "SELECT c.link_salt AS salt FROM call c JOIN deal d ON d.id = c.deal_id WHERE d.deal_id = ?"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as it is kept. `owner` is None where the desk calls; `time` counts how often it opened."""

    id: int
    deal: int
    owner: int | None
    state: CallState
    time: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What says whether the customer of a deal is to be called. `survey` is a row; answers are packed.

    `salesperson` is who sold it or took it over since, and None once they have left. `named`: as on their own page, and
    all of it shown to them; a customer in totals is not.
    """

    survey: int
    salesperson: int | None
    named: bool
    asked: bool
    may_call: bool
    expected: bytes
    received: bytes
    broken: int
    kept: CallRecord | None


def facts(deal: int) -> Facts:
    """Everything about this deal (row id) that counts; two surveys sent in at once wait for each other.

    Raises NotFound where the deal is gone.
    """
    if is_postgresql():
        run(_LOCK, deal)
    row = first_row(_Facts, _FACTS, deal)
    if row is None:
        raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal any more.")
    return Facts(
        survey=row.survey,
        salesperson=row.salesperson,
        named=bool(row.named),
        asked=bool(row.asked_at_sale or row.asked_after),
        may_call=bool(row.may_call),
        expected=bytes(row.expected or b""),
        received=bytes(row.received or b""),
        broken=row.broken,
        kept=_kept(deal, row),
    )


def _kept(deal: int, row: _Facts) -> CallRecord | None:
    if row.call is None:
        return None
    return CallRecord(row.call, deal, row.owner, CallState(row.state), row.time, day(row.due_on))


def open_anew(deal: int, owner: int | None, due_on: date, now: datetime) -> CallRecord:
    """The call about this deal, open from now on: inserted, or once more. In the caller's transaction."""
    facts = {"owner": owner, "state": CallState.OPEN.value, "opened_at": now, "due_on": due_on}
    Call.insert(deal=deal, time=1, **facts).on_conflict(
        conflict_target=(Call.deal,),
        update=facts | {"time": Call.time + 1},
    ).execute()
    row = Call.get(Call.deal == deal)
    return CallRecord(row.id, deal, owner, CallState.OPEN, row.time, due_on)


def locked(number: int) -> CallState:
    """Where this call stands; nobody else moves it before this transaction ends. Raises NotFound where it is gone."""
    Call.update(state=Call.state).where(Call.id == number).execute()
    row = Call.get_or_none(Call.id == number)
    if row is None:
        raise NotFound(Reason.CALL_NOT_HERE, "There is no such call any more.")
    return CallState(row.state)


def move(number: int, to: CallState) -> None:
    """Bring a call to a state; the caller asked domain.states.step whether it may."""
    Call.update(state=to.value).where(Call.id == number).execute()


def give(number: int, owner: int | None) -> None:
    """Somebody else makes this call from now on, None for the desk; their mails about it are of another time."""
    Call.update(owner=owner, time=Call.time + 1).where(Call.id == number).execute()


def note(call: CallRecord, outcome: CallOutcome, words: str, person: int | None, now: datetime) -> None:
    """Write down what came of it; `person` is None for the customer."""
    CallStep.insert(
        call=call.id, time=call.time, outcome=outcome.value, note=words, person=person, at=now
    ).execute()


def forget_notes(number: int) -> None:
    """Wipe what was written in words about this call; that it was made stays."""
    CallStep.update(note="").where(CallStep.call == number).execute()


def forget_mails(deals: Sequence[int]) -> None:
    """Delete the mails about the calls of these deals, before the deals are erased."""
    for some in chunked(deals, _AT_ONCE):
        theirs = Call.select(Call.id).where(Call.deal.in_(some))
        Message.delete().where(Message.call.in_(theirs)).execute()


def give_link(number: int, salt: bytes, fingerprint: str) -> None:
    """The link by which the customer can say whether it is solved; an earlier one opens nothing any more."""
    Call.update(link_salt=salt, link_fingerprint=fingerprint).where(Call.id == number).execute()


def link_salt(deal_id: str) -> bytes:
    """The random part of the link by which the customer of this deal says whether it is solved.

    Raises NotFound where they were not asked that: there was no call, it was not solved, or they get no mail.
    """
    row = first_row(_Link, _LINK, deal_id)
    if row is None or not row.salt:
        raise NotFound(
            Reason.CALL_NOT_HERE, f"The customer of deal {deal_id} was not asked whether it is solved."
        )
    return bytes(row.salt)


def askable(deal: int) -> Askable | None:
    """By which survey the customer of this deal can be asked something; None where they get no mail."""
    return first_row(Askable, _ASKABLE, deal)
