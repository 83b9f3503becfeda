"""Programs that use the API: their tokens, and what they were answered when they asked for something with a key; and
those that are told of what happens.
"""

from typing import TYPE_CHECKING

from peewee import SQL, CharField, DateField, ForeignKeyField, IntegerField, ModelIndex, TextField

from kloof.domain.webhooks.endpoints import DeliveryState
from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Deal, Person
from kloof.storage.statements import names

WAITING_CONDITION = f"state = {names([DeliveryState.WAITING])}"
"""Of the index of what waits to be told. SQLite takes it only for a statement that repeats it word for word."""


class ProgramToken(BaseModel):
    """A token, by its SHA-256; `scopes` are words with a space between."""

    name = CharField(max_length=100)
    kind = CharField(max_length=8)
    scopes = CharField(max_length=255)
    owner = ForeignKeyField(Person, on_delete="CASCADE")
    fingerprint = CharField(max_length=64, unique=True)
    made_at = UtcField()
    ends_on = DateField()
    last_used_on = DateField(null=True)
    revoked_at = UtcField(null=True)

    if TYPE_CHECKING:
        owner_id: int

    class Meta:
        table_name = "program_token"


class KeyedAnswer(BaseModel):
    """What a request with an Idempotency-Key was answered, for a day; `request` is a hash of it."""

    token = ForeignKeyField(ProgramToken, on_delete="CASCADE")
    key = CharField(max_length=255)
    request = CharField(max_length=64)
    status = IntegerField(default=0)
    body = TextField(default="")
    at = UtcField(index=True)

    class Meta:
        table_name = "keyed_answer"
        indexes = ((("token", "key"), True),)


class WebhookPlace(BaseModel):
    """An endpoint of webhooks. Its address and secrets are sealed with the key of the installation; `host` is what may
    be shown. `events` are words with a space between. `failures`: how many tries in a row came to nothing.
    """

    name = CharField(max_length=100)
    kind = CharField(max_length=10)
    host = CharField(max_length=255)
    address_sealed = TextField()
    secret_sealed = TextField(default="")
    former_sealed = TextField(default="")
    former_until = UtcField(null=True)
    events = CharField(max_length=255)
    state = CharField(max_length=10)
    made_at = UtcField()
    failing_since = UtcField(null=True)
    failures = IntegerField(default=0)
    rests_until = UtcField(null=True)
    why = CharField(max_length=100, default="")

    class Meta:
        table_name = "webhook_place"


class WebhookDelivery(BaseModel):
    """One event for one endpoint: written with what caused it, and kept for a while after it was told.

    `at`: the moment that the event names. `facts`: JSON, without the number of its deal and without links.
    """

    place = ForeignKeyField(WebhookPlace, on_delete="CASCADE", index=False)
    event_id = CharField(max_length=40)
    kind = CharField(max_length=30)
    deal = ForeignKeyField(Deal, null=True, on_delete="CASCADE", index=False)
    facts = TextField()
    count = IntegerField(default=1)
    at = UtcField(index=True)
    state = CharField(max_length=10)
    attempts = IntegerField(default=0)
    due_at = UtcField()
    leased_by = CharField(max_length=80, default="")
    lease_ends_at = UtcField(null=True)
    tried_at = UtcField(null=True)
    status = IntegerField(default=0)
    reply = TextField(default="")

    if TYPE_CHECKING:
        deal_id: int | None

    class Meta:
        table_name = "webhook_delivery"
        indexes = ((("place", "id"), False),)


WebhookDelivery.add_index(
    ModelIndex(
        WebhookDelivery,
        (WebhookDelivery.place, WebhookDelivery.due_at, WebhookDelivery.id),
        name="webhook_delivery_due",
        where=SQL(WAITING_CONDITION),
    )
)
WebhookDelivery.add_index(
    ModelIndex(
        WebhookDelivery,
        (WebhookDelivery.deal,),
        name="webhook_delivery_deal",
        where=SQL("deal_id IS NOT NULL"),
    )
)
