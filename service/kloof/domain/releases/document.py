"""A release as a value: what leaves the company, and all that the findings site is made from."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field

from kloof.domain.deals.study_arms import Arm
from kloof.domain.json_text import indented
from kloof.domain.releases.guarantee import (
    ArmSpread,
    Count,
    Guarantee,
    ReleasePart,
    Sha256,
    Share,
    SurveySpread,
)
from kloof.domain.releases.rounding import base_of
from kloof.domain.surveys.definition import Aspect, Identifier, Scale, Survey, SurveyKey
from kloof.domain.text import Text

FORMAT: Final = 2
"""Raised when a reader of the old format could misread the new one. Releases of format 1 stand in `format_1`."""


class Level(StrEnum):
    """How wide a cell is, the widest first."""

    COMPANY = "company"
    PRODUCT = "product"
    REGION = "region"
    TEAM = "team"


class WithheldReason(StrEnum):
    """Why a cell is not published. The desk sees which; the public is told one and the same, whatever it is."""

    TOO_FEW = "too_few"  # fewer customers than a block holds
    TOO_FEW_SALESPEOPLE = "too_few_salespeople"  # fewer than m, or they know too many of the customers
    TOO_FEW_ACCOUNTS = "too_few_accounts"  # fewer than three, or one of them has too many of the customers
    HOMOGENEOUS = (
        "homogeneous"  # nearly everybody said the same, so the cell would tell what each of them said
    )
    WAITING = "waiting"  # enough answers, not yet in a block that may be shown
    CERTIFICATE = "certificate"  # together with what was published before it would give too much away


class PublishedAspect(ReleasePart):
    """A core aspect with the questions as they were asked, and its norm N on the survey's scale."""

    id: Identifier
    name: Text
    at_sale: Text
    after_delivery: Text
    norm: float | None = None

    @classmethod
    def of(cls, aspect: Aspect) -> Self:
        return cls(**aspect.model_dump(include=set(cls.model_fields)))


class PublishedSurvey(ReleasePart):
    """One survey version with its core aspects, which are the only ones published.

    base: every published sum of its answers is a multiple of it, rounded at random when a block closed.
    """

    id: Identifier
    version: int
    title: Text
    scale: Scale
    base: float
    aspects: tuple[PublishedAspect, ...]

    @classmethod
    def of(cls, survey: Survey) -> Self:
        return cls(
            id=survey.id,
            version=survey.version,
            title=survey.title,
            scale=survey.scale,
            base=base_of(survey.scale),
            aspects=tuple(PublishedAspect.of(aspect) for aspect in survey.core),
        )

    @property
    def key(self) -> SurveyKey:
        return SurveyKey(id=self.id, version=self.version)


class Place(ReleasePart):
    """Which deals a cell is about. A field that the level does not name is empty."""

    survey: Identifier
    version: int
    level: Level
    product: str = ""
    region: str = ""
    team: str = ""

    @property
    def key(self) -> SurveyKey:
        return SurveyKey(id=self.survey, version=self.version)


class AsOf(ReleasePart):
    """The release in which a cell last moved; its figures are of that day."""

    release: Annotated[int, Field(ge=1)]
    date: date


class BlockSize(ReleasePart):
    """One closed block of this release: of how many customers, each with one deal, and nothing of what they said."""

    id: Annotated[int, Field(ge=1)]
    n: Count


class AspectSums(ReleasePart):
    """ΣV and ΣR of one aspect over the pairs of a set: sums of what was rounded block by block."""

    v: float
    r: float


class AspectShares(ReleasePart):
    """What share of the customers answered how; None where too few would have to tell.

    higher, equal, lower: V above, equal to and below R. good: R at or above the scale's `good`. at_norm: R at or above
    the norm; disappointed_…: of those at, and of those below it, the share with V above R.
    """

    higher: Share | None = None
    equal: Share | None = None
    lower: Share | None = None
    good: Share | None = None
    v_lowest: Share | None = None
    v_highest: Share | None = None
    r_lowest: Share | None = None
    r_highest: Share | None = None
    at_norm: Share | None = None
    disappointed_at_norm: Share | None = None
    disappointed_below_norm: Share | None = None


class PromiseShares(ReleasePart):
    """What became of promises of which that is known.

    known: how many those are, and promisers: of how many customers, both to the nearest five; None in a release that
    was made before these were told.
    """

    kept: Share
    partly: Share
    broken: Share
    known: Count | None = None
    promisers: Count | None = None


class Cell(Place):
    """One published set of customers: the union of `blocks`.

    n: pairs, one of each customer in each block. customers: different ones, rounded down to a multiple of five.
    counted: the blocks that `shares` and `promises` are about, which move less often than the sums; empty where they
    are not published.
    """

    id: str
    blocks: tuple[int, ...]
    n: Count
    customers: Count
    as_of: AsOf
    aspects: dict[str, AspectSums]
    counted: tuple[int, ...] = ()
    shares: dict[str, AspectShares] = Field(default_factory=dict)
    promises: PromiseShares | None = None


class WithheldCell(Place):
    """A group that has deals and is not published. Why is not said: the reason could tell what was answered."""


class ResponseCounts(Place):
    """How many deals of a group came how far, each to the nearest five: every group that has deals is listed.

    Rounded, because two releases with one delivery between them would otherwise tell whether that one customer
    answered. The first five are about deals in which everybody is asked twice; of these `asked_again` answered at sale
    and their second survey was sent in or has closed, `answered_twice` sent it in. `not_asked`: deals that a draw left
    out of the first survey, and whose second was sent in or has closed. `pairs_published` is exact: the sum of the
    blocks. `left_out`: pairs of blocks in which somebody took an answer back or corrected it, never used again.
    """

    deals_started: Count
    answered_at_sale: Count
    answered_after_delivery: Count
    pairs: Count
    pairs_published: Count
    asked_again: Count = 0
    answered_twice: Count = 0
    not_asked: Count = 0
    not_asked_answered: Count = 0
    left_out: Count = 0


class Previous(ReleasePart):
    """The release before this one, by the SHA-256 of its datapackage.json."""

    number: Annotated[int, Field(ge=1)]
    sha256: Sha256


class PracticeCell(Place):
    """One arm of a practice table: the deals of `blocks` in which something was done, or was not.

    Both arms of a table are over the same blocks, and together they are those blocks; each is rounded by itself.
    `parts`: from how many rounded sums each is added up. `spread`: None in a release that was made before it was told.
    """

    id: str
    practice: Identifier
    done: bool
    blocks: tuple[int, ...]
    parts: Annotated[int, Field(ge=1)]
    n: Count
    customers: Count
    as_of: AsOf
    aspects: dict[str, AspectSums]
    spread: ArmSpread | None = None


class ArmCell(Place):
    """Customers who told one side only: the union of `blocks`, for the whole company.

    NOT_ASKED: R of those whom a draw left out of the first survey. SKIPPED: R of those whom it had asked, and who let
    the first one close. LEFT: V of those who let the second one close.
    """

    id: str
    arm: Literal[Arm.NOT_ASKED, Arm.SKIPPED, Arm.LEFT]
    blocks: tuple[int, ...]
    n: Count
    customers: Count
    as_of: AsOf
    aspects: dict[str, float]


class ReleaseDocument(ReleasePart):
    """Everything in one release.json."""

    format: Literal[2] = FORMAT
    kloof: str
    number: Annotated[int, Field(ge=1)]
    published_on: date
    previous: Previous | None
    company: str
    guarantee: Guarantee
    surveys: tuple[PublishedSurvey, ...]
    spreads: tuple[SurveySpread, ...] = ()
    blocks: tuple[BlockSize, ...] = ()
    cells: tuple[Cell, ...]
    withheld: tuple[WithheldCell, ...] = ()
    response: tuple[ResponseCounts, ...] = ()
    practices: tuple[PracticeCell, ...] = ()
    arms: tuple[ArmCell, ...] = ()

    def survey(self, key: SurveyKey) -> PublishedSurvey:
        """The survey version `key`; raises KeyError where the release does not hold it."""
        for survey in self.surveys:
            if survey.key == key:
                return survey
        raise KeyError(str(key))

    def spread(self, key: SurveyKey) -> SurveySpread | None:
        """The spread of this survey version; None where fewer than thirty pairs stand in blocks."""
        return next((spread for spread in self.spreads if spread.key == key), None)

    def cells_of(self, key: SurveyKey, level: Level | None = None) -> Iterator[Cell]:
        """The cells of one survey version, in the order of the file."""
        return (cell for cell in self.cells if cell.key == key and level in (None, cell.level))

    def unions(self) -> Iterator[Cell | ArmCell]:
        """The sets that are sums of whole blocks: the cells, then the arms."""
        yield from self.cells
        yield from self.arms

    def to_json(self) -> str:
        """The text of release.json: sorted keys, so that equal releases are equal byte for byte."""
        return f"{indented(self.model_dump(mode='json'))}\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`. Raises pydantic.ValidationError (a ValueError) naming what is wrong."""
        return cls.model_validate_json(text)
