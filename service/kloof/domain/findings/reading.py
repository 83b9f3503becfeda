"""Everything that a release lets one say, tested together and in order of evidence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kloof.domain import statistics
from kloof.domain.findings.arms import ArmFigures, ArmsReading
from kloof.domain.findings.figures import (
    AspectFigures,
    CellFigures,
    Families,
    Family,
    PracticeFigures,
    Tested,
    practice_tables,
)
from kloof.domain.findings.values import (
    Basis,
    ClaimFound,
    EffectFound,
    EndFound,
    Evidence,
    Finding,
    GapFound,
    MovementFound,
    NotEnough,
    PracticeFound,
    PromisesFound,
    SplitFound,
)
from kloof.domain.releases.document import Cell, Level, PracticeCell, PublishedAspect, ReleaseDocument
from kloof.domain.statistics import Ceiling, Gap, PracticeEffect, TooFew
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Text


@dataclass(frozen=True, slots=True)
class AspectReading:
    """What one cell says of one aspect; `findings` leaves out the figures that it is too small for."""

    aspect: PublishedAspect
    gap: GapFound | NotEnough
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CellReading:
    """What one cell says, its aspects in order of evidence. Cells are never put in such an order."""

    cell: Cell
    overall: GapFound | NotEnough
    aspects: tuple[AspectReading, ...]
    promises: PromisesFound | NotEnough


@dataclass(frozen=True, slots=True)
class PracticeReading:
    """What a practice table says per aspect, in order of evidence."""

    done: PracticeCell
    not_done: PracticeCell
    findings: tuple[PracticeFound | NotEnough, ...]


@dataclass(frozen=True, slots=True)
class ReleaseReading:
    """A release, read: cells, practices and survey versions in the order of the file."""

    cells: tuple[CellReading, ...]
    practices: tuple[PracticeReading, ...]
    arms: tuple[ArmsReading, ...]


def read(release: ReleaseDocument) -> ReleaseReading:
    """The findings of a release, each adjusted for all that answers the same question in it."""
    cells = [CellFigures.of(release, cell) for cell in release.cells]
    practices = [PracticeFigures.of(release, *arms) for arms in practice_tables(release)]
    arms = [ArmFigures.of(release, survey) for survey in release.surveys]
    families = Families(
        gaps=Family(tested for figures in cells for tested in figures.gaps()),
        sides=Family(tested for figures in cells for tested in figures.sides()),
        practices=Family(tested for figures in practices for tested in figures.tested()),
        arms=Family(tested for figures in arms for tested in figures.tested()),
    )
    return ReleaseReading(
        cells=tuple(_cell(figures, _response(release, figures.cell), families) for figures in cells),
        practices=tuple(_practice(figures, families.practices) for figures in practices),
        arms=tuple(figures.read(families.arms) for figures in arms),
    )


def by_evidence(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The strongest first; for aspects within one cell, never for people, teams or other groups of them."""
    return tuple(sorted(findings, key=_strength))


def _strength(finding: Finding) -> tuple[float, ...]:
    if isinstance(finding, GapFound):
        tested: Tested = finding.figure.difference
        size = abs(finding.figure.difference.mean)
    elif isinstance(finding, PracticeFound):
        tested, size = finding.figure.gap, abs(finding.figure.gap.value)
    else:
        return (len(Evidence),)
    return (finding.evidence, tested.indicative, tested.p, -size)


def _response(release: ReleaseDocument, cell: Cell) -> float | None:
    """Only for the whole company: how many deals were started is not counted for smaller cells."""
    for counts in release.response:
        same = (counts.survey, counts.version) == (cell.survey, cell.version)
        if same and cell.level is Level.COMPANY and counts.deals_started:
            return cell.deals / counts.deals_started
    return None


def _cell(figures: CellFigures, response: float | None, families: Families) -> CellReading:
    cell = figures.cell
    basis = Basis(cell.deals, cell.customers, response)
    aspects = (_aspect(aspect, basis, families) for aspect in figures.aspects)
    promises = statistics.promises(cell.promises)
    return CellReading(
        cell=cell,
        overall=_gap(figures.overall, basis, families.gaps),
        aspects=tuple(sorted(aspects, key=lambda reading: _strength(reading.gap))),
        promises=NotEnough(promises) if isinstance(promises, TooFew) else PromisesFound(promises),
    )


def _gap(gap: Gap | TooFew, basis: Basis, family: Family, about: Text | None = None) -> GapFound | NotEnough:
    if isinstance(gap, TooFew):
        return NotEnough(gap, about)
    return GapFound(gap, basis, family.evidence(gap.difference), about)


def _aspect(figures: AspectFigures, basis: Basis, families: Families) -> AspectReading:
    gap = _gap(figures.gap, basis, families.gaps, figures.aspect.name)
    return AspectReading(figures.aspect, gap, tuple(_other_findings(figures, families.sides)))


def _other_findings(figures: AspectFigures, sides: Family) -> Iterator[Finding]:
    moments, split, about = figures.moments, figures.split, figures.aspect.name
    if split is not None:
        over, under = sides.evidence(split.overpromise), sides.evidence(split.underdelivery)
        yield SplitFound(split, over, under, about)
        claim = statistics.founding_claim(moments)
        if not isinstance(claim, TooFew):
            yield ClaimFound(claim, about)
    movement = statistics.movement(moments)
    if not isinstance(movement, TooFew):
        yield MovementFound(movement, about)
    effect = statistics.effect_size(moments)
    if not isinstance(effect, TooFew):
        yield EffectFound(effect, about)
    ceiling = statistics.ceiling(moments)
    if not isinstance(ceiling, TooFew):
        yield from _ends(ceiling, about)


def _ends(ceiling: Ceiling, about: Text) -> Iterator[EndFound]:
    for wave, ends in ((Wave.SALE, ceiling.expectation), (Wave.DELIVERY, ceiling.reality)):
        if ends.ceiling:
            yield EndFound(ends.highest, "highest", wave, about)
        if ends.floor:
            yield EndFound(ends.lowest, "lowest", wave, about)


def _practice(figures: PracticeFigures, family: Family) -> PracticeReading:
    def found(aspect: PublishedAspect, figure: PracticeEffect | TooFew) -> PracticeFound | NotEnough:
        if isinstance(figure, TooFew):
            return NotEnough(figure, aspect.name)
        return PracticeFound(figures.done.practice, figure, family.evidence(figure.gap), aspect.name)

    findings = sorted((found(*pair) for pair in figures.aspects), key=_strength)
    return PracticeReading(figures.done, figures.not_done, tuple(findings))
