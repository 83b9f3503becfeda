"""A release as a value: what leaves the company, and all that the findings site is made from."""

import json
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kloof.domain.deals.study_arms import Arm
from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums
from kloof.domain.surveys.definition import Aspect, Identifier, Scale, Survey, SurveyKey
from kloof.domain.text import Text

FORMAT: Final = 1
"""Raised when a reader of the old format could misread the new one."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class Level(StrEnum):
    """How wide a cell is, the widest first."""

    COMPANY = "company"
    PRODUCT = "product"
    REGION = "region"
    TEAM = "team"


class WithheldReason(StrEnum):
    """Why a cell is not published. The site words these."""

    TOO_FEW = "too_few"  # fewer customers than k
    TOO_FEW_SALESPEOPLE = "too_few_salespeople"  # fewer than m, or one of them has more than half
    HOMOGENEOUS = (
        "homogeneous"  # nearly everybody said the same, so the cell would tell what each of them said
    )
    WAITING = "waiting"  # enough answers, not yet in a block that may be shown
    CERTIFICATE = "certificate"  # together with what was published before it would give too much away


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedAspect(_Part):
    """A core aspect with the questions as they were asked, and its norm N on the survey's scale."""

    id: Identifier
    name: Text
    at_sale: Text
    after_delivery: Text
    norm: float | None = None

    @classmethod
    def of(cls, aspect: Aspect) -> Self:
        return cls(**aspect.model_dump(include=set(cls.model_fields)))


class PublishedSurvey(_Part):
    """One survey version with its core aspects, which are the only ones published."""

    id: Identifier
    version: int
    title: Text
    scale: Scale
    aspects: tuple[PublishedAspect, ...]

    @classmethod
    def of(cls, survey: Survey) -> Self:
        return cls(
            id=survey.id,
            version=survey.version,
            title=survey.title,
            scale=survey.scale,
            aspects=tuple(PublishedAspect.of(aspect) for aspect in survey.core),
        )

    @property
    def key(self) -> SurveyKey:
        return SurveyKey(id=self.id, version=self.version)


class Place(_Part):
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


class AsOf(_Part):
    """The release in which a cell last moved; its figures are of that day."""

    release: Annotated[int, Field(ge=1)]
    date: date


class BlockSize(_Part):
    """One closed block of this release: how large it is, and nothing of what was answered in it."""

    id: Annotated[int, Field(ge=1)]
    customers: Count
    deals: Count


class Cell(Place):
    """The additive statistics of one published set of customers: the union of `blocks`.

    `customers` equals `aspects[…].n`. A customer's deals in one block are averaged first; a customer with
    deals in two blocks of the set counts once in each. `v_counts` and `r_counts` have three numbers:
    customers at the lowest point of the scale, between, and at the highest. All points would give minimum and
    maximum away, which in a group of twelve says a lot about each; the two ends are what a ceiling needs.
    """

    id: str
    blocks: tuple[int, ...]
    deals: Count
    customers: Count
    as_of: AsOf
    aspects: dict[str, PairedSums]
    promises: PromiseCounts


class WithheldCell(Place):
    """A cell that exists and is not published."""

    reason: WithheldReason


class ResponseCounts(_Part):
    """How many deals of a survey version came how far, each rounded up to a multiple of five.

    Rounded, because two releases with one delivery between them would otherwise tell whether that
    one customer answered.
    `pairs_published` is exact: it is the sum of the blocks. The first five are about deals in which everybody is asked
    twice; of these `asked_again` answered at sale and their second survey was sent in or has closed, `answered_twice`
    sent it in. `not_asked`: deals that a draw left out of the first survey, and whose second was sent in or has
    closed. Releases of before these were counted do not hold the last four.
    """

    survey: Identifier
    version: int
    deals_started: Count
    answered_at_sale: Count
    answered_after_delivery: Count
    pairs: Count
    pairs_published: Count
    asked_again: Count | None = None
    answered_twice: Count | None = None
    not_asked: Count | None = None
    not_asked_answered: Count | None = None


class Guarantee(_Part):
    """What the certificate found over this release and every earlier one together.

    `max_leverage` ≤ 1/k: no sum over fewer than k people can be worked out. `insider_…`: the same for a
    salesperson who subtracts their own customers.
    """

    k: int
    m: int
    smaller_m_agreed_on: date | None = None
    max_leverage: float
    insider_k: int
    insider_max_leverage: float
    sets: Count
    releases: Count


class Previous(_Part):
    """The release before this one, by the SHA-256 of its datapackage.json."""

    number: Annotated[int, Field(ge=1)]
    sha256: Sha256


class PracticeCell(Place):
    """One arm of a practice table: the deals of `blocks` in which something was done, or was not.

    Both arms of a table are over the same blocks, and together they are those blocks.
    """

    id: str
    practice: Identifier
    done: bool
    blocks: tuple[int, ...]
    deals: Count
    customers: Count
    as_of: AsOf
    aspects: dict[str, PairedSums]


class ArmCell(Place):
    """The additive statistics of customers who told one side only: the union of `blocks`, for the whole company.

    NOT_ASKED: R of those whom a draw left out of the first survey. LEFT: V of those who let the second one close.
    """

    id: str
    arm: Literal[Arm.NOT_ASKED, Arm.LEFT]
    blocks: tuple[int, ...]
    deals: Count
    customers: Count
    as_of: AsOf
    aspects: dict[str, Sums]


class ReleaseDocument(_Part):
    """Everything in one release.json."""

    format: Literal[1] = FORMAT
    kloof: str
    number: Annotated[int, Field(ge=1)]
    published_on: date
    previous: Previous | None
    company: str
    guarantee: Guarantee
    surveys: tuple[PublishedSurvey, ...]
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

    def cells_of(self, key: SurveyKey, level: Level | None = None) -> Iterator[Cell]:
        """The cells of one survey version, in the order of the file."""
        return (cell for cell in self.cells if cell.key == key and level in (None, cell.level))

    def unions(self) -> Iterator[Cell | ArmCell]:
        """The sets that are sums of whole blocks: the cells, then the arms."""
        yield from self.cells
        yield from self.arms

    def to_json(self) -> str:
        """The text of release.json: sorted keys, so that equal releases are equal byte for byte."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The inverse of `to_json`. Raises pydantic.ValidationError (a ValueError) naming what is wrong."""
        return cls.model_validate_json(text)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, as in the file."""
        return self.model_dump(mode="json")
