"""What came of each attempt to send a mail; of the mails so far only the last is known."""

from typing import Any

from peewee import CharField, Field, ForeignKeyField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Message(Table):
    pass


class MailAttempt(Table):
    message = ForeignKeyField(Message, on_delete="CASCADE", index=False)
    at = UtcField()
    state = CharField(max_length=10)
    said = TextField()

    class Meta:
        indexes = ((("message", "id"), False),)


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([Message, MailAttempt]):
        db.create_tables([MailAttempt])
