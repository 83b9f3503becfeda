"""Who answered: customers who told one side only, beside the pairs of the whole company."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

from kloof.domain import statistics
from kloof.domain.deals.study_arms import Arm
from kloof.domain.findings import from_release
from kloof.domain.findings.figures import Family, Tested
from kloof.domain.findings.values import AskingFound, NotEnough, StayedFound, Withheld
from kloof.domain.releases.document import (
    ArmCell,
    Cell,
    Level,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
)
from kloof.domain.statistics import Difference, PublishedSums, SideMean, TooFew, WorstCase
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
    bounds: WorstCase | TooFew | None = None

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
    by_lot: bool

    @classmethod
    def of(cls, release: ReleaseDocument, survey: PublishedSurvey) -> Self:
        pairs = next(release.cells_of(survey.key, Level.COMPANY), None)
        arms = {cell.arm: cell for cell in release.arms if cell.key == survey.key}
        left, not_asked, skipped = (arms.get(arm) for arm in (Arm.LEFT, Arm.NOT_ASKED, Arm.SKIPPED))
        counted = any(counts.not_asked for counts in release.response if counts.key == survey.key)
        return cls(
            survey,
            tuple(_stayed(_Arms(release, survey, pairs, left))) if pairs and left else (),
            tuple(_asking(_Arms(release, survey, pairs, not_asked), skipped)) if pairs and not_asked else (),
            by_lot=skipped is not None,
            drawn=counted or not_asked is not None,
        )

    def tested(self) -> Iterator[Tested]:
        for one in (*self.stayed, *self.asking):
            if isinstance(one.figure, Difference):
                yield Tested(one.figure.estimate)

    def read(self, family: Family) -> ArmsReading:
        """With the evidence for each among all that was tested."""
        stayed = tuple(_stayed_found(one, family) for one in self.stayed)
        asking = tuple(_asking_found(one, family, by_lot=self.by_lot) for one in self.asking)
        withheld = (Withheld(),)
        return ArmsReading(self.survey, stayed or withheld, asking or (withheld if self.drawn else ()))


@dataclass(frozen=True, slots=True)
class _Arms:
    """Pairs beside an arm of one survey version, for the whole company."""

    release: ReleaseDocument
    survey: PublishedSurvey
    pairs: Cell
    arm: ArmCell

    def aspects(self) -> tuple[PublishedAspect | None, ...]:
        """All together first."""
        return (None, *self.survey.aspects)

    def side_of_pairs(
        self, aspect: PublishedAspect | None, what: Callable[[PublishedSums], SideMean]
    ) -> SideMean:
        if aspect is None:
            return what(from_release.overall(self.release, self.pairs))
        return what(from_release.sums(self.release, self.pairs, aspect.id))

    def side_of_arm(self, aspect: PublishedAspect | None) -> SideMean:
        found = from_release.spread_of(
            self.release.spread(self.survey.key), aspect.id if aspect else None, whole=True
        )
        side = None if found is None else found.expectation if self.arm.arm is Arm.LEFT else found.reality
        if aspect is None:
            return statistics.over_sides([self.side_of_arm(one) for one in self.survey.aspects], side)
        arm = self.arm
        total, rounding = arm.aspects[aspect.id], from_release.rounding(self.survey)
        return statistics.one_sided(total, arm.n, len(arm.blocks), rounding, side)


def _stayed(arms: _Arms) -> Iterator[Compared]:
    for aspect in arms.aspects():
        left = arms.side_of_arm(aspect)
        stayed, gap = (
            arms.side_of_pairs(aspect, lambda sums: sums.expectation),
            arms.side_of_pairs(aspect, lambda sums: sums.gap),
        )
        bounds = statistics.bounds_with_missing(gap, left, arms.survey.scale)
        yield Compared(aspect, statistics.who_stayed(stayed, left), bounds)


def _asking(arms: _Arms, skipped: ArmCell | None) -> Iterator[Compared]:
    """As the lot fell: who was asked counts also where they let the first survey close, if that is published."""
    for aspect in arms.aspects():
        asked = arms.side_of_pairs(aspect, lambda sums: sums.reality)
        if skipped is not None:
            asked = statistics.together(asked, replace(arms, arm=skipped).side_of_arm(aspect))
        yield Compared(aspect, statistics.measurement_effect(asked, arms.side_of_arm(aspect)))


def _stayed_found(one: Compared, family: Family) -> Stayed:
    if isinstance(one.figure, TooFew):
        return NotEnough(one.figure, one.about)
    if not isinstance(one.bounds, WorstCase):
        return Withheld()
    return StayedFound(one.figure, one.bounds, family.evidence(one.figure.estimate), one.about)


def _asking_found(one: Compared, family: Family, *, by_lot: bool) -> Asking:
    if isinstance(one.figure, TooFew):
        return NotEnough(one.figure, one.about)
    return AskingFound(one.figure, family.evidence(one.figure.estimate), one.about, by_lot=by_lot)
