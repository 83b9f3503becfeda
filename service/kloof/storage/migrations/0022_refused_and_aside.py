"""What the desk was never told: that our mail is refused, and which mail came back that cannot be read."""

from typing import Any

from peewee import CharField, Field, IntegerField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class MailRefusal(Table):
    source = CharField(max_length=20, unique=True)
    words = TextField()
    since = UtcField()
    last_at = UtcField()

    class Meta:
        table_name = "mail_refusal"


class AsideMail(Table):
    digest = CharField(max_length=64, unique=True)
    since = UtcField()
    why = CharField(max_length=20)
    size = IntegerField()
    file = CharField(max_length=120)

    class Meta:
        table_name = "aside_mail"


def up(migrator: Any, db: Any) -> None:
    """Two tables, empty."""
    with db.bind_ctx([MailRefusal, AsideMail]):
        db.create_tables([MailRefusal, AsideMail])
