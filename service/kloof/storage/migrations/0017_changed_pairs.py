"""Which pairs changed or went since a freeze began: it plans while others write, and closes none of their blocks."""

from typing import Any

from peewee import IntegerField, Model, SqliteDatabase


class Table(Model):
    class Meta:
        legacy_table_names = False


class ChangedPair(Table):
    id = IntegerField(primary_key=True)

    class Meta:
        table_name = "changed_pair"


_CHANGES = "CREATE TRIGGER pair_{what} AFTER {event} ON pair"
_EVENTS = {"changes": "UPDATE", "goes": "DELETE"}
_NOTE = "INSERT INTO changed_pair (id) SELECT OLD.id WHERE NOT EXISTS (SELECT 1 FROM changed_pair WHERE id = OLD.id);"
_NOTE_BESIDE_OTHERS = "INSERT INTO changed_pair (id) VALUES (OLD.id) ON CONFLICT DO NOTHING;"
_FUNCTION = f"""
CREATE FUNCTION pair_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_NOTE_BESIDE_OTHERS} RETURN NULL; END $$
"""


def up(migrator: Any, db: Any) -> None:
    """An empty table, and the triggers that fill it."""
    with db.bind_ctx([ChangedPair]):
        db.create_tables([ChangedPair])
    on_sqlite = isinstance(db, SqliteDatabase)
    if not on_sqlite:
        db.execute_sql(_FUNCTION)
    for what, event in _EVENTS.items():
        trigger = _CHANGES.format(what=what, event=event)
        does = f"BEGIN {_NOTE} END" if on_sqlite else "FOR EACH ROW EXECUTE FUNCTION pair_changes()"
        db.execute_sql(f"{trigger} {does}")
