"""A mail once a week, for who of the company chooses it: nobody has yet."""

from typing import Any

from peewee import BlobField, CharField, Field, ForeignKeyField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Person(Table):
    pass


class WeeklyWish(Table):
    person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
    since = UtcField(null=True)
    link_salt = BlobField()
    link_fingerprint = CharField(max_length=64, unique=True)
    told_from = UtcField()
    told_until = UtcField()
    news = TextField(default="")


_ONE_A_WEEK = """
CREATE UNIQUE INDEX "message_weekly" ON "message" ("recipient_id", "ordinal") WHERE kind = 'weekly'
"""


def up(migrator: Any, db: Any) -> None:
    """An empty table, and the guarantee that nobody gets two mails of one week."""
    with db.bind_ctx([Person, WeeklyWish]):
        db.create_tables([WeeklyWish])
    db.execute_sql(_ONE_A_WEEK)
