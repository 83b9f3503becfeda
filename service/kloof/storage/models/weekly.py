"""Who of the company gets a mail once a week, and up to when they were told what is new."""

from typing import TYPE_CHECKING

from peewee import BlobField, CharField, ForeignKeyField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Person


class WeeklyWish(BaseModel):
    """One row for everybody who ever chose the mail; `since` is None for who wants none now, and the link in a mail of
    before goes on saying so.

    What was new from `told_from` to `told_until` is `news` (domain.mailing.weekly), in the last mail that was queued.
    """

    person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
    since = UtcField(null=True)
    link_salt = BlobField()
    link_fingerprint = CharField(max_length=64, unique=True)
    told_from = UtcField()
    told_until = UtcField()
    news = TextField(default="")

    if TYPE_CHECKING:
        person_id: int

    class Meta:
        table_name = "weekly_wish"
