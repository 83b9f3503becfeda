"""The figures of a release, cell by cell, and what of them is tested together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from kloof.domain import statistics
from kloof.domain.findings import from_release
from kloof.domain.findings.values import Evidence
from kloof.domain.releases.document import (
    AspectShares,
    Cell,
    Level,
    PracticeCell,
    PublishedAspect,
    ReleaseDocument,
)
from kloof.domain.statistics import ALPHA, Estimate, Gap, PracticeEffect, Split, TooFew


@dataclass(frozen=True, slots=True)
class AspectFigures:
    """One aspect in one cell; no split where the company has no norm or the cell is too small for it."""

    aspect: PublishedAspect
    gap: Gap | TooFew
    split: Split | None
    shares: AspectShares

    @classmethod
    def of(cls, release: ReleaseDocument, cell: Cell, aspect: PublishedAspect) -> Self:
        sums = from_release.sums(release, cell, aspect.id)
        split = None if aspect.norm is None else statistics.split_by_norm(sums, aspect.norm)
        return cls(
            aspect,
            statistics.gap(sums),
            split if isinstance(split, Split) else None,
            cell.shares.get(aspect.id, AspectShares()),
        )

    def sides(self) -> Iterator[Estimate]:
        for side in (self.split.overpromise, self.split.underdelivery) if self.split else ():
            if side.estimate is not None:
                yield side.estimate


@dataclass(frozen=True, slots=True)
class Tested:
    """A test at its own `level`: below 5% where earlier releases looked at the same answers."""

    estimate: Estimate
    level: float = ALPHA

    @property
    def p(self) -> float:
        """As if the level were 5%."""
        return min(1.0, self.estimate.p * ALPHA / self.level)


@dataclass(frozen=True, slots=True)
class CellFigures:
    """One cell: the gap over all its aspects, and each aspect in the order of the survey.

    counted: how many pairs its shares are about. level: that at which its gaps are tested.
    """

    cell: Cell
    overall: Gap | TooFew
    aspects: tuple[AspectFigures, ...]
    counted: int
    level: float = ALPHA

    @classmethod
    def of(cls, release: ReleaseDocument, cell: Cell, level: float = ALPHA) -> Self:
        sizes = {block.id: block.n for block in release.blocks}
        return cls(
            cell,
            statistics.gap(from_release.overall(release, cell)),
            tuple(AspectFigures.of(release, cell, aspect) for aspect in release.survey(cell.key).aspects),
            sum(sizes.get(block, 0) for block in cell.counted),
            level,
        )

    def gaps(self) -> Iterator[Tested]:
        for gap in (self.overall, *(figures.gap for figures in self.aspects)):
            if isinstance(gap, Gap) and gap.difference.estimate is not None:
                yield Tested(gap.difference.estimate, self.level)

    def sides(self) -> Iterator[Tested]:
        for figures in self.aspects:
            yield from map(Tested, figures.sides())


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    """Deals with a practice beside deals without, per aspect in the order of the survey."""

    done: PracticeCell
    not_done: PracticeCell
    aspects: tuple[tuple[PublishedAspect, PracticeEffect | TooFew], ...]

    @classmethod
    def of(cls, release: ReleaseDocument, done: PracticeCell, not_done: PracticeCell) -> Self:
        def compared(aspect: PublishedAspect) -> PracticeEffect | TooFew:
            one, other = (from_release.practice_arm(release, arm, aspect.id) for arm in (done, not_done))
            products = from_release.products(release, done.key, aspect.id, {*one.products, *other.products})
            clustering = from_release.clustering(done, aspect.id)
            # Each published set has at least as many salespeople.
            return statistics.practice(one, other, products, clustering, salespeople=release.guarantee.m)

        aspects = release.survey(done.key).aspects
        return cls(done, not_done, tuple((aspect, compared(aspect)) for aspect in aspects))

    def tested(self) -> Iterator[Tested]:
        for _, figure in self.aspects:
            if isinstance(figure, PracticeEffect) and figure.gap.estimate is not None:
                yield Tested(figure.gap.estimate)


class Family:
    """All that one release tests to answer one question, so that each verdict counts the others."""

    def __init__(self, tested: Iterable[Tested]) -> None:
        p_values = [one.p for one in tested]
        # Equal p-values get equal adjusted ones, so p itself is the key.
        self._adjusted = dict(zip(p_values, statistics.adjusted(p_values), strict=True))

    def evidence(self, estimate: Estimate | None, level: float = ALPHA) -> Evidence:
        """What may be said of one of them, tested at its level. Raises KeyError for what is not in the family."""
        if estimate is None:
            return Evidence.UNKNOWN
        return Evidence.of(estimate, self._adjusted[Tested(estimate, level).p], level)


@dataclass(frozen=True, slots=True)
class Families:
    """One family for each question: is there a gap, does a side of it differ from the norm, does a practice go with a
    smaller gap, do the arms differ. Together in one, what a question with many answers finds would lift the bar of the
    others.

    Gaps and sides have one for each level: a team's customers are also its region's and the company's, and together in
    one family the same answers would count several times.
    """

    gaps: Mapping[Level, Family]
    sides: Mapping[Level, Family]
    practices: Family
    arms: Family

    @classmethod
    def of(
        cls, cells: Iterable[CellFigures], practices: Iterable[PracticeFigures], arms: Iterable[Tested]
    ) -> Self:
        every = list(cells)
        by_level = {level: [figures for figures in every if figures.cell.level is level] for level in Level}
        return cls(
            gaps={level: Family(one for f in found for one in f.gaps()) for level, found in by_level.items()},
            sides={
                level: Family(one for f in found for one in f.sides()) for level, found in by_level.items()
            },
            practices=Family(tested for figures in practices for tested in figures.tested()),
            arms=Family(arms),
        )


def practice_tables(release: ReleaseDocument) -> Iterator[tuple[PracticeCell, PracticeCell]]:
    """Done and not done of the same practice and place, where both are published."""
    arms = {(_table(arm), arm.done): arm for arm in release.practices}
    for (table, done), arm in arms.items():
        if done and (table, False) in arms:
            yield arm, arms[table, False]


def _table(arm: PracticeCell) -> tuple[str, ...]:
    return (arm.practice, str(arm.key), arm.level, arm.product, arm.region, arm.team)
