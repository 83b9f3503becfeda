"""Messages that a person looks at: what is listed, what is decided, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import JOIN, Case, fn

from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.mailing.kinds import MAIL_KINDS, MailKind
from kloof.domain.states import MESSAGE_STEPS, WAITS, MessageState, step
from kloof.storage.models import Call, Customer, Deal, Invitation, Message, Person, SignIn
from kloof.storage.statements import tuples

_Told, _Seller = Deal.alias(), Person.alias()


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
class SentMail:
    """A message that something came back about."""

    id: int
    state: MessageState
    email: str
    soft_bounces: int
    customer: int


def listed(state: MessageState, most: int) -> list[OutboxEntry]:
    """The messages in this state that wait longest: those that are queued by when they are due."""
    since = Message.due_at if state in WAITS else Message.changed_at
    return [
        _entry(row)
        for row in _rows(since).where(Message.state == state.value).order_by(since, Message.id).limit(most)
    ]


def concerns(states: Sequence[MessageState], most: int) -> list[OutboxEntry]:
    """The messages in these states, in the order of the states and then the longest waiting first; one query."""
    order = Case(Message.state, [(state.value, at) for at, state in enumerate(states)])
    wanted = Message.state.in_([state.value for state in states])
    rows = _rows(Message.changed_at).where(wanted).order_by(order, Message.changed_at, Message.id).limit(most)
    return [_entry(row) for row in rows]


def _rows(since: Any) -> Any:
    called, caller = Deal.alias(), Person.alias()
    deal = fn.COALESCE(Deal.deal_id, called.deal_id, _Told.deal_id)
    person = fn.COALESCE(Person.email, caller.email, _Seller.email)
    return (
        Message.select(
            Message.id, Message.state, Message.kind, Message.ordinal, Invitation.wave, deal, Customer.email, person,
            Message.attempts, since, Message.last_reply,
        )
        .join(Invitation, JOIN.LEFT_OUTER)
        .join(Deal, JOIN.LEFT_OUTER)
        .join(Customer, JOIN.LEFT_OUTER)
        .switch(Message)
        .join(SignIn, JOIN.LEFT_OUTER)
        .join(Person, JOIN.LEFT_OUTER)
        .switch(Message)
        .join(_Told, JOIN.LEFT_OUTER, on=_Told.id == Message.handover)
        .join(_Seller, JOIN.LEFT_OUTER, on=_Seller.id == _Told.salesperson)
        .switch(Message)
        .join(Call, JOIN.LEFT_OUTER)
        .join(called, JOIN.LEFT_OUTER, on=called.id == Call.deal)
        .switch(Message)
        .join(caller, JOIN.LEFT_OUTER, on=caller.id == Message.recipient)
        .tuples()
    )  # fmt: skip


def _entry(row: tuple[Any, ...]) -> OutboxEntry:
    number, state, kind, ordinal, wave, deal, customer, person, tries, moment, reply = row
    to = customer or person or ""
    what = (MAIL_KINDS[kind], ordinal, wave or "", deal or "")
    return OutboxEntry(number, MessageState(state), *what, to, tries, moment, reply)


def numbers(state: MessageState) -> list[int]:
    """Every message in this state."""
    return [number for (number,) in tuples(Message.select(Message.id).where(Message.state == state.value))]


def decide(number: int, to: MessageState, now: datetime, reply: str, due_at: datetime | None = None) -> None:
    """Bring a message to another state, as far as the table allows it; raises NotFound or Refused."""
    row = Message.get_or_none(Message.id == number)
    if row is None:
        raise NotFound(
            Reason.MESSAGE_UNKNOWN,
            f"There is no message {number}.",
            remedy="kloof outbox list shows their numbers.",
            number=number,
        )
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
    Message.update(**facts).where(Message.id == number, Message.state == now_in.value).execute()


def deals_of(numbers: Sequence[int]) -> list[int]:
    """The deals (row ids) that these messages are about; a sign-in mail is about none."""
    rows = (
        Message.select(fn.COALESCE(Invitation.deal, Call.deal, Message.handover))
        .join(Invitation, JOIN.LEFT_OUTER)
        .switch(Message)
        .join(Call, JOIN.LEFT_OUTER)
        .where(Message.id.in_(list(numbers)))
    )
    return [deal for (deal,) in tuples(rows) if deal is not None]


def sent_as(message_id: str) -> SentMail | None:
    """The message to a customer that went out under this id."""
    row = (
        Message.select(Message.id, Message.state, Customer.email, Message.soft_bounces, Customer.id)
        .join(Invitation)
        .join(Deal)
        .join(Customer)
        .where(Message.message_id == message_id)
        .tuples()
        .first()
    )
    return None if row is None else SentMail(row[0], MessageState(row[1]), row[2] or "", row[3], row[4])


def count_soft_bounce(number: int) -> None:
    """One more time this message came back for a reason that passes."""
    Message.update(soft_bounces=Message.soft_bounces + 1).where(Message.id == number).execute()
