"""What a salesperson's own page is made from: each complete pair where it belongs, and closed batches of totals."""

from typing import TYPE_CHECKING

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Deal, Person, SurveyVersion


class OwnBatch(BaseModel):
    """At least five customers together, for good. `sums` is JSON; it goes when the batch is retired."""

    salesperson = ForeignKeyField(Person, on_delete="RESTRICT")
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT", index=False)
    customers = IntegerField()
    sums = TextField()
    closed_at = UtcField()
    retired_at = UtcField(null=True)

    if TYPE_CHECKING:
        salesperson_id: int
        survey_version_id: int


class OwnPair(BaseModel):
    """A deal with a submitted answer. `answers` is packed as storage.releases.pair_encoding says; empty without a side.

    `named`: every survey submitted says so, and the pair stands in no batch. `was_named` stays: what the salesperson
    has read by name never goes into a total, where it could be taken off again.
    """

    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    salesperson = ForeignKeyField(Person, on_delete="RESTRICT")
    customer = IntegerField()
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT", index=False)
    answers = TextField(default="")
    named = BooleanField()
    was_named = BooleanField()
    batch = ForeignKeyField(OwnBatch, null=True, on_delete="RESTRICT")
    completed_at = UtcField(null=True)

    if TYPE_CHECKING:
        deal_id: int
        survey_version_id: int
        batch_id: int | None
