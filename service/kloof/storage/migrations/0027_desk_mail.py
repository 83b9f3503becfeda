"""When the worker last sent a mail, and whether somebody paused the sending; nothing of it can be known of before."""

from typing import Any

from peewee import CharField, Field, IntegerField, Model


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class SendingPause(Model):
    id: Any
    only = CharField(max_length=7, unique=True)
    since = UtcField()
    person = IntegerField(null=True)

    class Meta:
        legacy_table_names = False
        table_name = "sending_pause"


def up(migrator: Any, db: Any) -> None:
    """A column without a value, and an empty table."""
    db.execute_sql('ALTER TABLE "last_worked" ADD COLUMN "mailed_at" TIMESTAMPTZ')
    with db.bind_ctx([SendingPause]):
        db.create_tables([SendingPause])
