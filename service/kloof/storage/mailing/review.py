"""Messages that a person looks at: what is listed, what is decided, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.mailing.kinds import MAIL_KINDS, MailKind
from kloof.domain.states import MESSAGE_STEPS, WAITS, MessageState, step
from kloof.storage.mailing import attempts
from kloof.storage.mailing.attempts import MailLine
from kloof.storage.models import Message
from kloof.storage.models.outbox import DUE_CONDITION, REVIEW_CONDITION
from kloof.storage.statements import first_row, names, rows, timestamp


class _Entry(NamedTuple):
    """A message and what it is about; what it is not about is None."""

    id: int
    state: str
    kind: str
    ordinal: int
    wave: str | None
    deal_id: str | None
    email: str | None
    attempts: int
    since: datetime | str
    reply: str


# From the few that are chosen to what they are about: PostgreSQL joins so many tables in the order that is written.
_ENTRIES = """
SELECT m.id AS id, m.state AS state, m.kind AS kind, m.ordinal AS ordinal, i.wave AS wave,
       COALESCE(d.deal_id, called.deal_id, told.deal_id) AS deal_id,
       COALESCE(NULLIF(c.email, ''), p.email, caller.email, seller.email) AS email,
       m.attempts AS attempts, m.{since} AS since, m.last_reply AS reply
FROM ({chosen}) chosen JOIN message m ON m.id = chosen.id
LEFT JOIN invitation i ON i.id = m.invitation_id
LEFT JOIN deal d ON d.id = i.deal_id
LEFT JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id)
LEFT JOIN sign_in s ON s.id = m.sign_in_id
LEFT JOIN person p ON p.id = s.person_id
LEFT JOIN deal told ON told.id = m.handover_id
LEFT JOIN person seller ON seller.id = told.salesperson_id
LEFT JOIN call ON call.id = m.call_id
LEFT JOIN deal called ON called.id = call.deal_id
LEFT JOIN person caller ON caller.id = m.recipient_id
ORDER BY {order} LIMIT ?
"""
_PART = "SELECT id FROM (SELECT id FROM message WHERE {which} ORDER BY {since}, id LIMIT ?) AS part{turn}"


class _Counts(NamedTuple):
    queued: int
    letter: int
    sending: int
    failed: int
    held: int
    bounced: int


PASSING = (
    MessageState.HELD,
    MessageState.BOUNCED,
    MessageState.FAILED,
    MessageState.LETTER,
    MessageState.QUEUED,
    MessageState.SENDING,
)
"""What does not stay: somebody decides about it, or it goes out. What is most the desk's to decide first."""
_COUNT = "(SELECT COUNT(*) FROM message WHERE {index} AND state = {state}) AS {name}"
_INDEX_OF = dict.fromkeys(PASSING, REVIEW_CONDITION) | {
    MessageState.QUEUED: DUE_CONDITION,
    MessageState.LETTER: f"state = {names([MessageState.LETTER])}",
}
_COUNTS = "SELECT " + ", ".join(
    _COUNT.format(index=_INDEX_OF[state], state=names([state]), name=state.value) for state in PASSING
)


class _Sent(NamedTuple):
    id: int
    state: str
    email: str | None
    soft_bounces: int
    customer: int
    deal: int


_TO_CUSTOMER = """
SELECT m.id AS id, m.state AS state, c.email AS email, m.soft_bounces AS soft_bounces, c.id AS customer, d.id AS deal
FROM message m JOIN invitation i ON i.id = m.invitation_id JOIN deal d ON d.id = i.deal_id
JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id)
"""
_SENT = f"{_TO_CUSTOMER} WHERE m.message_id = ?"
_NUMBERED = f"{_TO_CUSTOMER} WHERE m.id = ?"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A message as the desk sees it. `since` is when it came into its state, or is due if it waits."""

    id: int
    state: MessageState
    kind: MailKind[Any]
    ordinal: int
    wave: str
    deal_id: str
    email: str
    attempts: int
    since: datetime
    reply: str

    @property
    def name(self) -> str:
        """What it is, in one word: `invitation`, `reminder-2`."""
        return self.kind.numbered(self.ordinal)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return {
            "id": self.id,
            "state": self.state.value,
            "kind": self.name,
            "wave": self.wave,
            "deal_id": self.deal_id,
            "email": self.email,
            "attempts": self.attempts,
            "since": self.since.isoformat(),
            "reply": self.reply,
        }


@dataclass(frozen=True, slots=True)
class MailLife:
    """A message and its moments: made, due, gone out; and what came of each attempt before."""

    entry: OutboxEntry
    made_at: datetime
    due_at: datetime
    sent_at: datetime | None
    lines: tuple[MailLine, ...]


@dataclass(frozen=True, slots=True)
class SentMail:
    """A message to a customer that something came back about."""

    id: int
    state: MessageState
    email: str
    soft_bounces: int
    customer: int
    deal: int


def listed(state: MessageState, most: int) -> list[OutboxEntry]:
    """The messages in this state that wait longest: those that are queued by when they are due."""
    since = "due_at" if state in WAITS else "changed_at"
    return _entries([state], since, f"m.{since}, m.id", most)


def concerns(states: Sequence[MessageState], most: int) -> list[OutboxEntry]:
    """The messages in these states, in the order of the states and then the longest waiting first; one query."""
    turns = " ".join(f"WHEN {names([state])} THEN {turn}" for turn, state in enumerate(states))
    return _entries(states, "changed_at", f"CASE m.state {turns} END, m.changed_at, m.id", most)


def _entries(states: Sequence[MessageState], since: str, order: str, most: int) -> list[OutboxEntry]:
    wheres = [where for state in states for where in _where(state)]
    parts = (_PART.format(which=which, since=since, turn=turn) for turn, which in enumerate(wheres))
    sql = _ENTRIES.format(since=since, chosen=" UNION ALL ".join(parts), order=order)
    return [_entry(row) for row in rows(_Entry, sql, *[most] * len(wheres), most)]


def _where(state: MessageState) -> tuple[str, ...]:
    """Which messages are in this state, in parts of which an index keeps each in the order in which they wait."""
    if state is MessageState.QUEUED:
        return f"{DUE_CONDITION} AND urgent", f"{DUE_CONDITION} AND NOT urgent"
    return (f"{_INDEX_OF.get(state, '1 = 1')} AND state = {names([state])}",)


def life(number: int) -> MailLife:
    """One message with its moments. Raises NotFound."""
    row = Message.get_or_none(Message.id == number)
    chosen = "SELECT id FROM message WHERE id = ?"
    found = rows(_Entry, _ENTRIES.format(since="changed_at", chosen=chosen, order="m.id"), number, 1)
    if row is None or not found:
        raise _unknown(number)
    return MailLife(_entry(found[0]), row.created_at, row.due_at, row.sent_at, tuple(attempts.of(number)))


def counts() -> dict[MessageState, int]:
    """How many messages there are in each state in which one does not stay: a look at indexes."""
    [row] = rows(_Counts, _COUNTS)
    return {state: getattr(row, state.value) for state in PASSING}


def _entry(row: _Entry) -> OutboxEntry:
    return OutboxEntry(
        id=row.id,
        state=MessageState(row.state),
        kind=MAIL_KINDS[row.kind],
        ordinal=row.ordinal,
        wave=row.wave or "",
        deal_id=row.deal_id or "",
        email=row.email or "",
        attempts=row.attempts,
        since=timestamp(row.since),
        reply=row.reply,
    )


def numbers(state: MessageState) -> list[int]:
    """Every message in this state."""
    found: Any = Message.select(Message.id).where(Message.state == state.value)
    return [row.id for row in found.namedtuples()]


def decide(number: int, to: MessageState, now: datetime, reply: str, due_at: datetime | None = None) -> None:
    """Bring a message to another state, as far as the table allows it; raises NotFound or Refused."""
    row = Message.get_or_none(Message.id == number)
    if row is None:
        raise _unknown(number)
    now_in = MessageState(row.state)
    if now_in is MessageState.SENDING:
        raise Refused(
            Reason.MESSAGE_ON_ITS_WAY,
            f"Message {number} is on its way now.",
            remedy="Look again in ten minutes.",
            number=number,
        )
    if now_in is MessageState.LETTER and to is not MessageState.CANCELLED:
        raise Refused(
            Reason.MESSAGE_IS_LETTER,
            f"Message {number} is a letter.",
            remedy="Print it: kloof letters FILE.pdf",
            number=number,
        )
    step(MESSAGE_STEPS, now_in, to)
    facts: dict[str, object] = {
        "state": to.value,
        "changed_at": now,
        "last_reply": reply,
        "lease_ends_at": None,
    }
    if to is MessageState.SENT:
        facts["sent_at"] = now
    if due_at is not None:
        facts |= {"due_at": due_at, "attempts": 0, "customer": None, "mailed_on": None}
    attempts.keep_sent([number])
    Message.update(**facts).where(Message.id == number, Message.state == now_in.value).execute()
    # A bounce that brings it into the queue again says the same a second time; what is sent, the message tells.
    if to is not MessageState.SENT and reply != row.last_reply:
        attempts.note(number, now, to, reply)


def _unknown(number: int) -> NotFound:
    return NotFound(
        Reason.MESSAGE_UNKNOWN,
        f"There is no message {number}.",
        remedy="kloof outbox list shows their numbers.",
        number=number,
    )


def sent_as(message_id: str) -> SentMail | None:
    """The message to a customer that went out under this id."""
    return _to_customer(first_row(_Sent, _SENT, message_id))


def numbered(number: int) -> SentMail | None:
    """The message to a customer with this number; None where it goes to somebody else, or is not there."""
    return _to_customer(first_row(_Sent, _NUMBERED, number))


def _to_customer(row: _Sent | None) -> SentMail | None:
    if row is None:
        return None
    state = MessageState(row.state)
    return SentMail(row.id, state, row.email or "", row.soft_bounces, row.customer, row.deal)


def count_soft_bounce(number: int) -> None:
    """One more time this message came back for a reason that passes."""
    Message.update(soft_bounces=Message.soft_bounces + 1).where(Message.id == number).execute()
