"""From a release document to the sums that figures are made from: how they were rounded, and how answers spread."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kloof.domain.releases.document import Cell, Level, PracticeCell, PublishedSurvey, ReleaseDocument
from kloof.domain.releases.guarantee import ArmSpread, AspectSpread, SurveySpread
from kloof.domain.releases.rounding import COUNT_BASE, variance_of
from kloof.domain.statistics import (
    Clustering,
    CoarseShare,
    PracticeArm,
    PublishedSums,
    Rounding,
    Spread,
    coarse_share,
    rounding_variance,
)
from kloof.domain.surveys.definition import SurveyKey


def rounding(survey: PublishedSurvey) -> Rounding:
    """How each sum of this survey was rounded."""
    return Rounding(variance_of(survey.base), survey.scale.high - survey.scale.low)


def sums(release: ReleaseDocument, cell: Cell | PracticeCell, aspect: str) -> PublishedSums:
    """One aspect of a cell."""
    found, spread = cell.aspects[aspect], release.spread(cell.key)
    if isinstance(cell, PracticeCell):
        parts, known = cell.parts, _of_arm(spread_of(spread, aspect, whole=False), cell.spread)
    else:
        parts, known = len(cell.blocks), spread_of(spread, aspect, whole=cell.level is Level.COMPANY)
    return PublishedSums(cell.n, found.v, found.r, parts, rounding(release.survey(cell.key)), known)


def _of_arm(known: Spread | None, arm: ArmSpread | None) -> Spread | None:
    """How alike customers of one salesperson are is told of each arm by itself."""
    if known is None or arm is None or arm.own_clustering is None:
        return known
    return replace(known, clustering=arm.own_clustering, clusters=arm.own_clusters)


def arm_sums(release: ReleaseDocument, cell: PracticeCell, aspect: str | None) -> PublishedSums:
    """One aspect of an arm, or (None) the mean over all."""
    if aspect is not None:
        return sums(release, cell, aspect)
    every = [sums(release, cell, one.id) for one in release.survey(cell.key).aspects]
    spread = spread_of(release.spread(cell.key), None, whole=False)
    return PublishedSums.over(every, _of_arm(spread, cell.spread))


def practice_arm(release: ReleaseDocument, cell: PracticeCell, aspect: str) -> PracticeArm:
    """One aspect of an arm, with the products that its customers are of; all of one where that is not told."""
    products = cell.spread.products if cell.spread else {}
    return PracticeArm(sums(release, cell, aspect), products or {"": cell.n})


def clustering(cell: PracticeCell, aspect: str) -> Clustering | None:
    """Of the difference between both arms; None where it is not told."""
    told = cell.spread
    if told is None or aspect not in told.clustering:
        return None
    return Clustering(told.clustering[aspect], told.clusters)


def products(
    release: ReleaseDocument, key: SurveyKey, aspect: str, names: Iterable[str]
) -> dict[str, PublishedSums]:
    """One aspect of each of these products; of one without a cell what no product's cell holds of the company."""
    cells = {cell.product: cell for cell in release.cells_of(key, Level.PRODUCT)}
    told = {name: sums(release, cell, aspect) for name, cell in cells.items()}
    company = next(release.cells_of(key, Level.COMPANY))
    rest = whole = sums(release, company, aspect)
    for one in told.values():
        rest = rest.without(one)
    return {name: told.get(name, rest if rest.n > 0 else whole) for name in names}


def promises(release: ReleaseDocument, cell: Cell) -> tuple[CoarseShare, ...]:
    """Kept, partly kept and broken, each with its interval; empty where the release does not tell enough for that.

    Several promises are of one customer, and in the whole company of one salesperson. Each count was rounded once in
    every block.
    """
    told, spread = cell.promises, release.spread(cell.key)
    if told is None or not told.known or not told.promisers or spread is None or spread.promises is None:
        return ()
    factor, clusters = spread.promises.by_customer, told.promisers
    by_salesperson = spread.promises.by_salesperson if cell.level is Level.COMPANY else None
    if by_salesperson is not None:
        factor, clusters = max(factor, by_salesperson), spread.clusters
    noise = rounding_variance(COUNT_BASE, len(cell.counted)) / told.known**2

    def share(percent: int) -> CoarseShare:
        p = percent / 100
        added = noise * ((1 - p) ** 2 + 2 * p * p)
        return coarse_share(percent, told.known or 0, factor=factor, clusters=clusters, added=added)

    return share(told.kept), share(told.partly), share(told.broken)


def overall(release: ReleaseDocument, cell: Cell) -> PublishedSums:
    """The mean over all aspects of a cell."""
    every = [sums(release, cell, aspect.id) for aspect in release.survey(cell.key).aspects]
    spread = spread_of(release.spread(cell.key), None, whole=cell.level is Level.COMPANY)
    return PublishedSums.over(every, spread)


def over(release: ReleaseDocument, cell: Cell, aspects: Sequence[str]) -> PublishedSums:
    """The mean over some aspects of a cell.

    The SD of each customer's mean over them is known only for all aspects together; for some, the widest that it can
    be stands in: the SD of a mean is at most the mean of the SDs.
    """
    if len(aspects) == len(release.survey(cell.key).aspects):
        return overall(release, cell)
    every = [sums(release, cell, aspect) for aspect in aspects]
    return PublishedSums.over(every, _widest([one.spread for one in every if one.spread]))


def spread_of(found: SurveySpread | None, aspect: str | None, *, whole: bool) -> Spread | None:
    """How far answers to one aspect lie apart, or (None) the means over all; None where it is not known.

    That customers of one salesperson are alike is known for the whole company only.
    """
    if found is None:
        return None
    one: AspectSpread = found.overall if aspect is None else found.aspects[aspect]
    spread = Spread(
        one.v, one.r, one.s, one.clustering, found.clusters, of_v=one.clustering_v, of_r=one.clustering_r
    )
    return spread if whole else spread.elsewhere()


def widened(release: ReleaseDocument, cell: Cell, aspect: str) -> float:
    """By how much salespeople widen what is said of S in a cell; 1 where that is not known."""
    found = spread_of(release.spread(cell.key), aspect, whole=cell.level is Level.COMPANY)
    return found.clustering or 1.0 if found else 1.0


def _widest(spreads: Sequence[Spread]) -> Spread | None:
    if not spreads:
        return None
    count = len(spreads)
    known = all(one.clustering is not None for one in spreads)
    return Spread(
        v=math.fsum(one.v for one in spreads) / count,
        r=math.fsum(one.r for one in spreads) / count,
        s=math.fsum(one.s for one in spreads) / count,
        clustering=max(one.clustering or 1.0 for one in spreads) if known else None,
        clusters=spreads[0].clusters,
        of_v=max(one.expectation.clustering or 1.0 for one in spreads) if known else None,
        of_r=max(one.reality.clustering or 1.0 for one in spreads) if known else None,
    )
