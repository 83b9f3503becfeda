"""What a database has to know when its secret key is replaced, by what a clock is checked, and the mark of a file.

What was noted so far was noted under the one key that the database ever had, and by a worker that said of no machine
since when it ran.
"""

import secrets
from typing import Any

from peewee import CharField, Field, Model, SqliteDatabase, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class FormerKey(Table):
    value = CharField(max_length=64, unique=True)
    sealed = TextField(default="")
    replaced_at = UtcField()

    class Meta:
        table_name = "former_key"


class FormerLink(Table):
    fingerprint = CharField(max_length=64, unique=True)
    present = CharField(max_length=64, index=True)

    class Meta:
        table_name = "former_link"


_ADDED = (
    """ALTER TABLE "opt_out" ADD COLUMN "former" VARCHAR(64) NOT NULL DEFAULT ''""",
    """ALTER TABLE "last_worked" ADD COLUMN "boot" VARCHAR(40) NOT NULL DEFAULT ''""",
    """ALTER TABLE "last_worked" ADD COLUMN "running" {double} NOT NULL DEFAULT 0""",
)


def up(migrator: Any, db: Any) -> None:
    """Two empty tables, three columns, and for a file a number of its own by which it is told from others."""
    is_file = isinstance(db, SqliteDatabase)
    with db.bind_ctx([FormerKey, FormerLink]):
        db.create_tables([FormerKey, FormerLink])
    for statement in _ADDED:
        db.execute_sql(statement.format(double="REAL" if is_file else "DOUBLE PRECISION"))
    if is_file:
        db.execute_sql(f"PRAGMA application_id = {secrets.randbelow(2**31 - 1) + 1}")
