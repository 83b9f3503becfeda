"""What the release engine keeps: complete pairs, where they stand, closed blocks, and what was published."""

from peewee import (
    SQL,
    BlobField,
    CharField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from kloof.domain.deals.study_arms import Arm
from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.models.deals import Deal, SurveyVersion
from kloof.storage.statements import names


class QueueCell(BaseModel):
    """The finest cell in which pairs queue: product × team of one survey version, and the team's region.

    Deals of another `arm` (domain.arms) than "asked" tell one side, and queue in one cell of the whole company.
    """

    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    product = CharField()
    region = CharField()
    team = CharField()
    arm = CharField(max_length=10, default=Arm.ASKED, constraints=[SQL(f"DEFAULT {names([Arm.ASKED])}")])

    class Meta:
        indexes = ((("survey_version", "product", "region", "team", "arm"), True),)


class Release(BaseModel):
    """One published release, chained to the one before by the hash of its manifest."""

    number = IntegerField(unique=True)
    manifest_hash = CharField(max_length=64)
    published_at = UtcField()


class Round(BaseModel):
    """A moment at which a release could have come out. Waiting is counted in rounds, so that it needs no
    clock.
    """

    held_at = UtcField()
    release = ForeignKeyField(Release, null=True, on_delete="RESTRICT", index=False)


class Block(BaseModel):
    """Closed for good, or retired after an erasure, a withdrawal or a correction.

    `sums`, rounded when it closed, and `members` are packed as storage.releases.freezing says. The sums go when the
    block is retired; the members stay, since past releases hold this block for ever and the certificate must know who
    overlaps with whom. A member is a number: that of the customer's row, and once that customer is erased a negative
    one that belongs to nobody.
    """

    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    level = CharField(max_length=10)
    product = CharField(default="")
    region = CharField(default="")
    team = CharField(default="")
    customers = IntegerField()
    sums = BlobField()
    members = BlobField()
    closed_at = UtcField()
    retired_at = UtcField(null=True)
    arm = CharField(max_length=10, default=Arm.ASKED, constraints=[SQL(f"DEFAULT {names([Arm.ASKED])}")])


class PracticePart(BaseModel):
    """A part of a practice table that was published; retired with the first of its blocks that is.

    `blocks` are numbers in JSON; `done`, `not_done` and `members` are packed as storage.practice_parts says. The
    sums go when it is retired; the members stay, as those of a block do, and are forgotten as those are.
    """

    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    practice = CharField(max_length=40)
    release = IntegerField()
    blocks = TextField()
    done = BlobField()
    not_done = BlobField()
    members = BlobField()
    retired_at = UtcField(null=True)


class Spread(BaseModel):
    """How far the answers of a survey version lie apart, rounded, as of the last time that a block closed.

    `figures` is a document.SurveySpread in JSON.
    """

    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT", unique=True)
    figures = TextField()


class Pair(BaseModel):
    """Both answers of one deal, complete in every core aspect, side by side so that a scan can sum them; where only
    one side counts, that one twice.

    `packed`: who and what was answered, in letters, as storage.releases.pair_encoding says. Who is no key here: an
    index would cost every scan and serve none.
    """

    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    cell = ForeignKeyField(QueueCell, on_delete="RESTRICT")
    packed = TextField()
    completed_at = UtcField()


class ChangedPair(BaseModel):
    """The number of a pair that changed or went since a freeze last began: triggers note it.

    A freeze reads and plans while others write, and closes no block with one of these.
    """

    id = IntegerField(primary_key=True)


class Placement(BaseModel):
    """A pair that stands in a closed block; a pair without one queues. The id is the pair's.

    A table of its own, so that freezing a million pairs inserts narrow rows and rewrites no wide ones; and without
    foreign keys, which would look each of them up twice. A trigger takes the place of a pair that goes.
    """

    id = IntegerField(primary_key=True)
    block = IntegerField(column_name="block_id")
