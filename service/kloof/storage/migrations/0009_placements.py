"""Placements without foreign keys: a freeze writes up to millions at once, and each would be looked up twice.

A freeze holds every pair still while it places them (`storage.blocks.hold_still`), and no block is ever deleted. What
remains to be guarded is a pair that goes: SQLite gives its number to a new one, which would stand in the old block.
"""

from typing import Any

from peewee import IntegerField, Model, SqliteDatabase


class Placement(Model):
    id = IntegerField(primary_key=True)
    block = IntegerField(column_name="block_id")

    class Meta:
        legacy_table_names = False


_LEAVES = "CREATE TRIGGER pair_leaves_its_place AFTER DELETE ON pair"
_GONE = "DELETE FROM placement WHERE id = OLD.id;"
SQLITE = (
    "INSERT INTO placement (id, block_id) SELECT id, block_id FROM placement_before ORDER BY id",
    "DROP TABLE placement_before",
    f"{_LEAVES} BEGIN {_GONE} END",
)
POSTGRESQL = (
    "ALTER TABLE placement DROP CONSTRAINT placement_id_fkey, DROP CONSTRAINT placement_block_id_fkey",
    f"CREATE FUNCTION pair_leaves_its_place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_GONE} RETURN NULL; END $$",
    f"{_LEAVES} FOR EACH ROW EXECUTE FUNCTION pair_leaves_its_place()",
)


def up(migrator: Any, db: Any) -> None:
    """The same rows in the same columns; SQLite cannot drop a foreign key and makes the table anew."""
    on_sqlite = isinstance(db, SqliteDatabase)
    if on_sqlite:
        db.execute_sql("ALTER TABLE placement RENAME TO placement_before")
        with db.bind_ctx([Placement]):
            db.create_tables([Placement])
    for statement in SQLITE if on_sqlite else POSTGRESQL:
        db.execute_sql(statement)
