"""Tokens of programs that use the API, and what their requests with a key were answered: there are none yet."""

from typing import Any

from peewee import CharField, DateField, Field, ForeignKeyField, IntegerField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Person(Table):
    pass


class ProgramToken(Table):
    name = CharField(max_length=100)
    kind = CharField(max_length=8)
    scopes = CharField(max_length=255)
    owner = ForeignKeyField(Person, on_delete="CASCADE")
    fingerprint = CharField(max_length=64, unique=True)
    made_at = UtcField()
    ends_on = DateField()
    last_used_on = DateField(null=True)
    revoked_at = UtcField(null=True)


class KeyedAnswer(Table):
    token = ForeignKeyField(ProgramToken, on_delete="CASCADE")
    key = CharField(max_length=255)
    request = CharField(max_length=64)
    status = IntegerField(default=0)
    body = TextField(default="")
    at = UtcField(index=True)

    class Meta:
        indexes = ((("token", "key"), True),)


def up(migrator: Any, db: Any) -> None:
    """Two empty tables."""
    with db.bind_ctx([Person, ProgramToken, KeyedAnswer]):
        db.create_tables([ProgramToken, KeyedAnswer])
