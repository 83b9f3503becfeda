"""From a release document to the sums that figures are made from: how they were rounded, and how answers spread."""

import math
from collections.abc import Sequence

from kloof.domain.releases.document import Cell, Level, PracticeCell, PublishedSurvey, ReleaseDocument
from kloof.domain.releases.guarantee import AspectSpread, SurveySpread
from kloof.domain.releases.rounding import variance_of
from kloof.domain.statistics import PublishedSums, Rounding, Spread


def rounding(survey: PublishedSurvey) -> Rounding:
    """How each sum of this survey was rounded."""
    return Rounding(variance_of(survey.base), survey.scale.high - survey.scale.low)


def sums(release: ReleaseDocument, cell: Cell | PracticeCell, aspect: str) -> PublishedSums:
    """One aspect of a cell."""
    found = cell.aspects[aspect]
    parts = cell.parts if isinstance(cell, PracticeCell) else len(cell.blocks)
    survey = release.survey(cell.key)
    spread = spread_of(release.spread(cell.key), aspect, whole=cell.level is Level.COMPANY)
    return PublishedSums(cell.n, found.v, found.r, parts, rounding(survey), spread)


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
    spread = Spread(one.v, one.r, one.s, one.clustering, found.clusters)
    return spread if whole else spread.elsewhere()


def _widest(spreads: Sequence[Spread]) -> Spread | None:
    if not spreads:
        return None
    count = len(spreads)
    known = [one.clustering for one in spreads if one.clustering is not None]
    return Spread(
        v=math.fsum(one.v for one in spreads) / count,
        r=math.fsum(one.r for one in spreads) / count,
        s=math.fsum(one.s for one in spreads) / count,
        clustering=max(known) if len(known) == count else None,
        clusters=spreads[0].clusters,
    )
