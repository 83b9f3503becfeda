"""What stands in the way of mail, and what came back that nobody but a person can read."""

from peewee import CharField, IntegerField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField


class MailRefusal(BaseModel):
    """That whoever sends is refused, and in which words: by our mail server, or by servers of customers."""

    source = CharField(max_length=20, unique=True)
    words = TextField()
    since = UtcField()
    last_at = UtcField()

    class Meta:
        table_name = "mail_refusal"


class AsideMail(BaseModel):
    """A mail that was set aside, known by a hash of it, so that it stands here once however often it is read."""

    digest = CharField(max_length=64, unique=True)
    since = UtcField()
    why = CharField(max_length=20)
    size = IntegerField()
    file = CharField(max_length=120)

    class Meta:
        table_name = "aside_mail"
