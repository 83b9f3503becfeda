"""That several customers answered from one network at one time is noted; nothing of it can be known of before."""

from typing import Any

from peewee import Field, ForeignKeyField, Model


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Person(Table):
    class Meta:
        table_name = "person"


class AnsweredAtOnce(Table):
    salesperson = ForeignKeyField(Person, on_delete="CASCADE")
    noted_at = UtcField()

    class Meta:
        table_name = "answered_at_once"


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([Person, AnsweredAtOnce]):
        db.create_tables([AnsweredAtOnce])
