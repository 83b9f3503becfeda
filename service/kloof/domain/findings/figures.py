"""The figures of a release, cell by cell, and what of them is tested together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from kloof.domain import statistics
from kloof.domain.findings.values import Evidence
from kloof.domain.releases.document import Cell, PracticeCell, PublishedAspect, ReleaseDocument
from kloof.domain.statistics import Difference, Gap, Mean, PracticeEffect, Split, TooFew
from kloof.domain.statistics.sums import PairedSums

Tested = Mean | Difference


@dataclass(frozen=True, slots=True)
class AspectFigures:
    """One aspect in one cell; no split where the company has no norm or the cell is too small for it."""

    aspect: PublishedAspect
    moments: PairedSums
    gap: Gap | TooFew
    split: Split | None

    @classmethod
    def of(cls, aspect: PublishedAspect, moments: PairedSums) -> Self:
        split = None if aspect.norm is None else statistics.split_by_norm(moments, aspect.norm)
        return cls(aspect, moments, statistics.gap(moments), split if isinstance(split, Split) else None)

    def sides(self) -> Iterator[Tested]:
        if self.split is not None:
            yield self.split.overpromise
            yield self.split.underdelivery


@dataclass(frozen=True, slots=True)
class CellFigures:
    """One cell: the gap over all its aspects, and each aspect in the order of the survey."""

    cell: Cell
    overall: Gap | TooFew
    aspects: tuple[AspectFigures, ...]

    @classmethod
    def of(cls, release: ReleaseDocument, cell: Cell) -> Self:
        aspects = release.survey(cell.key).aspects
        return cls(
            cell,
            statistics.overall_gap([cell.aspects[aspect.id] for aspect in aspects]),
            tuple(AspectFigures.of(aspect, cell.aspects[aspect.id]) for aspect in aspects),
        )

    def gaps(self) -> Iterator[Tested]:
        for gap in (self.overall, *(figures.gap for figures in self.aspects)):
            if isinstance(gap, Gap):
                yield gap.difference

    def sides(self) -> Iterator[Tested]:
        for figures in self.aspects:
            yield from figures.sides()


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    """Deals with a practice beside deals without, per aspect in the order of the survey."""

    done: PracticeCell
    not_done: PracticeCell
    aspects: tuple[tuple[PublishedAspect, PracticeEffect | TooFew], ...]

    @classmethod
    def of(cls, release: ReleaseDocument, done: PracticeCell, not_done: PracticeCell) -> Self:
        sellers = release.guarantee.m  # each published set has at least as many

        def compared(aspect: PublishedAspect) -> PracticeEffect | TooFew:
            arms = done.aspects[aspect.id], not_done.aspects[aspect.id]
            return statistics.practice(*arms, salespeople=sellers, salespeople_other=sellers)

        aspects = release.survey(done.key).aspects
        return cls(done, not_done, tuple((aspect, compared(aspect)) for aspect in aspects))

    def tested(self) -> Iterator[Tested]:
        for _, figure in self.aspects:
            if isinstance(figure, PracticeEffect):
                yield figure.gap


class Family:
    """All that one release tests to answer one question, so that each verdict counts the others."""

    def __init__(self, tested: Iterable[Tested]) -> None:
        p_values = [one.p for one in tested]
        # Equal p-values get equal adjusted ones, so p itself is the key.
        self._adjusted = dict(zip(p_values, statistics.adjusted(p_values), strict=True))

    def evidence(self, tested: Tested) -> Evidence:
        """What may be said of one of them. Raises KeyError for what is not in the family."""
        return Evidence.of(tested, self._adjusted[tested.p])


@dataclass(frozen=True, slots=True)
class Families:
    """One family for each question: is there a gap, does a side of it differ from the norm, does a practice go with a
    smaller gap, do the arms differ. Together in one, what a question with many answers finds would lift the bar of the
    others.
    """

    gaps: Family
    sides: Family
    practices: Family
    arms: Family


def practice_tables(release: ReleaseDocument) -> Iterator[tuple[PracticeCell, PracticeCell]]:
    """Done and not done of the same practice and place, where both are published."""
    arms = {(_table(arm), arm.done): arm for arm in release.practices}
    for (table, done), arm in arms.items():
        if done and (table, False) in arms:
            yield arm, arms[table, False]


def _table(arm: PracticeCell) -> tuple[str, ...]:
    return (arm.practice, str(arm.key), arm.level, arm.product, arm.region, arm.team)
