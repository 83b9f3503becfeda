"""Groups on a salesperson's own page are of eight, rounded and closed once a month; until now of five, and exact.

Whoever looked then has seen the exact sums: rounding them now, or closing the same answers again in other company,
could be subtracted from what was seen. So every group of before is retired, its sums are wiped, and its answers go into
no other. What waited was never in any figure, so it may close: on the first look after this, if it was complete before
the first of the month. The salesperson's totals are empty until then.
"""

from typing import Any

from peewee import Field, ForeignKeyField, Model, SqliteDatabase


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Person(Table):
    class Meta:
        table_name = "person"


class OwnClosing(Table):
    salesperson = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
    moment = UtcField()

    class Meta:
        table_name = "own_closing"


_WAITING = (
    'CREATE INDEX "own_pair_waiting" ON "own_pair" ("batch_id", "completed_at")'
    " WHERE batch_id IS NULL AND NOT was_named AND answers <> ''"
)


def up(migrator: Any, db: Any) -> None:
    """Retire and wipe the groups of before; what waits stays."""
    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')" if isinstance(db, SqliteDatabase) else "now()"
    db.execute_sql(f"UPDATE own_batch SET sums = '', retired_at = COALESCE(retired_at, {now})")  # noqa: S608
    db.execute_sql("UPDATE own_pair SET answers = '' WHERE batch_id IS NOT NULL")
    with db.bind_ctx([Person, OwnClosing]):
        db.create_tables([OwnClosing])
    db.execute_sql(_WAITING)
