"""Who answered: customers who told one side only, beside the pairs of the whole company."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from kloof.domain import statistics
from kloof.domain.deals.study_arms import Arm
from kloof.domain.findings.figures import Family, Tested
from kloof.domain.findings.values import AskingFound, NotEnough, StayedFound, Withheld
from kloof.domain.releases.document import (
    ArmCell,
    Cell,
    Level,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
    WithheldReason,
)
from kloof.domain.statistics import Difference, Interval, TooFew
from kloof.domain.statistics.sums import Sample
from kloof.domain.text import Text

Stayed = StayedFound | NotEnough | Withheld
Asking = AskingFound | NotEnough | Withheld


@dataclass(frozen=True, slots=True)
class ArmsReading:
    """One survey version: first all aspects together, then each in the order of the survey.

    `asking` is empty where no draw ever left a deal out of the first survey.
    """

    survey: PublishedSurvey
    stayed: tuple[Stayed, ...]
    asking: tuple[Asking, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A difference between two arms about one aspect, or about all (None); `bounds` of the gap where some left."""

    aspect: PublishedAspect | None
    figure: Difference | TooFew
    bounds: Interval | TooFew | None = None

    @property
    def about(self) -> Text | None:
        return self.aspect.name if self.aspect else None


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """What is compared under one survey version; empty where an arm is not published."""

    survey: PublishedSurvey
    stayed: tuple[Compared, ...]
    asking: tuple[Compared, ...]
    drawn: bool

    @classmethod
    def of(cls, release: ReleaseDocument, survey: PublishedSurvey) -> Self:
        pairs = next(release.cells_of(survey.key, Level.COMPANY), None)
        arms = {cell.arm: cell for cell in release.arms if cell.key == survey.key}
        left, not_asked = arms.get(Arm.LEFT), arms.get(Arm.NOT_ASKED)
        counted = any(
            c.not_asked for c in release.response if (c.survey, c.version) == (survey.id, survey.version)
        )
        return cls(
            survey,
            tuple(_stayed(survey, pairs, left)) if pairs and left else (),
            tuple(_asking(survey, pairs, not_asked)) if pairs and not_asked else (),
            drawn=counted or not_asked is not None,
        )

    def tested(self) -> Iterator[Tested]:
        for one in (*self.stayed, *self.asking):
            if isinstance(one.figure, Difference):
                yield one.figure

    def read(self, family: Family) -> ArmsReading:
        """With the evidence for each among all that was tested."""
        withheld = (Withheld(WithheldReason.TOO_FEW),)
        stayed = tuple(_stayed_found(one, family) for one in self.stayed)
        asking = tuple(_asking_found(one, family) for one in self.asking)
        return ArmsReading(self.survey, stayed or withheld, asking or (withheld if self.drawn else ()))


def _stayed(survey: PublishedSurvey, pairs: Cell, left: ArmCell) -> Iterator[Compared]:
    bounds = [
        statistics.bounds_with_missing(pairs.aspects[one.id], left.aspects[one.id], survey.scale)
        for one in survey.aspects
    ]
    known = [one for one in bounds if isinstance(one, Interval)]
    overall: Interval | TooFew = bounds[0]
    if len(known) == len(bounds):
        overall = Interval(_mean([one.low for one in known]), _mean([one.high for one in known]))
    compared = _each(
        survey,
        lambda aspect: (pairs.aspects[aspect].expectation, left.aspects[aspect].sample),
        statistics.who_stayed,
    )
    for one, within in zip(compared, [overall, *bounds], strict=True):
        yield Compared(one.aspect, one.figure, within)


def _asking(survey: PublishedSurvey, pairs: Cell, not_asked: ArmCell) -> Iterator[Compared]:
    return _each(
        survey,
        lambda aspect: (pairs.aspects[aspect].reality, not_asked.aspects[aspect].sample),
        statistics.measurement_effect,
    )


def _each(
    survey: PublishedSurvey,
    arms: Callable[[str], tuple[Sample, Sample]],
    compare: Callable[[Sample, Sample], Difference | TooFew],
) -> Iterator[Compared]:
    both = [arms(aspect.id) for aspect in survey.aspects]
    one, other = (statistics.over_aspects(side) for side in zip(*both, strict=True))
    yield Compared(None, compare(one, other))
    for aspect, pair in zip(survey.aspects, both, strict=True):
        yield Compared(aspect, compare(*pair))


def _stayed_found(one: Compared, family: Family) -> Stayed:
    if isinstance(one.figure, TooFew):
        return NotEnough(one.figure, one.about)
    if not isinstance(one.bounds, Interval):
        return Withheld(WithheldReason.TOO_FEW)
    return StayedFound(one.figure, one.bounds, family.evidence(one.figure), one.about)


def _asking_found(one: Compared, family: Family) -> Asking:
    if isinstance(one.figure, TooFew):
        return NotEnough(one.figure, one.about)
    return AskingFound(one.figure, family.evidence(one.figure), one.about)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
