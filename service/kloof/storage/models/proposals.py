"""Releases that were proposed at the desk, and what the company does about what came out."""

from peewee import CharField, DateField, IntegerField, TextField

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


class CompanyAction(BaseModel):
    """What the company does about one aspect, for one group of customers as releases name it, from a day on."""

    survey = CharField(max_length=100)
    aspect = CharField(max_length=100)
    level = CharField(max_length=20)
    product = CharField()
    region = CharField()
    team = CharField()
    title = CharField()
    what = TextField()
    owner = CharField()
    started_on = DateField()
    ended_on = DateField(null=True)
