"""The installation itself: what a migration has to tell, the machines that share this database, and their files."""

from peewee import BlobField, BooleanField, CharField, IntegerField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField


class MigrationNote(BaseModel):
    """`facts` are JSON, by the names that the migration gave them. Addresses stand in them until they were told."""

    what = CharField(max_length=20)
    facts = TextField()


class Host(BaseModel):
    """A machine with a web or a worker. `facts` is JSON: hashes of what has to be the same everywhere, by name.

    `superseded` since somebody accepted other settings than those with which it runs.
    """

    name = CharField(max_length=60, unique=True)
    version = CharField(max_length=20)
    facts = TextField()
    joined_at = UtcField()
    web_seen_at = UtcField(null=True)
    worker_seen_at = UtcField(null=True)
    superseded = BooleanField(default=False)


class KeptFile(BaseModel):
    """A file as one machine made it, for the others. `path` is unique among those of a kind."""

    kind = CharField(max_length=20)
    path = CharField(max_length=200)
    sha256 = CharField(max_length=64)
    size = IntegerField()
    content = BlobField()

    class Meta:
        indexes = ((("kind", "path"), True),)
