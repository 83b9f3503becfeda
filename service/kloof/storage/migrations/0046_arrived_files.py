"""How far the files of a watched folder are loaded: there are none yet."""

from typing import Any

from peewee import CharField, IntegerField, Model, TextField


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class ArrivedFile(Table):
    claim = CharField(max_length=32, unique=True)
    done = IntegerField(default=0)
    created = IntegerField(default=0)
    updated = IntegerField(default=0)
    unchanged = IntegerField(default=0)
    refused = TextField(default="")


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([ArrivedFile]):
        db.create_tables([ArrivedFile])
