"""The outbox: a row for every mail, written in the transaction of its cause."""

from peewee import (
    SQL,
    BooleanField,
    CharField,
    DateField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    ModelIndex,
    TextField,
)

from kloof.domain.mailing.kinds import WEEKLY
from kloof.domain.states import MessageState
from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.calls import Call
from kloof.storage.models.deals import Customer, Deal, Person
from kloof.storage.models.responses import Invitation
from kloof.storage.models.sign_in import SignIn
from kloof.storage.statements import names

_S = MessageState
DUE_CONDITION = f"state = {names([_S.QUEUED])}"
REVIEW_CONDITION = f"state IN ({names([_S.SENDING, _S.FAILED, _S.HELD, _S.BOUNCED])})"
CAME_BACK_CONDITION = f"state IN ({names([_S.BOUNCED, _S.FAILED])})"
WEEKLY_CONDITION = f"kind = {names([WEEKLY.name])}"
"""Of the indexes of what waits to be sent, of what may need a person, of what came back, and of weekly mails. SQLite
takes one only for a statement that repeats its condition word for word.
"""


PRINTED = "Printed as a letter."
"""What stands by a letter that is on paper."""
PRINTED_CONDITION = f"last_reply = {names([PRINTED])}"


class Message(BaseModel):
    """`kind` is a name of domain/mailing/kinds, and `ordinal` says which of that kind it is: the number of the
    reminder or of the release, or of the time that the call opened; 0 where nothing is counted. The text is made when
    it is sent, from what it refers to: `handover` is the deal about which its salesperson is told, `recipient` the
    colleague who has to make the `call`, or who gets the weekly mail.

    `customer` and `mailed_on` are set together when a worker takes the message; they count for the limits per
    day and per month, whichever deal the mail is about.
    """

    kind = CharField(max_length=20)
    invitation = ForeignKeyField(Invitation, null=True, on_delete="CASCADE", backref="messages", index=False)
    sign_in = ForeignKeyField(SignIn, null=True, on_delete="CASCADE", index=False)
    message_id = CharField(max_length=40, unique=True)
    urgent = BooleanField(default=False)
    state = CharField(max_length=10)
    due_at = UtcField()
    attempts = IntegerField(default=0)
    soft_bounces = IntegerField(default=0)
    customer = ForeignKeyField(Customer, null=True, on_delete="CASCADE", index=False)
    mailed_on = DateField(null=True)
    handover = ForeignKeyField(Deal, null=True, on_delete="CASCADE", index=False)
    leased_by = CharField(max_length=80, default="")
    lease_ends_at = UtcField(null=True)
    last_reply = TextField(default="")
    sent_at = UtcField(null=True)
    created_at = UtcField()
    changed_at = UtcField()
    call = ForeignKeyField(Call, null=True, on_delete="CASCADE", index=False)
    recipient = ForeignKeyField(Person, null=True, on_delete="CASCADE", index=False)
    ordinal = IntegerField(default=0, constraints=[SQL("DEFAULT 0")])

    class Meta:
        indexes = ((("invitation", "kind", "ordinal"), True), (("customer", "mailed_on"), False))


class MailAttempt(BaseModel):
    """One step in the life of a mail that its message does not tell any more: what came of it then, and what was said.

    `state`: what the message became.
    """

    message = ForeignKeyField(Message, on_delete="CASCADE", index=False)
    at = UtcField()
    state = CharField(max_length=10)
    said = TextField(default="")

    class Meta:
        indexes = ((("message", "id"), False),)


Message.add_index(
    ModelIndex(
        Message,
        (Message.urgent, Message.due_at, Message.id),
        name="message_due",
        where=SQL(DUE_CONDITION),
    )
)
Message.add_index(
    ModelIndex(
        Message,
        (Message.state, Message.changed_at),
        name="message_attention",
        where=SQL(REVIEW_CONDITION),
    )
)
Message.add_index(
    ModelIndex(Message, (Message.id,), name="message_came_back", where=SQL(CAME_BACK_CONDITION))
)
Message.add_index(
    ModelIndex(
        Message,
        (Message.due_at,),
        name="message_letter",
        where=SQL(f"state = {names([_S.LETTER])}"),
    )
)
Message.add_index(
    ModelIndex(Message, (Message.sent_at,), name="message_printed", where=SQL(PRINTED_CONDITION))
)
Message.add_index(
    ModelIndex(Message, (Message.sign_in,), name="message_sign_in", where=SQL("sign_in_id IS NOT NULL"))
)
Message.add_index(
    ModelIndex(Message, (Message.handover,), name="message_handover", where=SQL("handover_id IS NOT NULL"))
)
Message.add_index(
    ModelIndex(
        Message,
        (Message.call, Message.kind, Message.ordinal, Message.recipient),
        name="message_call",
        unique=True,
        where=SQL("call_id IS NOT NULL"),
    )
)
Message.add_index(
    ModelIndex(
        Message,
        (Message.recipient, Message.ordinal),
        name="message_weekly",
        unique=True,
        where=SQL(WEEKLY_CONDITION),
    )
)


class OptOut(BaseModel):
    """An address or a customer that gets no more mail, by its hash only: it was asked for, or mail bounced.

    `former` is empty, or the check value of the FormerKey under which the hash was made.
    """

    address_hash = CharField(max_length=64, unique=True)
    reason = CharField(max_length=20)
    since = UtcField()
    former = CharField(max_length=64, default="", constraints=[SQL("DEFAULT ''")])

    class Meta:
        indexes = ((("reason", "former"), False),)


class LastWorked(BaseModel):
    """One row: when a worker last worked, by its clock; since which start of which machine, and seconds since then;
    when one last sent a mail; and when mail that came back was last read.
    """

    at = UtcField()
    boot = CharField(max_length=40, default="", constraints=[SQL("DEFAULT ''")])
    running = DoubleField(default=0, constraints=[SQL("DEFAULT 0")])
    mailed_at = UtcField(null=True)
    bounces_at = UtcField(null=True)


class SendingPause(BaseModel):
    """One row while somebody keeps mail to customers back: since when, and who of the company, None for a command."""

    only = CharField(max_length=7, unique=True, default="sending")
    since = UtcField()
    person = IntegerField(null=True)

    class Meta:
        table_name = "sending_pause"


class SendingRateUsed(BaseModel):
    """One row, once a limit per hour was kept: until when the mails that went out use the hour up."""

    only = CharField(max_length=4, unique=True, default="rate")
    until = UtcField()

    class Meta:
        table_name = "sending_rate"
