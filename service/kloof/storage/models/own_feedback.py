"""What a salesperson's own page is made from: each complete pair where it belongs, and closed groups of totals."""

from typing import TYPE_CHECKING

from peewee import SQL, BooleanField, ForeignKeyField, IntegerField, ModelIndex, TextField

from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Deal, Person, SurveyVersion

WAITING_CONDITION = "batch_id IS NULL AND NOT was_named AND answers <> ''"
"""Of the index of what waits for a group. SQLite takes it only for a statement that has the same words."""


class OwnBatch(BaseModel):
    """A closed group: at least eight customers together, for good.

    `sums` is JSON, rounded when it closed; the exact ones are kept nowhere. It goes when the group is retired.
    """

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

    `named`: every survey submitted says so, and the pair stands in no group. `was_named` stays: what the salesperson
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


OwnPair.add_index(
    # Of what waits `batch` is always empty; it stands in front so that SQLite does not take the longer index on it.
    ModelIndex(
        OwnPair, (OwnPair.batch, OwnPair.completed_at), name="own_pair_waiting", where=SQL(WAITING_CONDITION)
    )
)


class OwnClosing(BaseModel):
    """The first of the month up to which a salesperson's answers were looked at for groups: once, whatever came of it.

    Looked at again, a group that may not close would tell of a correction by closing.
    """

    salesperson = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
    moment = UtcField()


class AnsweredAtOnce(BaseModel):
    """That several customers of a salesperson sent a first survey from one network at one time; not where, nor who."""

    salesperson = ForeignKeyField(Person, on_delete="CASCADE")
    noted_at = UtcField()

    if TYPE_CHECKING:
        salesperson_id: int
