"""Surveys in force, people, customers and deals."""

from typing import TYPE_CHECKING

from peewee import (
    SQL,
    BooleanField,
    CharField,
    DateField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
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
    email = CharField(unique=True)
    name = CharField()
    roles = CharField(max_length=80, default="", constraints=[SQL("DEFAULT ''")])  # words with spaces between
    team = CharField(default="")
    language = CharField(max_length=2, default="nl")
    epoch = IntegerField(default=0)  # counted sessions that ended together; now each is a StaffSession
    active = BooleanField(default=True)
    added_at = UtcField()


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

    `arm` (domain.arms) was drawn once, when the deal came in and `arm_share` of deals went without a first survey.
    """

    deal_id = CharField(unique=True, max_length=100)
    customer = ForeignKeyField(Customer, on_delete="RESTRICT", backref="deals")
    customer_name = CharField()
    customer_language = CharField(max_length=2)
    salesperson = ForeignKeyField(Person, on_delete="RESTRICT", backref="deals")
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

    if TYPE_CHECKING:
        account_id: int | None
        customer_id: int
        salesperson_id: int
        survey_version_id: int


class Practice(BaseModel):
    """Something that was done for a deal, entered before R is known."""

    deal = ForeignKeyField(Deal, on_delete="CASCADE", backref="practices")
    name = CharField(max_length=40)
    done_on = DateField()

    if TYPE_CHECKING:
        deal_id: int

    class Meta:
        indexes = ((("deal", "name"), True),)
