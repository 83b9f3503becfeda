"""Files that the desk sent in, and what their columns are called."""

from typing import TYPE_CHECKING

from peewee import BlobField, CharField, ForeignKeyField, IntegerField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField


class Upload(BaseModel):
    """A file as the history tells of it: no cell of it stands here. Who sent it in is no key: they may be gone."""

    kind = CharField(max_length=20)
    name = CharField(max_length=200)
    state = CharField(max_length=10)
    at = UtcField(index=True)
    changed_at = UtcField()
    person = IntegerField(null=True)
    lines = IntegerField()
    created = IntegerField(default=0)
    updated = IntegerField(default=0)
    unchanged = IntegerField(default=0)
    refused = IntegerField(default=0)
    left_out = IntegerField(default=0)
    mapping = TextField()
    encoding = CharField(max_length=20, default="")
    sheet = CharField(max_length=200, default="")
    done = IntegerField(default=0)
    job = IntegerField(null=True)


class UploadContents(BaseModel):
    """What a file holds, for as long as that is needed: names and addresses, packed."""

    upload = ForeignKeyField(Upload, unique=True, on_delete="CASCADE")
    content = BlobField()
    edits = BlobField()
    found = BlobField()

    if TYPE_CHECKING:
        upload_id: int


class ColumnTitles(BaseModel):
    """What the columns of a kind of file are called, as the desk said it last."""

    kind = CharField(max_length=20, unique=True)
    mapping = TextField()
    said_at = UtcField()
    person = IntegerField(null=True)


class ArrivedFile(BaseModel):
    """How far a file of a watched folder is loaded, from its first line until it is put away; no name, and no cell.

    `claim`: under what it lies among the files that are worked on. `refused`: numbers of lines, with a space between.
    """

    claim = CharField(max_length=32, unique=True)
    done = IntegerField(default=0)
    created = IntegerField(default=0)
    updated = IntegerField(default=0)
    unchanged = IntegerField(default=0)
    refused = TextField(default="")

    class Meta:
        table_name = "arrived_file"
