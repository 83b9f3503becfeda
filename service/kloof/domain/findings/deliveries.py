"""Deals delivered on time, up to two weeks late, and later: the gap of each, with both its sides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kloof.domain.deals.lateness import LATE, TWO_WEEKS_LATE, Lateness
from kloof.domain.findings import from_release
from kloof.domain.findings.figures import practice_tables
from kloof.domain.releases.document import PracticeCell, PublishedAspect, PublishedSurvey, ReleaseDocument
from kloof.domain.statistics import Gap, Mean, PublishedSums, Spread, TooFew, gap, mean_of


@dataclass(frozen=True, slots=True)
class Received:
    """The gap of some deals, and what their customers got."""

    gap: Gap
    reality: Mean

    @classmethod
    def of(cls, sums: PublishedSums) -> "Received | TooFew":
        found = gap(sums)
        return found if isinstance(found, TooFew) else cls(found, mean_of(sums.reality))


@dataclass(frozen=True, slots=True)
class Delivered:
    """Deals of one kind: the gap over all aspects, and of each in the order of the survey.

    lateness: LATE stands for up to two weeks where `later` is told apart, else for however late. these_sellers: the
    intervals hold for customers of these salespeople only: there are too few to say more.
    """

    lateness: Lateness
    later_apart: bool
    deals: int
    overall: Received | TooFew
    aspects: tuple[tuple[PublishedAspect, Received | TooFew], ...]
    these_sellers: bool = False


def deliveries(release: ReleaseDocument, survey: PublishedSurvey) -> tuple[Delivered, ...]:
    """On time, up to two weeks late, later; on time and late where the last is not published of the same blocks;
    nothing where no such table is.
    """
    tables = {
        done.practice: (done, not_done)
        for done, not_done in practice_tables(release)
        if done.key == survey.key
    }
    if LATE not in tables:
        return ()
    late, on_time = tables[LATE]
    later, _ = tables.get(TWO_WEEKS_LATE, (None, None))
    apart = later is not None and later.blocks == late.blocks

    def told(lateness: Lateness, sums: Callable[[str | None], PublishedSums]) -> Delivered:
        whole = sums(None)
        known = whole.spread is not None and whole.spread.clustering is not None
        aspects = tuple((aspect, Received.of(sums(aspect.id))) for aspect in survey.aspects)
        return Delivered(lateness, apart, whole.n, Received.of(whole), aspects, these_sellers=not known)

    def of(cell: PracticeCell) -> Callable[[str | None], PublishedSums]:
        return lambda aspect: from_release.arm_sums(release, cell, aspect)

    def groups() -> Iterator[Delivered]:
        yield told(Lateness.ON_TIME, of(on_time))
        if later is None or not apart:
            yield told(Lateness.LATE, of(late))
            return
        between = late.n - later.n
        if between:
            yield told(Lateness.LATE, lambda aspect: _less(of(late)(aspect), of(later)(aspect)))
        yield told(Lateness.TWO_WEEKS_LATE, of(later))

    return tuple(groups())


def _less(all_of_them: PublishedSums, some: PublishedSums) -> PublishedSums:
    """The others; both sums were rounded by themselves, so the noise of both is in it.

    How alike customers of one salesperson are is known of both, and not of the others: the larger stands in.
    """
    return replace(
        all_of_them,
        n=all_of_them.n - some.n,
        v=all_of_them.v - some.v,
        r=all_of_them.r - some.r,
        parts=all_of_them.parts + some.parts,
        spread=_wider(all_of_them.spread, some.spread),
    )


def _wider(one: Spread | None, other: Spread | None) -> Spread | None:
    if one is None or other is None or one.clustering is None or other.clustering is None:
        return None if one is None else one.elsewhere()
    widest = max(one.clustering, other.clustering)
    return replace(one.elsewhere(), clustering=widest, clusters=min(one.clusters, other.clusters))
