"""Calls to customers: one for each deal that ever had a reason for it, and what came of it each time."""

from typing import TYPE_CHECKING

from peewee import SQL, BlobField, CharField, DateField, ForeignKeyField, IntegerField, ModelIndex, TextField

from kloof.domain.states import CallState
from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Deal, Person
from kloof.storage.statements import names

MADE_CONDITION = f"state IN ({names(set(CallState) - {CallState.OPEN, CallState.CANCELLED})})"
"""Calls that were made, whatever came of them."""


class Call(BaseModel):
    """The call about one deal: the unique index is the guarantee. It opens anew instead of a second one.

    `owner` calls; the desk does where there is none. `time` counts how often it opened. What the customer answered
    is never copied here. The link goes with the mail that asks the customer whether it is solved.
    """

    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    owner = ForeignKeyField(Person, null=True, on_delete="RESTRICT", index=False)
    state = CharField(max_length=10)
    time = IntegerField()
    opened_at = UtcField()
    due_on = DateField()
    link_salt = BlobField(null=True)
    link_fingerprint = CharField(max_length=64, unique=True, null=True)

    if TYPE_CHECKING:
        deal_id: int
        owner_id: int | None


Call.add_index(
    ModelIndex(Call, (Call.due_on,), name="call_open", where=SQL(f"state = {names([CallState.OPEN])}"))
)
Call.add_index(ModelIndex(Call, (Call.owner, Call.state), name="call_owner"))
Call.add_index(
    ModelIndex(Call, (Call.owner, Call.opened_at, Call.id), name="call_made", where=SQL(MADE_CONDITION))
)


class CallStep(BaseModel):
    """What came of a call: the outcome that a colleague noted, or the customer's answer whether it is solved.

    `person` is None for the customer. `note` is in their own words.
    """

    call = ForeignKeyField(Call, on_delete="CASCADE")
    time = IntegerField()
    outcome = CharField(max_length=12)
    note = TextField(default="")
    person = ForeignKeyField(Person, null=True, on_delete="RESTRICT", index=False)
    at = UtcField()
