"""Blocks of rounded sums: what was frozen with exact sums is retired, and the spread of answers gets a table."""

from typing import Any

from peewee import Field, ForeignKeyField, Model, SqliteDatabase, TextField

_NOW_SQLITE = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
_RETIRE = (
    """UPDATE "pair" SET "packed" = '' WHERE "id" IN (SELECT "id" FROM "placement")""",
    """UPDATE "block" SET "retired_at" = {now} WHERE "retired_at" IS NULL""",
    """UPDATE "block" SET "sums" = {nothing}""",
    """UPDATE "practice_part" SET "retired_at" = {now} WHERE "retired_at" IS NULL""",
    """UPDATE "practice_part" SET "done" = {nothing}, "not_done" = {nothing}, "members" = {nothing}""",
)


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class SurveyVersion(Table):
    class Meta:
        table_name = "survey_version"


class Spread(Table):
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT", unique=True)
    figures = TextField()

    class Meta:
        table_name = "spread"


def up(migrator: Any, db: Any) -> None:
    """Nothing of a block that was published exactly is ever published again, also not rounded.

    Who was in it stays, with nobody in an account, since those releases are out for good; of parts of practice tables
    it was not kept by block, so it goes.
    """
    sqlite = isinstance(db, SqliteDatabase)
    words = {"now": _NOW_SQLITE if sqlite else "now()", "nothing": "x''" if sqlite else "''::bytea"}
    for statement in _RETIRE:
        db.execute_sql(statement.format(**words))
    for number, members in db.execute_sql('SELECT "id", "members" FROM "block"').fetchall():
        packed = bytes(members)
        wider = packed + bytes(len(packed) // 2)
        db.execute_sql(f'UPDATE "block" SET "members" = {db.param} WHERE "id" = {db.param}', (wider, number))  # noqa: S608
    db.execute_sql('ALTER TABLE "block" DROP COLUMN "deals"')
    with db.bind_ctx([Spread]):
        db.create_tables([Spread])
