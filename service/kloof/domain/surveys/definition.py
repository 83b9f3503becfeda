"""A survey pair as a value: one scale, the aspects with both wordings, and the overall items."""

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from math import ceil
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from kloof.domain.surveys.paths import Place, path
from kloof.domain.text import Text

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]

# Form fields that are not answers to an item; an item may not take their name.
RESERVED_IDS = frozenset({"action", "comment", "consent", "csrf_token", "go", "language", "page"})
RESERVED_PREFIXES = ("promise-", "outcome-")

SECONDS_PER_QUESTION = 12


def _not_reserved(identifier: str) -> str:
    if identifier in RESERVED_IDS or identifier.startswith(RESERVED_PREFIXES):
        raise PydanticCustomError(
            "reserved_id",
            RESERVED,
            {"id": identifier},
        )
    return identifier


ItemId = Annotated[Identifier, AfterValidator(_not_reserved)]


class Wave(StrEnum):
    """The two moments at which a customer is asked."""

    SALE = "sale"
    DELIVERY = "delivery"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AspectKind(StrEnum):
    """What sort of thing an aspect is, so that advice about it can fit; it is asked of nobody and measures nothing."""

    TIME = "time"  # how soon it is ready
    APPOINTMENTS = "appointments"  # days and hours that are kept
    PRICE = "price"
    COMPLETENESS = "completeness"  # what is included
    QUALITY = "quality"  # how well it is made
    RESULT = "result"  # whether it does and is what was said
    COMMUNICATION = "communication"
    PEOPLE = "people"  # who comes, and how they behave
    EASE = "ease"  # how easy it is to use
    AFTERCARE = "aftercare"  # help afterwards


class Scale(_Value):
    """Whole numbers from `low` to `high`, both included, with a word at each end."""

    low: Annotated[int, Field(ge=0, le=1)]
    high: Annotated[int, Field(ge=2, le=10)]
    low_label: Text
    high_label: Text

    @property
    def points(self) -> range:
        return range(self.low, self.high + 1)

    @property
    def good(self) -> int:
        """The point from which a mark is called good: 7 on 0 to 10, at the same height on any other scale."""
        return self.low + (7 * (self.high - self.low) + 5) // 10


class Aspect(_Value):
    """One thing that is promised and delivered, asked twice.

    `norm` is N on the survey's scale: what the company itself says it can reasonably deliver; None where it
    has not said. Only `core` aspects are needed for a pair to be complete, and only they are published. `kind` is
    for advice alone; None where the company has not said.
    """

    id: ItemId
    name: Text
    at_sale: Text
    after_delivery: Text
    norm: float | None = None
    core: bool = True
    kind: AspectKind | None = None

    def question(self, wave: Wave) -> Text:
        return self.at_sale if wave is Wave.SALE else self.after_delivery


class OverallItem(_Value):
    """An item about the whole, asked after delivery only, on the survey's scale with its own end labels."""

    id: ItemId
    name: Text
    question: Text
    low_label: Text
    high_label: Text


class Intro(_Value):
    """What is said once above the questions of a wave, so that no question has to repeat it; None for nothing."""

    at_sale: Text | None = None
    after_delivery: Text | None = None

    def above(self, wave: Wave) -> Text | None:
        return self.at_sale if wave is Wave.SALE else self.after_delivery


class Timing(_Value):
    """Days from sale to the first survey, from delivery to the second, and until an unanswered one closes."""

    first_after_days: Annotated[int, Field(ge=0, le=365)] = 1
    second_after_days: Annotated[int, Field(ge=0, le=365)] = 7
    open_for_days: Annotated[int, Field(ge=1, le=365)] = 45


class SurveyKey(_Value):
    """Which survey, in which version: pairs of different versions are never pooled."""

    id: str
    version: int

    def __str__(self) -> str:
        return f"{self.id} v{self.version}"


class Contradiction(NamedTuple):
    """Two parts of a survey that do not go together; `{other}` in the sentence stands for the other place."""

    place: Place
    sentence: str
    facts: Mapping[str, object] = MappingProxyType({})
    other: Place = ()


NO_CORE = "no pair could ever be complete; set core: true on at least one aspect"
ID_TWICE = 'the id "{id}" is also at {other}; give each item an id of its own'
OFF_SCALE = "{norm} is outside the scale; a norm lies on it, from {low} to {high}"
RESERVED = 'the form uses "{id}" for a field of its own; choose another id'


class Outline(NamedTuple):
    """What the rules over a whole survey look at, by place; a file with other errors in it still has one."""

    ids: Mapping[Place, str]
    norms: Mapping[Place, float]
    has_core: bool
    points: range | None

    def contradictions(self) -> Iterator[Contradiction]:
        """Ids used twice, norms off the scale, and a survey of which no pair could ever be complete."""
        if not self.has_core:
            yield Contradiction(("aspects",), NO_CORE)
        first: dict[str, Place] = {}
        for place, identifier in self.ids.items():
            if first.setdefault(identifier, place) != place:
                yield Contradiction(place, ID_TWICE, {"id": identifier}, first[identifier])
        for place, norm in self.norms.items():
            if self.points and not self.points[0] <= norm <= self.points[-1]:
                low, high = self.points[0], self.points[-1]
                yield Contradiction(place, OFF_SCALE, {"norm": f"{norm:g}", "low": low, "high": high})


class Survey(_Value):
    """One pair of surveys. `items` fixes the order in which answers are packed; see `answers`."""

    id: Identifier
    version: Annotated[int, Field(ge=1)]
    title: Text
    scale: Scale
    timing: Timing = Timing()
    intro: Intro | None = None
    aspects: Annotated[tuple[Aspect, ...], Field(max_length=40)]
    overall: Annotated[tuple[OverallItem, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        problems = [
            InitErrorDetails(
                type=PydanticCustomError(
                    "contradiction", "{message}", {"message": sentence.format(**facts, other=path(other))}
                ),
                loc=place,
                input=None,
            )
            for place, sentence, facts, other in self._outline.contradictions()
        ]
        if problems:
            raise ValidationError.from_exception_data("Survey", problems)
        return self

    @property
    def _outline(self) -> Outline:
        aspects = {("aspects", at): aspect for at, aspect in enumerate(self.aspects)}
        overall = {("overall", at): item for at, item in enumerate(self.overall)}
        return Outline(
            ids={(*place, "id"): item.id for place, item in (aspects | overall).items()},
            norms={
                (*place, "norm"): aspect.norm for place, aspect in aspects.items() if aspect.norm is not None
            },
            has_core=bool(self.core),
            points=self.scale.points,
        )

    @property
    def key(self) -> SurveyKey:
        return SurveyKey(id=self.id, version=self.version)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content, so that a change under the same version number is seen.

        The kinds of aspects are left out: they change nothing that a customer is asked, nor what an answer means. Of a
        survey of before `intro` that is not in it: it stays the survey which its answers belong to.
        """
        left_out: dict[str, Any] = {"aspects": {"__all__": {"kind"}}}
        if self.intro is None:
            left_out["intro"] = True
        content = self.model_dump_json(exclude=left_out)
        return hashlib.sha256(content.encode()).hexdigest()

    @cached_property
    def core(self) -> tuple[Aspect, ...]:
        return tuple(aspect for aspect in self.aspects if aspect.core)

    def items(self, wave: Wave) -> tuple[str, ...]:
        """Ids of everything that gets a number in this wave, in the order in which it is asked and packed."""
        aspects = tuple(aspect.id for aspect in self.aspects)
        return aspects if wave is Wave.SALE else aspects + tuple(item.id for item in self.overall)

    def above(self, wave: Wave) -> Text | None:
        """What is said once above the questions of this wave; None for nothing."""
        return self.intro.above(wave) if self.intro else None

    def minutes(self, wave: Wave) -> int:
        """How long it takes, as a customer is told it: whole minutes, and never one, which is a boast."""
        return max(2, ceil(len(self.items(wave)) * SECONDS_PER_QUESTION / 60))
