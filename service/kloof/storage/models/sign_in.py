"""Signing in by mailed link, who is signed in, and the count of attempts that limits guessing."""

from typing import TYPE_CHECKING

from peewee import BlobField, CharField, ForeignKeyField, IntegerField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Person


class SignIn(BaseModel):
    """A one-time link; `browser` is the fingerprint of the cookie of the browser that asked."""

    person = ForeignKeyField(Person, on_delete="CASCADE")
    salt = BlobField()
    fingerprint = CharField(max_length=64, unique=True)
    browser = CharField(max_length=64, default="")
    created_at = UtcField()
    expires_at = UtcField()
    used_at = UtcField(null=True)

    if TYPE_CHECKING:
        person_id: int


class StaffSession(BaseModel):
    """Somebody is signed in, in the browser that holds what this is the fingerprint of; deleted when they go."""

    fingerprint = CharField(max_length=64, unique=True)
    person = ForeignKeyField(Person, on_delete="CASCADE")
    began_at = UtcField(index=True)


class AccountOfPerson(BaseModel):
    """By which account at the provider somebody signs in."""

    person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
    issuer = CharField()
    subject = CharField()

    if TYPE_CHECKING:
        person_id: int

    class Meta:
        indexes = ((("issuer", "subject"), True),)


class KeyCheck(BaseModel):
    """The one row that tells the secret key of this database from every other; see domain.access.secret_key."""

    only = CharField(max_length=3, unique=True, default="key")
    value = CharField(max_length=64)
    noted_at = UtcField()


class FormerKey(BaseModel):
    """A key that was replaced, by its check value. `sealed`: the key itself under the present one; empty if lost."""

    value = CharField(max_length=64, unique=True)
    sealed = TextField(default="")
    replaced_at = UtcField()


class FormerLink(BaseModel):
    """A link that was made with a former key: by its fingerprint, that of the link which opens the same at present."""

    fingerprint = CharField(max_length=64, unique=True)
    present = CharField(max_length=64, index=True)


class Attempt(BaseModel):
    """How often something was tried in one window of time, by one origin (hashed)."""

    what = CharField(max_length=20)
    origin = CharField(max_length=64)
    window = IntegerField()
    count = IntegerField(default=0)

    class Meta:
        indexes = ((("what", "origin", "window"), True),)
