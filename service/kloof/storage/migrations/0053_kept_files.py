"""Files that every machine has to have, as one of them made them: the first release after this is the first of them."""

from typing import Any

from peewee import BlobField, CharField, Field, IntegerField, Model


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class KeptFile(Table):
    kind = CharField(max_length=20)
    path = CharField(max_length=200)
    sha256 = CharField(max_length=64)
    size = IntegerField()
    content = BlobField()

    class Meta:
        indexes = ((("kind", "path"), True),)


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([KeptFile]):
        db.create_tables([KeptFile])
