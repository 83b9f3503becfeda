"""Calls to customers, the mails about them, and when the address of a deal's customer was last changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from peewee import (
    SQL,
    BlobField,
    CharField,
    DateField,
    Field,
    ForeignKeyField,
    IntegerField,
    Model,
    ModelIndex,
    SqliteDatabase,
    TextField,
)


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Person(Table):
    class Meta:
        table_name = "person"


class Deal(Table):
    class Meta:
        table_name = "deal"


class FollowUp(Table):
    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    owner = ForeignKeyField(Person, null=True, on_delete="RESTRICT", index=False)
    state = CharField(max_length=10)
    time = IntegerField()
    opened_at = UtcField()
    due_on = DateField()
    link_salt = BlobField(null=True)
    link_fingerprint = CharField(max_length=64, unique=True, null=True)

    class Meta:
        table_name = "follow_up"


FollowUp.add_index(
    ModelIndex(FollowUp, (FollowUp.due_on,), name="follow_up_open", where=SQL("state = 'open'"))
)
FollowUp.add_index(ModelIndex(FollowUp, (FollowUp.owner, FollowUp.state), name="follow_up_owner"))


class FollowUpStep(Table):
    follow_up = ForeignKeyField(FollowUp, on_delete="CASCADE")
    time = IntegerField()
    outcome = CharField(max_length=12)
    note = TextField(default="")
    person = ForeignKeyField(Person, null=True, on_delete="RESTRICT", index=False)
    at = UtcField()

    class Meta:
        table_name = "follow_up_step"


_ADDED = (
    """ALTER TABLE "response" ADD COLUMN "may_call" {boolean}""",
    """ALTER TABLE "deal" ADD COLUMN "address_changed_at" TIMESTAMPTZ""",
    """ALTER TABLE "message" ADD COLUMN "follow_up_id" INTEGER REFERENCES "follow_up" ("id") ON DELETE CASCADE""",
    """ALTER TABLE "message" ADD COLUMN "recipient_id" INTEGER REFERENCES "person" ("id") ON DELETE CASCADE""",
    """CREATE UNIQUE INDEX "message_call" ON "message" ("follow_up_id", "kind", "recipient_id")"""
    """ WHERE follow_up_id IS NOT NULL""",
)
_ASKED = """
SELECT i.deal_id, MIN(r.saved_at) FROM response r JOIN invitation i ON i.id = r.invitation_id
WHERE r.wants_call AND i.state = 'submitted' GROUP BY i.deal_id ORDER BY i.deal_id
"""
_OPEN = """
INSERT INTO follow_up (deal_id, state, time, opened_at, due_on) VALUES ({one}, 'open', 1, {one}, {one})
"""


def up(migrator: Any, db: Any) -> None:
    """Add what is new. Who asked for a call before there were any goes to the desk, which saw them until now."""
    is_sqlite = isinstance(db, SqliteDatabase)
    with db.bind_ctx([Person, Deal, FollowUp, FollowUpStep]):
        db.create_tables([FollowUp, FollowUpStep])
    for statement in _ADDED:
        db.execute_sql(statement.format(boolean="INTEGER" if is_sqlite else "BOOLEAN"))
    opening = _OPEN.format(one="?" if is_sqlite else "%s")
    for deal, asked_at in db.execute_sql(_ASKED).fetchall():
        db.execute_sql(opening, (deal, asked_at, (_day(asked_at) + timedelta(days=3)).isoformat()))


def _day(moment: datetime | str) -> date:
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment.astimezone(UTC)).date()
