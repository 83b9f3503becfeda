"""When the worker last worked, by its clock; nothing of it can be known of before."""

from typing import Any

from peewee import Field, Model


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class LastWorked(Model):
    id: Any
    at = UtcField()

    class Meta:
        legacy_table_names = False
        table_name = "last_worked"


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([LastWorked]):
        db.create_tables([LastWorked])
