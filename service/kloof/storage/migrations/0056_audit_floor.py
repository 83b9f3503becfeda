"""A company may forget old lines of the audit log: below a floor that is written down the database lets them go."""

from typing import Any

from peewee import CharField, Field, Model, SqliteDatabase


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class AuditFloor(Model):
    id: Any
    only = CharField(max_length=5, unique=True)
    moment = UtcField()

    class Meta:
        legacy_table_names = False
        table_name = "audit_floor"


_REFUSAL = "the audit log only grows: a line is never changed and never deleted"
SQLITE = (
    "DROP TRIGGER audit_entry_stays",
    "CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry"
    " WHEN NOT EXISTS (SELECT 1 FROM audit_floor WHERE OLD.at < moment)"
    " BEGIN SELECT RAISE(ABORT, 'REFUSAL'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_entry_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN"
    " IF TG_OP = 'DELETE' THEN"
    " IF EXISTS (SELECT 1 FROM audit_floor WHERE OLD.at < moment) THEN RETURN OLD; END IF;"
    " END IF;"
    " RAISE EXCEPTION 'REFUSAL'; END $$",
)


def up(migrator: Any, db: Any) -> None:
    """No floor: until one is written every line stays."""
    with db.bind_ctx([AuditFloor]):
        db.create_tables([AuditFloor])
    for statement in SQLITE if isinstance(db, SqliteDatabase) else POSTGRESQL:
        db.execute_sql(statement.replace("REFUSAL", _REFUSAL))
