"""What a migration did that somebody has to hear of; the next `kloof db migrate` tells it, and empties this."""

from peewee import CharField, TextField

from kloof.storage.database import BaseModel


class MigrationNote(BaseModel):
    """`facts` are JSON, by the names that the migration gave them. Addresses stand in them until they were told."""

    what = CharField(max_length=20)
    facts = TextField()
