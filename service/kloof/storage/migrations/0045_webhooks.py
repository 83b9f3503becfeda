"""Endpoints of webhooks, and what they are to be told: there are none yet."""

from typing import Any

from peewee import SQL, CharField, Field, ForeignKeyField, IntegerField, Model, ModelIndex, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Deal(Table):
    pass


class WebhookPlace(Table):
    name = CharField(max_length=100)
    kind = CharField(max_length=10)
    host = CharField(max_length=255)
    address_sealed = TextField()
    secret_sealed = TextField()
    former_sealed = TextField()
    former_until = UtcField(null=True)
    events = CharField(max_length=255)
    state = CharField(max_length=10)
    made_at = UtcField()
    failing_since = UtcField(null=True)
    failures = IntegerField()
    rests_until = UtcField(null=True)
    why = CharField(max_length=100)


class WebhookDelivery(Table):
    place = ForeignKeyField(WebhookPlace, on_delete="CASCADE", index=False)
    event_id = CharField(max_length=40)
    kind = CharField(max_length=30)
    deal = ForeignKeyField(Deal, null=True, on_delete="CASCADE", index=False)
    facts = TextField()
    count = IntegerField()
    at = UtcField(index=True)
    state = CharField(max_length=10)
    attempts = IntegerField()
    due_at = UtcField()
    leased_by = CharField(max_length=80)
    lease_ends_at = UtcField(null=True)
    tried_at = UtcField(null=True)
    status = IntegerField()
    reply = TextField()

    class Meta:
        indexes = ((("place", "id"), False),)


WebhookDelivery.add_index(
    ModelIndex(
        WebhookDelivery,
        (WebhookDelivery.place, WebhookDelivery.due_at, WebhookDelivery.id),
        name="webhook_delivery_due",
        where=SQL("state = 'waiting'"),
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


def up(migrator: Any, db: Any) -> None:
    """Two empty tables."""
    with db.bind_ctx([Deal, WebhookPlace, WebhookDelivery]):
        db.create_tables([WebhookPlace, WebhookDelivery])
