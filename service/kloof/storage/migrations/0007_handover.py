"""What customers let the people who do the work see, what those say to it, and the mail about that."""

from typing import Any

from peewee import CharField, Field, ForeignKeyField, Model, SqliteDatabase, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Person(Table):
    class Meta:
        table_name = "person"


class Response(Table):
    class Meta:
        table_name = "response"


class HandoverMark(Table):
    response = ForeignKeyField(Response, on_delete="CASCADE")
    item = CharField(max_length=50)
    mark = CharField(max_length=10)
    note = TextField(default="")
    about = TextField()
    marked_by = ForeignKeyField(Person, on_delete="RESTRICT")
    marked_at = UtcField()

    class Meta:
        table_name = "handover_mark"
        indexes = ((("response", "item"), True),)


_ADDED = (
    """ALTER TABLE "response" ADD COLUMN "share_with_delivery" {boolean} NOT NULL DEFAULT FALSE""",
    """ALTER TABLE "message" ADD COLUMN "handover_id" INTEGER REFERENCES "deal" ("id") ON DELETE CASCADE""",
    """CREATE INDEX "message_handover_id" ON "message" ("handover_id")""",
)


def up(migrator: Any, db: Any) -> None:
    """One table and two columns more."""
    with db.bind_ctx([Person, Response, HandoverMark]):
        db.create_tables([HandoverMark])
    boolean = "INTEGER" if isinstance(db, SqliteDatabase) else "BOOLEAN"
    for statement in _ADDED:
        db.execute_sql(statement.format(boolean=boolean))
