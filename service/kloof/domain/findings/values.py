"""What can be found, as values. `about` is the name of the aspect, None where it is about the whole."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from kloof.domain.releases.document import WithheldReason
from kloof.domain.statistics import (
    Difference,
    EffectSize,
    Gap,
    Interval,
    Mean,
    Movement,
    PracticeEffect,
    Promises,
    Share,
    Split,
    TooFew,
    demonstrable,
)
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Text


class Evidence(IntEnum):
    """What may be said of a difference; the strongest first."""

    DEMONSTRABLE = 0
    AMONG_MANY = 1  # alone it would be; among all that was tested it may be chance
    NONE = 2

    @classmethod
    def of(cls, tested: Mean | Difference, adjusted_p: float) -> "Evidence":
        """The evidence for a difference whose p was adjusted for everything tested with it."""
        if demonstrable(adjusted_p, tested.interval):
            return cls.DEMONSTRABLE
        return cls.NONE if tested.interval.holds(0) else cls.AMONG_MANY


@dataclass(frozen=True, slots=True)
class Basis:
    """What a gap rests on; `response` is these deals as a share, 0 to 1, of the deals started, if known."""

    deals: int
    customers: int
    response: float | None = None


@dataclass(frozen=True, slots=True)
class GapFound:
    figure: Gap
    basis: Basis
    evidence: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class SplitFound:
    figure: Split
    overpromise: Evidence
    underdelivery: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class ClaimFound:
    """Of the disappointed customers, those who got the norm and had expected more."""

    figure: Share
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class MovementFound:
    figure: Movement
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class EffectFound:
    figure: EffectSize
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class EndFound:
    """Many customers, as a share from 0 to 1, stood at one end of the scale in one wave."""

    share: float
    end: Literal["lowest", "highest"]
    wave: Wave
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class StayedFound:
    """V of customers who answered twice minus V of those who did not after delivery; where the gap of all can lie."""

    figure: Difference
    bounds: Interval
    evidence: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class AskingFound:
    """R of those who were asked for V minus R of those who by lot were not."""

    figure: Difference
    evidence: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class PromisesFound:
    figure: Promises


@dataclass(frozen=True, slots=True)
class PracticeFound:
    """Deals with a practice beside deals without. `practice` is one of `people.PRACTICES`."""

    practice: str
    figure: PracticeEffect
    evidence: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A cell that is not published. It carries no number, because the number itself could tell something."""

    reason: WithheldReason


@dataclass(frozen=True, slots=True)
class NotEnough:
    """A figure that what is published is too small for."""

    figure: TooFew
    about: Text | None = None


Finding = (
    GapFound
    | SplitFound
    | ClaimFound
    | MovementFound
    | EffectFound
    | EndFound
    | StayedFound
    | AskingFound
    | PromisesFound
    | PracticeFound
    | Withheld
    | NotEnough
)
