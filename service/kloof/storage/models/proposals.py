"""Releases that were proposed at the desk."""

from peewee import CharField, IntegerField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField


class ReleaseProposal(BaseModel):
    """A release that somebody proposed; `news` is JSON. People are numbers and no keys: they may be gone since.

    Until one is published there is one at most, and `seed` goes when it is.
    """

    number = IntegerField(index=True)
    seed = CharField(max_length=40)
    digest = CharField(max_length=64)
    blocks = CharField(max_length=64)
    news = TextField()
    hand = CharField(max_length=10)
    person = IntegerField(null=True)
    role = CharField(max_length=20)
    proposed_at = UtcField()
    approver = IntegerField(null=True)
    approver_role = CharField(max_length=20, default="")
    approved_at = UtcField(null=True)
    published_at = UtcField(null=True)
