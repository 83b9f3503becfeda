"""Files that the desk sent in, and what their columns are called; before, a file was gone with the request."""

from typing import Any

from peewee import BlobField, CharField, Field, ForeignKeyField, IntegerField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Upload(Table):
    kind = CharField(max_length=20)
    name = CharField(max_length=200)
    state = CharField(max_length=10)
    at = UtcField(index=True)
    changed_at = UtcField()
    person = IntegerField(null=True)
    lines = IntegerField()
    created = IntegerField()
    updated = IntegerField()
    unchanged = IntegerField()
    refused = IntegerField()
    left_out = IntegerField()
    mapping = TextField()
    encoding = CharField(max_length=20)
    sheet = CharField(max_length=200)
    done = IntegerField()
    job = IntegerField(null=True)

    class Meta:
        table_name = "upload"


class UploadContents(Table):
    upload = ForeignKeyField(Upload, unique=True, on_delete="CASCADE")
    content = BlobField()
    edits = BlobField()
    found = BlobField()

    class Meta:
        table_name = "upload_contents"


class ColumnTitles(Table):
    kind = CharField(max_length=20, unique=True)
    mapping = TextField()
    said_at = UtcField()
    person = IntegerField(null=True)

    class Meta:
        table_name = "column_titles"


def up(migrator: Any, db: Any) -> None:
    """Three tables, empty."""
    with db.bind_ctx([Upload, UploadContents, ColumnTitles]):
        db.create_tables([Upload, UploadContents, ColumnTitles])
