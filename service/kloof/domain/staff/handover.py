"""Before the work starts: what a customer expects and was told, what delivery says to it, and whether to talk first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kloof.domain.surveys.answers import Answers
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.responses import Promise, Source

FAR: Final = 0.2
"""From this share of the scale's width on, an expectation lies far above the norm: 2 points on 0 to 10."""
SEVERAL: Final = 2
"""So many expectations far above the norm are too much for a call."""
MOST_IN_NOTE: Final = 300


class Mark(StrEnum):
    """What delivery says to one thing that a customer expects or was told."""

    WILL = "will"
    WONT = "wont"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Said:
    """A mark with its note, and who made it. `about`: what the customer had said by then."""

    mark: Mark
    note: str
    about: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One expectation about an aspect, or one promise in the customer's own words.

    `expected` (V) and `norm` (N) are on the survey's scale and belong to an expectation only; `norm` is None where the
    company has said nothing.
    """

    key: str
    aspect: str
    promise: str = ""
    source: Source | None = None
    expected: int | None = None
    norm: float | None = None
    said: Said | None = None

    @property
    def about(self) -> str:
        """What a mark of now would be about."""
        return self.promise or str(self.expected)

    @property
    def mark(self) -> Mark | None:
        """What delivery says to it; None too where the customer has changed it since."""
        return self.said.mark if self.said and self.said.about == self.about else None

    @property
    def above_norm(self) -> float | None:
        """How far the expectation lies above the norm, V − N; None where it does not, or where one is not known."""
        if self.expected is None or self.norm is None or self.expected <= self.norm:
            return None
        return self.expected - self.norm

    @property
    def changed_since(self) -> bool:
        """Whether it was marked, and the customer has changed it since."""
        return self.said is not None and self.mark is None


def items(
    survey: Survey, at_sale: Answers, promises: Iterable[Promise], said: Mapping[str, Said]
) -> tuple[Item, ...]:
    """Everything that can be marked: promises first, then each aspect that got a number, in the survey's order."""
    # A dot is in no aspect's id, so the two kinds of keys never meet.
    told = [(f"promise.{promise.position}", promise) for promise in promises]
    expected = [(aspect, at_sale.get(aspect.id)) for aspect in survey.aspects]
    return (
        *(
            Item(key, promise.aspect, promise.text, promise.source, said=said.get(key))
            for key, promise in told
        ),
        *(
            Item(aspect.id, aspect.id, expected=answer, norm=aspect.norm, said=said.get(aspect.id))
            for aspect, answer in expected
            if isinstance(answer, int)
        ),
    )


@dataclass(frozen=True, slots=True)
class ItemParts:
    """What is read first: promises, then what is expected above the norm, the furthest first; the rest as asked."""

    promises: tuple[Item, ...]
    above: tuple[Item, ...]
    rest: tuple[Item, ...]

    @property
    def rest_will_do(self) -> bool:
        """Whether delivery said of all of the rest that it will do."""
        return bool(self.rest) and all(item.mark is Mark.WILL for item in self.rest)

    @property
    def rest_differs(self) -> bool:
        """Whether there is more to say about a part of the rest than that all of it will do."""
        marks = {item.mark for item in self.rest}
        return bool(marks & {Mark.WONT, Mark.TALK}) or any(item.changed_since for item in self.rest)


def in_parts(found: Iterable[Item]) -> ItemParts:
    """Every item in its part."""
    every = tuple(found)
    expected = [item for item in every if not item.promise]
    return ItemParts(
        tuple(item for item in every if item.promise),
        tuple(
            sorted((item for item in expected if item.above_norm), key=lambda item: -(item.above_norm or 0))
        ),
        tuple(item for item in expected if not item.above_norm),
    )


class Why(StrEnum):
    """Why it is better to talk before the work starts."""

    WONT = "wont"
    TALK = "talk"
    ABOVE_NORM = "above_norm"


class Meeting(StrEnum):
    """How to talk."""

    VISIT = "visit"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Proposal:
    """To talk with the customer before the work starts, and every reason: at most one for an item."""

    meeting: Meeting
    reasons: tuple[tuple[Why, Item], ...]


def proposal(survey: Survey, found: Iterable[Item], *, delivered: bool) -> Proposal | None:
    """Whether to talk first; None where nothing asks for it, and after delivery, when it is too late for that.

    A reason is what delivery will not do, what it wants to talk about, and V − N from `FAR` of the scale's width on.
    One thing that will not be done, or `SEVERAL` far above the norm, ask for a visit of sales and delivery together;
    less than that for a call.
    """
    width = survey.scale.high - survey.scale.low
    reasons = tuple((why, item) for item in found if (why := _why(item, width)))
    if delivered or not reasons:
        return None
    whys = [why for why, _ in reasons]
    visit = Why.WONT in whys or whys.count(Why.ABOVE_NORM) >= SEVERAL
    return Proposal(Meeting.VISIT if visit else Meeting.CALL, reasons)


def _why(item: Item, width: int) -> Why | None:
    if item.mark is Mark.WONT:
        return Why.WONT
    if item.mark is Mark.TALK:
        return Why.TALK
    if item.expected is None or item.norm is None:
        return None
    # A norm such as 6.6 has no exact binary form; a billionth keeps "from two points on" true.
    return Why.ABOVE_NORM if item.expected - item.norm >= FAR * width - 1e-9 else None
