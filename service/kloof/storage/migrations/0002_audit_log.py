"""The audit log, and the triggers by which the database keeps every line of it as it was written."""

from typing import Any

from peewee import CharField, Field, ForeignKeyField, IntegerField, Model, SqliteDatabase


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Deal(Table):
    class Meta:
        table_name = "deal"


class AuditSubject(Table):
    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    reference = CharField(max_length=32, unique=True)

    class Meta:
        table_name = "audit_subject"


class AuditEntry(Table):
    at = UtcField()
    hand = CharField(max_length=10)
    person = IntegerField(null=True)
    role = CharField(max_length=20, default="")
    what = CharField(max_length=40)
    subject = CharField(max_length=32, default="", index=True)
    about_person = IntegerField(null=True)
    detail = CharField(max_length=200, default="")

    class Meta:
        table_name = "audit_entry"


_REFUSAL = "the audit log only grows: a line is never changed and never deleted"

# INSERT OR REPLACE deletes without firing a delete trigger, hence the third.
SQLITE = (
    "CREATE TRIGGER audit_entry_keeps BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'REFUSAL'); END",
    "CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'REFUSAL'); END",
    "CREATE TRIGGER audit_entry_grows BEFORE INSERT ON audit_entry"
    " WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'REFUSAL'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION audit_entry_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'REFUSAL'; END $$",
    "CREATE TRIGGER audit_entry_keeps BEFORE UPDATE OR DELETE ON audit_entry"
    " FOR EACH ROW EXECUTE FUNCTION audit_entry_refuses()",
    "CREATE TRIGGER audit_entry_stays BEFORE TRUNCATE ON audit_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuses()",
)


def up(migrator: Any, db: Any) -> None:
    """Make the tables, and the triggers in the words of this database."""
    with db.bind_ctx([Deal, AuditSubject, AuditEntry]):
        db.create_tables([AuditSubject, AuditEntry])
    # The migrator is handed the database behind its proxy.
    for statement in SQLITE if isinstance(db, SqliteDatabase) else POSTGRESQL:
        db.execute_sql(statement.replace("REFUSAL", _REFUSAL))
