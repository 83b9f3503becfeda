"""Pairs as sheets of letters, and placements without foreign keys: a freeze reads and writes up to millions at once.

Who bought, who sold and since when becomes part of the letters. A placement's foreign keys were looked up for each
pair; a freeze holds all pairs still instead (`storage.blocks.hold_still`), and no block is ever deleted. What remains
to be guarded is a pair that goes: SQLite gives its number to a new one, which would stand in the old block.
"""

from typing import Any

from peewee import Field, ForeignKeyField, IntegerField, Model, SqliteDatabase, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Deal(Table):
    class Meta:
        table_name = "deal"


class QueueCell(Table):
    class Meta:
        table_name = "queue_cell"


class Pair(Table):
    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    cell = ForeignKeyField(QueueCell, on_delete="RESTRICT", index=False)
    sheet = TextField()
    completed_at = UtcField()


class Placement(Table):
    id = IntegerField(primary_key=True)
    block = IntegerField(column_name="block_id")


_DIGITS, _LETTERS = "0123456789abcdef", "abcdefghijklmnop"
_LEAVES = "CREATE TRIGGER pair_leaves_its_place AFTER DELETE ON pair"
_GONE = "DELETE FROM placement WHERE id = OLD.id;"
# SQLite has no translate(): digit by digit, into capitals, which are not taken for the digits a to f.
_IN_LETTERS = "printf('%08x%08x%04x', customer, salesperson, since)"
for _digit, _letter in zip(_DIGITS, _LETTERS, strict=True):
    _IN_LETTERS = f"replace({_IN_LETTERS}, '{_digit}', '{_letter.upper()}')"
SQLITE = (
    "INSERT INTO placement (id, block_id) SELECT id, block_id FROM placement_before ORDER BY id",
    "DROP TABLE placement_before",
    "INSERT INTO pair (id, deal_id, cell_id, sheet, completed_at) SELECT id, deal_id, cell_id,"  # noqa: S608
    f" CASE answers WHEN '' THEN '' ELSE lower({_IN_LETTERS}) || answers END, completed_at"
    " FROM pair_before ORDER BY id",
    "DROP TABLE pair_before",
    f"{_LEAVES} BEGIN {_GONE} END",
)
POSTGRESQL = (
    "ALTER TABLE placement DROP CONSTRAINT placement_id_fkey, DROP CONSTRAINT placement_block_id_fkey",
    "ALTER TABLE pair RENAME COLUMN answers TO sheet",
    "UPDATE pair SET sheet = translate(lpad(to_hex(customer), 8, '0') || lpad(to_hex(salesperson), 8, '0')"  # noqa: S608
    f" || lpad(to_hex(since), 4, '0'), '{_DIGITS}', '{_LETTERS}') || sheet WHERE sheet <> ''",
    "ALTER TABLE pair DROP COLUMN customer, DROP COLUMN salesperson, DROP COLUMN since",
    f"CREATE FUNCTION pair_leaves_its_place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_GONE} RETURN NULL; END $$",
    f"{_LEAVES} FOR EACH ROW EXECUTE FUNCTION pair_leaves_its_place()",
)


def up(migrator: Any, db: Any) -> None:
    """The same rows; SQLite cannot drop a foreign key, and makes both tables anew."""
    on_sqlite = isinstance(db, SqliteDatabase)
    if on_sqlite:
        db.execute_sql("ALTER TABLE placement RENAME TO placement_before")
        db.execute_sql("DROP INDEX pair_deal_id")
        db.execute_sql("ALTER TABLE pair RENAME TO pair_before")
        with db.bind_ctx([Deal, QueueCell, Pair, Placement]):
            db.create_tables([Pair, Placement])
    for statement in SQLITE if on_sqlite else POSTGRESQL:
        db.execute_sql(statement)
