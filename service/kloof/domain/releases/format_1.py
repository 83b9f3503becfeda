"""Releases of format 1, of an engine that published exact sums. They stay readable, and are never made any more.

What stood in their blocks was retired, so nothing of a later release may be subtracted from them or compared with them.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from kloof.domain.deals.study_arms import Arm
from kloof.domain.json_text import read_json
from kloof.domain.releases.document import (
    AsOf,
    Place,
    Previous,
    PublishedAspect,
    ReleaseDocument,
    WithheldReason,
)
from kloof.domain.releases.guarantee import Count, ReleasePart
from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums
from kloof.domain.surveys.definition import Identifier, Scale
from kloof.domain.text import Text


class ExactSurvey(ReleasePart):
    """One survey version with its core aspects."""

    id: Identifier
    version: int
    title: Text
    scale: Scale
    aspects: tuple[PublishedAspect, ...]


class ExactBlock(ReleasePart):
    """One closed block: its customers, and their deals."""

    id: Annotated[int, Field(ge=1)]
    customers: Count
    deals: Count


class ExactSet(Place):
    """What each published set says of itself, whatever it is about."""

    id: str
    blocks: tuple[int, ...]
    deals: Count
    customers: Count
    as_of: AsOf


class ExactCell(ExactSet):
    """Exact sums over a union of blocks."""

    aspects: dict[str, PairedSums]
    promises: PromiseCounts


class ExactPracticeCell(ExactSet):
    """Exact sums over one arm of a practice table."""

    practice: Identifier
    done: bool
    aspects: dict[str, PairedSums]


class ExactArmCell(ExactSet):
    """Exact sums over customers who told one side only."""

    arm: Literal[Arm.NOT_ASKED, Arm.LEFT]
    aspects: dict[str, Sums]


class WithheldForReason(Place):
    """A cell that was not published, and why."""

    reason: WithheldReason


class ExactResponse(ReleasePart):
    """How far the deals of a survey version came, each count rounded up to a multiple of five."""

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


class LinearGuarantee(ReleasePart):
    """What a certificate over sums alone found: it held, and single answers came out all the same."""

    k: int
    m: int
    smaller_m_agreed_on: date | None = None
    max_leverage: float
    insider_k: int
    insider_max_leverage: float
    sets: Count
    releases: Count


class ExactRelease(ReleasePart):
    """Everything in one release.json of format 1."""

    format: Literal[1]
    kloof: str
    number: Annotated[int, Field(ge=1)]
    published_on: date
    previous: Previous | None
    company: str
    guarantee: LinearGuarantee
    surveys: tuple[ExactSurvey, ...]
    blocks: tuple[ExactBlock, ...] = ()
    cells: tuple[ExactCell, ...]
    withheld: tuple[WithheldForReason, ...] = ()
    response: tuple[ExactResponse, ...] = ()
    practices: tuple[ExactPracticeCell, ...] = ()
    arms: tuple[ExactArmCell, ...] = ()


AnyRelease = ReleaseDocument | ExactRelease


def from_any_format(text: str) -> AnyRelease:
    """The release in a release.json, of this engine or of the one before it.

    Raises pydantic.ValidationError (a ValueError) naming what is wrong, and AttributeError where it is no object.
    """
    if read_json(text).get("format") == 1:
        return ExactRelease.model_validate_json(text)
    return ReleaseDocument.from_json(text)


def of_this_format(releases: "tuple[AnyRelease, ...]") -> tuple[ReleaseDocument, ...]:
    """Those that this engine made, in the same order."""
    return tuple(release for release in releases if isinstance(release, ReleaseDocument))
