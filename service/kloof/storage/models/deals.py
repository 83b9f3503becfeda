"""Surveys in force, people, customers and deals."""

from typing import TYPE_CHECKING, Any

from peewee import (
    SQL,
    BlobField,
    BooleanField,
    CharField,
    DateField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    ModelIndex,
    TextField,
)

from kloof.domain.deals.study_arms import Arm
from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.statements import names


class SurveyVersion(BaseModel):
    """A survey as it was when a deal first used it: an answer can always be read with its own questions."""

    survey = CharField(max_length=40)
    version = IntegerField()
    fingerprint = CharField(max_length=64)
    definition = TextField()
    recorded_at = UtcField()

    class Meta:
        indexes = ((("survey", "version"), True),)


class Person(BaseModel):
    """Somebody of the company. Who has left stays as a row: their deals, and the figures made of them, are of somebody.

    Erased, a row has neither name nor address.
    """

    email = CharField(unique=True)
    name = CharField()
    roles = CharField(max_length=80, default="", constraints=[SQL("DEFAULT ''")])  # words with spaces between
    team = CharField(default="")
    language = CharField(max_length=2, default="nl")
    active = BooleanField(default=True)
    added_at = UtcField()
    last_sign_in_at = UtcField(null=True)
    leaves_on = DateField(null=True)
    leaves_to = IntegerField(null=True)  # the successor's number; the desk without one
    left_at = UtcField(null=True)
    erased_at = UtcField(null=True)


class Customer(BaseModel):
    """Known by the address, else by the CRM's number, else only by the one deal."""

    name = CharField()
    language = CharField(max_length=2)
    email = CharField(unique=True, null=True)
    number = CharField(max_length=100, unique=True, null=True)


class Account(BaseModel):
    """An organisation as a deal first spelt it, known by a key that is the same in every spelling; it is there as long
    as a deal is of it. See domain.deals.accounts.
    """

    name = TextField()
    key = TextField(unique=True)


class Deal(BaseModel):
    """A deal as the CRM last gave it, with the customer's name as it spelt it: two deals may differ in that.

    `salesperson` sold it, and stays who did. `successor` has taken it over from them.

    `arm` (domain.arms) was drawn once, when the deal came in and `arm_share` of deals went without a first survey.
    """

    deal_id = CharField(unique=True, max_length=100)
    customer = ForeignKeyField(Customer, on_delete="RESTRICT", backref="deals")
    customer_name = CharField()
    customer_language = CharField(max_length=2)
    salesperson = ForeignKeyField(Person, on_delete="RESTRICT", backref="deals", index=False)
    team = CharField()
    region = CharField()
    product = CharField()
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    sold_on = DateField()
    delivery_planned_on = DateField(null=True)
    delivered_on = DateField(null=True)
    cancelled_at = UtcField(null=True)
    added_at = UtcField()
    by_letter = BooleanField(default=False, constraints=[SQL("DEFAULT FALSE")])
    customer_number = CharField(max_length=100, default="", constraints=[SQL("DEFAULT ''")])
    customer_time_zone = CharField(max_length=64, default="", constraints=[SQL("DEFAULT ''")])
    arm = CharField(max_length=10, default=Arm.ASKED, constraints=[SQL(f"DEFAULT {names([Arm.ASKED])}")])
    arm_share = DoubleField(default=0.0, constraints=[SQL("DEFAULT 0")])
    address_changed_at = UtcField(null=True)
    account = ForeignKeyField(Account, null=True, on_delete="RESTRICT")
    successor = ForeignKeyField(Person, null=True, on_delete="RESTRICT", backref="+", index=False)

    if TYPE_CHECKING:
        account_id: int | None
        customer_id: int
        salesperson_id: int
        successor_id: int | None
        survey_version_id: int


UNDELIVERED_CONDITION = "delivered_on IS NULL AND cancelled_at IS NULL"
"""Of the index of deals that wait for their delivery. SQLite takes it only for a statement that repeats this word for
word.
"""


def _by_day(name: str, *before: Any, where: str = "") -> None:
    """An index by which a list of deals is read, the last sold first; `before` it holds what the list is of."""
    fields = (*before, Deal.sold_on, Deal.id)
    Deal.add_index(ModelIndex(Deal, fields, name=f"deal_{name}", where=SQL(where) if where else None))


_by_day("sold")
_by_day("seller_sold", Deal.salesperson)
_by_day("product_sold", Deal.product)
_by_day("team_sold", Deal.team)
_by_day("undelivered", where=UNDELIVERED_CONDITION)
_by_day("cancelled", where="cancelled_at IS NOT NULL")
_by_day("by_letter", where="by_letter")
Deal.add_index(
    ModelIndex(
        Deal,
        (Deal.team, Deal.delivery_planned_on, Deal.id),
        name="deal_to_deliver",
        where=SQL(UNDELIVERED_CONDITION),
    )
)
Deal.add_index(
    ModelIndex(Deal, (Deal.delivery_planned_on,), name="deal_planned", where=SQL(UNDELIVERED_CONDITION))
)


class DealWord(BaseModel):
    """A word by which a deal is found, as domain.deals.search_words makes it: its bytes in UTF-8, since every
    database puts those in the same order.
    """

    word = BlobField()
    deal = ForeignKeyField(Deal, on_delete="CASCADE", index=False)

    if TYPE_CHECKING:
        deal_id: int

    class Meta:
        primary_key = False


DealWord.add_index(
    ModelIndex(DealWord, (DealWord.word, DealWord.deal.desc()), name="deal_word_found", unique=True)
)
DealWord.add_index(ModelIndex(DealWord, (DealWord.deal, DealWord.word), name="deal_word_of"))
Deal.add_index(
    ModelIndex(Deal, (Deal.successor,), name="deal_successor", where=SQL("successor_id IS NOT NULL"))
)


class Practice(BaseModel):
    """Something that was done for a deal, entered before R is known."""

    deal = ForeignKeyField(Deal, on_delete="CASCADE", backref="practices")
    name = CharField(max_length=40)
    done_on = DateField()

    if TYPE_CHECKING:
        deal_id: int

    class Meta:
        indexes = ((("deal", "name"), True),)
