"""Until when the mails that went out use the hour up, where there is a limit per hour: none was kept so far."""

from typing import Any

from peewee import CharField, Field, Model


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class SendingRateUsed(Model):
    id: Any
    only = CharField(max_length=4, unique=True)
    until = UtcField()

    class Meta:
        legacy_table_names = False
        table_name = "sending_rate"


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([SendingRateUsed]):
        db.create_tables([SendingRateUsed])
