"""Everything that a release lets one say, tested together and in order of evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kloof.domain import statistics
from kloof.domain.findings import from_release
from kloof.domain.findings.arms import ArmFigures, ArmsReading
from kloof.domain.findings.figures import (
    AspectFigures,
    CellFigures,
    Families,
    Family,
    PracticeFigures,
    practice_tables,
)
from kloof.domain.findings.values import (
    AspectsFound,
    Basis,
    ClaimFound,
    EndFound,
    Evidence,
    Extreme,
    Finding,
    GapFound,
    NotEnough,
    OrderFound,
    PracticeFound,
    PromisesFound,
    SplitFound,
    Withheld,
)
from kloof.domain.releases.document import (
    AspectShares,
    Cell,
    Level,
    PracticeCell,
    PublishedAspect,
    ReleaseDocument,
    ResponseCounts,
)
from kloof.domain.statistics import (
    ALPHA,
    CEILING,
    LEAST_ASKED,
    Gap,
    PracticeEffect,
    PrintedGap,
    Split,
    TooFew,
)
from kloof.domain.surveys.definition import SurveyKey, Wave
from kloof.domain.text import Text

MARGIN: Final = 0.5
"""The least gap that matters, on a scale ten points wide."""


@dataclass(frozen=True, slots=True)
class AspectReading:
    """What one cell says of one aspect; `findings` leaves out the figures that it is too small for."""

    aspect: PublishedAspect
    gap: GapFound | NotEnough
    findings: tuple[Finding, ...]
    shares: AspectShares


@dataclass(frozen=True, slots=True)
class BesideNorm:
    """Both sides of the gap, averaged over all aspects that have a norm."""

    figure: Split
    printed: PrintedGap


@dataclass(frozen=True, slots=True)
class CellReading:
    """What one cell says, its aspects in order of evidence. Cells are never put in such an order."""

    cell: Cell
    overall: GapFound | NotEnough
    aspects: tuple[AspectReading, ...]
    summary: AspectsFound
    beside_norm: BesideNorm | None
    promises: PromisesFound | Withheld


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


def read(
    release: ReleaseDocument, earlier: Sequence[ReleaseDocument] = (), margin: float = MARGIN
) -> ReleaseReading:
    """The findings of a release, each adjusted for all that answers the same question in it.

    `earlier`: the releases before it, which looked at the company's gaps too: 5% is spent over all of them together.
    `margin`: the least gap that matters on a scale ten points wide; on another scale in proportion.
    """
    looked = {survey.key: _level([*earlier, release], survey.key) for survey in release.surveys}
    cells = [
        CellFigures.of(release, cell, looked[cell.key] if cell.level is Level.COMPANY else ALPHA)
        for cell in release.cells
    ]
    practices = [PracticeFigures.of(release, *arms) for arms in practice_tables(release)]
    arms = [ArmFigures.of(release, survey) for survey in release.surveys]
    families = Families.of(cells, practices, (tested for figures in arms for tested in figures.tested()))
    return ReleaseReading(
        cells=tuple(_Cell(release, figures, families, margin).read() for figures in cells),
        practices=tuple(_practice(figures, families.practices) for figures in practices),
        arms=tuple(figures.read(families.arms) for figures in arms),
    )


def _level(releases: Sequence[ReleaseDocument], key: SurveyKey) -> float:
    """At what level the last of these looks at the gaps of the company: with each look in which they moved it spends
    less, the first one half of all. Where it is not known how far answers lie apart nothing is called, nor spent.
    """
    sizes = [
        cell.n
        for release in releases
        for cell in release.cells_of(key, Level.COMPANY)
        if moved(cell, release) and release.spread(key) is not None
    ]
    return statistics.levels(sizes, statistics.open_ended(len(sizes)))[-1] if sizes else ALPHA


def moved(cell: Cell, release: ReleaseDocument) -> bool:
    """Whether a cell moved in this release."""
    return cell.as_of.release == release.number


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell while it is read."""

    release: ReleaseDocument
    figures: CellFigures
    families: Families
    margin: float

    def read(self) -> CellReading:
        cell = self.figures.cell
        aspects = tuple(sorted(map(self._aspect, self.figures.aspects), key=lambda one: _strength(one.gap)))
        overall = self._gap(self.figures.overall)
        return CellReading(
            cell=cell,
            overall=replace(overall, apart=_apart(overall, aspects))
            if isinstance(overall, GapFound)
            else overall,
            aspects=aspects,
            summary=_summary(aspects),
            beside_norm=_beside_norm(self.release, cell),
            promises=PromisesFound(cell.promises, *from_release.promises(self.release, cell))
            if cell.promises
            else Withheld(),
        )

    def _gap(self, gap: Gap | TooFew, about: Text | None = None) -> GapFound | NotEnough:
        if isinstance(gap, TooFew):
            return NotEnough(gap, about)
        cell, estimate = self.figures.cell, gap.difference.estimate
        scale = self.release.survey(cell.key).scale
        least = self.margin * (scale.high - scale.low) / 10
        evidence = self.families.gaps[cell.level].evidence(estimate, self.figures.level)
        small = False
        if estimate is not None:
            tost = statistics.equivalence(estimate.mean, estimate.error, estimate.freedom, least)
            small = tost.conclusion is statistics.Conclusion.EQUIVALENT
        return GapFound(gap, self._basis(), evidence, about, least, small)

    def _basis(self) -> Basis:
        cell = self.figures.cell
        spread = self.release.spread(cell.key)
        known = spread is not None and spread.overall.clustering is not None
        sellers_only = spread is not None and cell.level is Level.COMPANY and not known
        return Basis(cell.n, cell.customers, self._response(), sellers_only)

    def _response(self) -> float | None:
        cell = self.figures.cell
        counts = response_of(self.release, cell)
        if counts is None or counts.deals_started < LEAST_ASKED:
            return None
        return min(1.0, cell.n / counts.deals_started)

    def _aspect(self, figures: AspectFigures) -> AspectReading:
        gap = self._gap(figures.gap, figures.aspect.name)
        return AspectReading(figures.aspect, gap, tuple(self._others(figures)), figures.shares)

    def _others(self, figures: AspectFigures) -> Iterator[Finding]:
        about, shares = figures.aspect.name, figures.shares
        if figures.split is not None and isinstance(figures.gap, Gap):
            sides = self.families.sides[self.figures.cell.level]
            over, under = figures.split.overpromise.estimate, figures.split.underdelivery.estimate
            printed = figures.gap.printed(figures.aspect.norm)
            yield SplitFound(figures.split, printed, sides.evidence(over), sides.evidence(under), about)
        met, missed = shares.disappointed_at_norm, shares.disappointed_below_norm
        if shares.at_norm is not None and met is not None and missed is not None:
            widened = from_release.widened(self.release, self.figures.cell, figures.aspect.id)
            claim = statistics.coarse_claim(self.figures.counted, shares.at_norm, met, missed, widened)
            yield ClaimFound(claim, about)
        if shares.higher is not None and shares.equal is not None and shares.lower is not None:
            yield OrderFound(shares.higher, shares.equal, shares.lower, about)
        yield from _ends(shares, about)


def _beside_norm(release: ReleaseDocument, cell: Cell) -> BesideNorm | None:
    norms = {one.id: one.norm for one in release.survey(cell.key).aspects if one.norm is not None}
    if not norms:
        return None
    sums, norm = from_release.over(release, cell, list(norms)), sum(norms.values()) / len(norms)
    gap, split = statistics.gap(sums), statistics.split_by_norm(sums, norm)
    if isinstance(gap, TooFew) or isinstance(split, TooFew):
        return None
    return BesideNorm(split, gap.printed(norm))


def response_of(release: ReleaseDocument, place: Cell) -> ResponseCounts | None:
    """How far the deals of a cell came."""
    same = (counts for counts in release.response if _where(counts) == _where(place))
    return next(same, None)


def _where(place: Cell | ResponseCounts) -> tuple[str, ...]:
    return (str(place.key), place.level, place.product, place.region, place.team)


def _strength(finding: GapFound | PracticeFound | NotEnough) -> tuple[float, ...]:
    """The strongest first; for aspects within one cell, never for people, teams or other groups of them."""
    if isinstance(finding, NotEnough):
        return (len(Evidence),)
    if isinstance(finding, GapFound):
        mean, indicative = finding.figure.difference.mean, finding.figure.difference.indicative
        estimate = finding.figure.difference.estimate
        return (finding.evidence, indicative, estimate.p if estimate else 1.0, -abs(mean))
    gap = finding.figure.gap
    return (finding.evidence, gap.indicative, gap.estimate.p if gap.estimate else 1.0, -abs(gap.mean))


def _apart(overall: GapFound, aspects: tuple[AspectReading, ...]) -> tuple[Extreme, Extreme] | None:
    """A mean that shows nothing says nothing of aspects that do."""
    found = [(one.aspect.name, one.gap) for one in aspects if isinstance(one.gap, GapFound)]
    if overall.evidence in (Evidence.DEMONSTRABLE, Evidence.UNKNOWN):
        return None
    shown = [gap for _, gap in found if gap.evidence is Evidence.DEMONSTRABLE]
    if not shown or (overall.small and all(gap.small for gap in shown)):
        return None
    ends = [Extreme(name, float(gap.figure.printed().gap)) for name, gap in found]
    return min(ends, key=lambda end: end.gap), max(ends, key=lambda end: end.gap)


def _summary(aspects: tuple[AspectReading, ...]) -> AspectsFound:
    found = [one.gap for one in aspects if isinstance(one.gap, GapFound)]
    shown = [gap for gap in found if gap.evidence is Evidence.DEMONSTRABLE]
    short = sum(gap.figure.difference.mean > 0 for gap in shown)
    unknown = any(gap.evidence is Evidence.UNKNOWN for gap in found)
    many = sum(gap.evidence is Evidence.AMONG_MANY for gap in found)
    return AspectsFound(len(found), short, len(shown) - short, unknown, many)


def _ends(shares: AspectShares, about: Text) -> Iterator[EndFound]:
    for wave, lowest, highest in (
        (Wave.SALE, shares.v_lowest, shares.v_highest),
        (Wave.DELIVERY, shares.r_lowest, shares.r_highest),
    ):
        if highest is not None and highest >= CEILING:
            yield EndFound(highest, "highest", wave, about)
        if lowest is not None and lowest >= CEILING:
            yield EndFound(lowest, "lowest", wave, about)


def _practice(figures: PracticeFigures, family: Family) -> PracticeReading:
    def found(aspect: PublishedAspect, figure: PracticeEffect | TooFew) -> PracticeFound | NotEnough:
        if isinstance(figure, TooFew):
            return NotEnough(figure, aspect.name)
        evidence = family.evidence(figure.gap.estimate)
        return PracticeFound(figures.done.practice, figure, evidence, aspect.name)

    findings = sorted((found(*pair) for pair in figures.aspects), key=_strength)
    return PracticeReading(figures.done, figures.not_done, tuple(findings))
