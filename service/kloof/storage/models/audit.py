"""The audit log, which only grows: the database itself refuses to change or delete a line of it."""

from typing import TYPE_CHECKING

from peewee import SQL, CharField, ForeignKeyField, IntegerField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Deal


class AuditSubject(BaseModel):
    """The random name by which the log knows a deal. Erasing a customer deletes it, and with it the only way back."""

    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    reference = CharField(max_length=32, unique=True)

    if TYPE_CHECKING:
        deal_id: int


class AuditEntry(BaseModel):
    """One line. It refers to nobody by name, and to a customer only through `subject`, an AuditSubject's reference.

    `person` and `about_person` are numbers of people of the company. No foreign keys: a line outlives what it is
    about. `request` is the name of the request during which it was written; empty where there was none, and where a
    customer or a stranger did it.
    """

    at = UtcField()
    hand = CharField(max_length=10)
    person = IntegerField(null=True)
    role = CharField(max_length=20, default="")
    what = CharField(max_length=40)
    subject = CharField(max_length=32, default="", index=True)
    about_person = IntegerField(null=True)
    detail = CharField(max_length=200, default="")
    request = CharField(max_length=40, default="", constraints=[SQL("DEFAULT ''")])


class AuditFloor(BaseModel):
    """One row, once the company forgets old lines: those of before this moment the database lets go."""

    only = CharField(max_length=5, unique=True, default="floor")
    moment = UtcField()

    class Meta:
        table_name = "audit_floor"
