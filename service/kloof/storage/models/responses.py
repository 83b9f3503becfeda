"""Invitations, what came back, and the promises in the customer's own words."""

from typing import TYPE_CHECKING

from peewee import (
    SQL,
    BlobField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    ModelIndex,
    TextField,
)

from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Customer, Deal, Person
from kloof.storage.statements import names

_S = InvitationState
OPEN_CONDITION = f"state IN ({names([_S.PLANNED, _S.INVITED, _S.STARTED, _S.STOPPED])})"
"""Of the index of open invitations. SQLite takes it only for a statement that repeats this word for word."""


AFTER_DELIVERY_CONDITION = f"wave IN ({names([Wave.DELIVERY])})"
"""Of the index of surveys after delivery by the day on which they are asked."""


class Invitation(BaseModel):
    """One per deal and wave: the unique index is the guarantee.

    `asked`: the colleague to whom the customer of the deal passed it on; None where that customer is asked.
    """

    deal = ForeignKeyField(Deal, on_delete="CASCADE", backref="invitations", index=False)
    wave = CharField(max_length=10)
    state = CharField(max_length=10)
    link_salt = BlobField()
    link_fingerprint = CharField(max_length=64, unique=True)
    opt_out_fingerprint = CharField(max_length=64, unique=True)
    invite_on = DateField()
    expires_at = UtcField()
    created_at = UtcField()
    code_fingerprint = CharField(max_length=64, null=True)
    asked = ForeignKeyField(Customer, null=True, on_delete="RESTRICT", backref="+", index=False)

    if TYPE_CHECKING:
        deal_id: int
        asked_id: int | None

    class Meta:
        indexes = ((("deal", "wave"), True),)


Invitation.add_index(
    ModelIndex(
        Invitation,
        (Invitation.expires_at,),
        name="invitation_open",
        where=SQL(OPEN_CONDITION),
    )
)
Invitation.add_index(
    ModelIndex(
        Invitation,
        (Invitation.invite_on, Invitation.deal),
        name="invitation_after",
        where=SQL(AFTER_DELIVERY_CONDITION),
    )
)
Invitation.add_index(
    ModelIndex(
        Invitation,
        (Invitation.code_fingerprint,),
        name="invitation_code",
        unique=True,
        where=SQL("code_fingerprint IS NOT NULL"),
    )
)


Invitation.add_index(
    ModelIndex(Invitation, (Invitation.asked,), name="invitation_asked", where=SQL("asked_id IS NOT NULL"))
)


class PassedOn(BaseModel):
    """That the customer of a deal passed a survey on to a colleague, once and no more; that the desk took it back ends
    it. The fingerprints are those of the link that closed by it, or of the one by which it was done.
    """

    deal = ForeignKeyField(Deal, on_delete="CASCADE", backref="passed_on", index=False)
    wave = CharField(max_length=10)
    to = ForeignKeyField(Customer, null=True, on_delete="SET NULL", backref="+", index=False)
    link_fingerprint = CharField(max_length=64)
    opt_out_fingerprint = CharField(max_length=64)
    at = UtcField()
    taken_back_at = UtcField(null=True)

    if TYPE_CHECKING:
        deal_id: int

    class Meta:
        indexes = ((("deal", "wave"), True),)


PassedOn.add_index(ModelIndex(PassedOn, (PassedOn.link_fingerprint,), name="passed_on_link"))
PassedOn.add_index(ModelIndex(PassedOn, (PassedOn.opt_out_fingerprint,), name="passed_on_opt_out"))
PassedOn.add_index(ModelIndex(PassedOn, (PassedOn.to,), name="passed_on_to", where=SQL("to_id IS NOT NULL")))


class Response(BaseModel):
    """What one customer answered in one wave, saved page by page; `answers` is packed (domain.answers).

    `shown_to`: whose name stood where the customer said who may see it; None for who sold the deal.
    """

    invitation = ForeignKeyField(Invitation, unique=True, on_delete="CASCADE", backref="responses")
    answers = BlobField()
    comment = TextField(default="")
    consent = CharField(max_length=10, default="")
    wants_call = BooleanField(default=False)
    wants_findings = BooleanField(default=False)
    share_with_delivery = BooleanField(default=False, constraints=[SQL("DEFAULT FALSE")])
    language = CharField(max_length=2)
    saved_at = UtcField()
    submitted_at = UtcField(null=True)
    may_call = BooleanField(null=True)
    shown_to = ForeignKeyField(Person, null=True, on_delete="RESTRICT", index=False)

    if TYPE_CHECKING:
        shown_to_id: int | None


class Promise(BaseModel):
    """Written down at sale; `outcome` and `remark` come with the second survey."""

    response = ForeignKeyField(Response, on_delete="CASCADE", backref="promises")
    position = IntegerField()
    text = TextField()
    aspect = CharField(max_length=40, default="")
    source = CharField(max_length=10, default="")
    outcome = CharField(max_length=10, default="")
    remark = TextField(default="")

    class Meta:
        indexes = ((("response", "position"), True),)
