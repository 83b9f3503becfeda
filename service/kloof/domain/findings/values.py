"""What can be found, as values. `about` is the name of the aspect, None where it is about the whole."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Literal

from kloof.domain.releases.document import PromiseShares
from kloof.domain.statistics import (
    ALPHA,
    CoarseClaim,
    CoarseShare,
    Difference,
    Estimate,
    Gap,
    PracticeEffect,
    PrintedGap,
    Split,
    TooFew,
    WorstCase,
    demonstrable,
)
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Text


class Evidence(IntEnum):
    """What may be said of a difference; the strongest first."""

    DEMONSTRABLE = 0
    AMONG_MANY = 1  # alone it would be; among all that was tested, now and before, it may be chance
    NONE = 2
    UNKNOWN = 3  # how far answers lie apart is not published yet, so nothing was tested

    @classmethod
    def of(cls, tested: Estimate, adjusted_p: float, level: float = ALPHA) -> "Evidence":
        """The evidence for a difference whose p was adjusted for everything tested with it; `level`: its own."""
        if demonstrable(adjusted_p, tested.interval) and tested.p <= level:
            return cls.DEMONSTRABLE
        return cls.NONE if tested.interval.holds(0) else cls.AMONG_MANY


@dataclass(frozen=True, slots=True)
class Basis:
    """What a gap rests on.

    customers: different ones, at least so many. response: these deals as a share, 0 to 1, of the deals started, both
    to the nearest five; None where fewer than a hundred were started. these_sellers: the interval is of the whole
    company, and holds for customers of these salespeople only: there are too few to say more.
    """

    deals: int
    customers: int
    response: float | None = None
    these_sellers: bool = False


@dataclass(frozen=True, slots=True)
class Extreme:
    """The aspect with the smallest or the largest gap, and that gap as it is printed."""

    aspect: Text
    gap: float


@dataclass(frozen=True, slots=True)
class GapFound:
    """margin: the least gap that matters; `small`: the gap is demonstrably less than that.

    apart: where the mean shows no difference though some of its aspects do, the ends between which those lie.
    """

    figure: Gap
    basis: Basis
    evidence: Evidence
    about: Text | None = None
    margin: float = 0.5
    small: bool = False
    apart: tuple[Extreme, Extreme] | None = None


@dataclass(frozen=True, slots=True)
class AspectsFound:
    """Of `n` aspects how many fell short, how many were better than expected, and of how many neither can be shown.

    many: of the last, those whose interval leaves out zero all the same.
    """

    n: int
    short: int
    better: int
    unknown: bool = False
    many: int = 0

    @property
    def unclear(self) -> int:
        return self.n - self.short - self.better


@dataclass(frozen=True, slots=True)
class SplitFound:
    figure: Split
    printed: PrintedGap
    overpromise: Evidence
    underdelivery: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class ClaimFound:
    """Of those who got the norm and of those who did not, who had expected more than they got."""

    figure: CoarseClaim
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class OrderFound:
    """Who expected more than they got, as much, and less: published shares in per cent."""

    higher: int
    equal: int
    lower: int
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class EndFound:
    """Many customers, a published share in per cent, stood at one end of the scale in one wave."""

    share: int
    end: Literal["lowest", "highest"]
    wave: Wave
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class ChangeFound:
    """The gap of the deals that came in since a day beside that of the deals before it: those that came in from
    `before_since` on, or all of them where that is None.
    """

    since: date
    before: Gap
    new: Gap
    figure: Difference | TooFew
    evidence: Evidence
    before_since: date | None = None


@dataclass(frozen=True, slots=True)
class StayedFound:
    """V of customers who answered twice minus V of those who did not after delivery; where the gap of all can lie."""

    figure: Difference
    bounds: WorstCase
    evidence: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class AskingFound:
    """R of those who were asked for V minus R of those who by lot were not.

    by_lot: who was asked counts also where they let the first survey close; else only where they answered twice.
    """

    figure: Difference
    evidence: Evidence
    about: Text | None = None
    by_lot: bool = False


@dataclass(frozen=True, slots=True)
class PromisesFound:
    """What became of promises; each share with its interval, None where the release does not tell enough for it."""

    figure: PromiseShares
    kept: CoarseShare | None = None
    partly: CoarseShare | None = None
    broken: CoarseShare | None = None


@dataclass(frozen=True, slots=True)
class PracticeFound:
    """Deals with a practice beside deals without. `practice` is one of `people.PRACTICES`."""

    practice: str
    figure: PracticeEffect
    evidence: Evidence
    about: Text | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is not published. It carries no number and no reason: each could tell something."""


@dataclass(frozen=True, slots=True)
class NotEnough:
    """A figure that what is published is too small for."""

    figure: TooFew
    about: Text | None = None


Finding = (
    GapFound
    | AspectsFound
    | SplitFound
    | ClaimFound
    | OrderFound
    | EndFound
    | ChangeFound
    | StayedFound
    | AskingFound
    | PromisesFound
    | PracticeFound
    | Withheld
    | NotEnough
)
