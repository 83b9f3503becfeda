"""What delivery says beforehand about what a customer expects and was told."""

from typing import TYPE_CHECKING

from peewee import CharField, ForeignKeyField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Person
from kloof.storage.models.responses import Response


class HandoverMark(BaseModel):
    """One mark. It goes with the response that it is about; `about` is what the customer had said by then."""

    response = ForeignKeyField(Response, on_delete="CASCADE", backref="marks")
    item = CharField(max_length=50)
    mark = CharField(max_length=10)
    note = TextField(default="")
    about = TextField()
    marked_by = ForeignKeyField(Person, on_delete="RESTRICT")
    marked_at = UtcField()

    if TYPE_CHECKING:
        marked_by_id: int

    class Meta:
        indexes = ((("response", "item"), True),)
