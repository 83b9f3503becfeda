"""The call about one deal: what it rests on, where it stands, and what is written down about it."""

from dataclasses import dataclass
from datetime import date, datetime

from kloof.domain.errors import NotFound, Reason
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState
from kloof.storage.database import is_postgresql
from kloof.storage.models import Call, CallStep, Deal, Message
from kloof.storage.statements import day, first, run

_FACTS = """
SELECT d.survey_version_id, CASE WHEN p.active THEN p.id END, o.named, s.wants_call, r.wants_call, r.may_call,
  s.answers, r.answers,
  (SELECT COUNT(*) FROM promise w WHERE w.response_id = s.id AND w.outcome = 'broken' AND r.id IS NOT NULL),
  call.id, call.owner_id, call.state, call.time, call.due_on
FROM deal d JOIN person p ON p.id = d.salesperson_id
LEFT JOIN own_pair o ON o.deal_id = d.id
LEFT JOIN invitation si ON si.deal_id = d.id AND si.wave = 'sale'
LEFT JOIN response s ON s.invitation_id = si.id AND s.submitted_at IS NOT NULL
LEFT JOIN invitation ri ON ri.deal_id = d.id AND ri.wave = 'delivery'
LEFT JOIN response r ON r.invitation_id = ri.id AND r.submitted_at IS NOT NULL
LEFT JOIN call ON call.deal_id = d.id
WHERE d.id = ?
"""
_LOCK = "SELECT id FROM deal WHERE id = ? FOR NO KEY UPDATE"
_ASKABLE = """
SELECT i.id, d.customer_time_zone FROM invitation i JOIN deal d ON d.id = i.deal_id
JOIN customer c ON c.id = d.customer_id
WHERE d.id = ? AND i.state = 'submitted' AND c.email IS NOT NULL AND NOT d.by_letter ORDER BY i.id DESC
"""


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

    `salesperson` is None once they have left. `named`: as on the salesperson's own page; a customer in totals is not.
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
    row = first(_FACTS, deal)
    if row is None:
        raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal any more.")
    version, seller, named, *rest = row
    at_sale, after, may_call, expected, received, broken, number, owner, state, time, due_on = rest
    kept = CallRecord(number, deal, owner, CallState(state), time, day(due_on)) if number else None
    return Facts(
        survey=version,
        salesperson=seller,
        named=bool(named),
        asked=bool(at_sale or after),
        may_call=bool(may_call),
        expected=bytes(expected or b""),
        received=bytes(received or b""),
        broken=broken,
        kept=kept,
    )


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


def note(call: CallRecord, outcome: CallOutcome, words: str, person: int | None, now: datetime) -> None:
    """Write down what came of it; `person` is None for the customer."""
    CallStep.insert(
        call=call.id, time=call.time, outcome=outcome.value, note=words, person=person, at=now
    ).execute()


def forget_notes(number: int) -> None:
    """Wipe what was written in words about this call; that it was made stays."""
    CallStep.update(note="").where(CallStep.call == number).execute()


def forget_mails(deals: list[int]) -> None:
    """Delete the mails about the calls of these deals, before the deals are erased."""
    theirs = Call.select(Call.id).where(Call.deal.in_(deals))
    Message.delete().where(Message.call.in_(theirs)).execute()


def give_link(number: int, salt: bytes, fingerprint: str) -> None:
    """The link by which the customer can say whether it is solved; an earlier one opens nothing any more."""
    Call.update(link_salt=salt, link_fingerprint=fingerprint).where(Call.id == number).execute()


def link_salt(deal_id: str) -> bytes:
    """The random part of the link by which the customer of this deal says whether it is solved.

    Raises NotFound where they were not asked that: there was no call, it was not solved, or they get no mail.
    """
    row = Call.select(Call.link_salt).join(Deal).where(Deal.deal_id == deal_id).first()
    if row is None or not row.link_salt:
        raise NotFound(
            Reason.CALL_NOT_HERE, f"The customer of deal {deal_id} was not asked whether it is solved."
        )
    return bytes(row.link_salt)


def askable(deal: int) -> tuple[int, str] | None:
    """The newest survey that the customer of this deal sent in, and their time zone; None where they get no mail."""
    row = first(_ASKABLE, deal)
    return None if row is None else (row[0], row[1])
