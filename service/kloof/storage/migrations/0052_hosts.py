"""The machines that share a database: none has joined yet."""

from typing import Any

from peewee import BooleanField, CharField, Field, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Host(Table):
    name = CharField(max_length=60, unique=True)
    version = CharField(max_length=20)
    facts = TextField()
    joined_at = UtcField()
    web_seen_at = UtcField(null=True)
    worker_seen_at = UtcField(null=True)
    superseded = BooleanField(default=False)


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([Host]):
        db.create_tables([Host])
