"""Deals delivered on time, up to two weeks late, and later: the gap and both its sides of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kloof.domain.deals.lateness import LATE, TWO_WEEKS_LATE, Lateness
from kloof.domain.findings import from_release
from kloof.domain.findings.figures import practice_tables
from kloof.domain.releases.document import PracticeCell, PublishedAspect, PublishedSurvey, ReleaseDocument
from kloof.domain.statistics import Gap, PublishedSums, TooFew, gap


@dataclass(frozen=True, slots=True)
class Delivered:
    """Deals of one kind: the gap over all aspects, and of each in the order of the survey.

    lateness: LATE stands for up to two weeks where `later` is told apart, else for however late.
    """

    lateness: Lateness
    later_apart: bool
    deals: int
    overall: Gap | TooFew
    aspects: tuple[tuple[PublishedAspect, Gap | TooFew], ...]


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

    def told(lateness: Lateness, sums: Callable[[str], PublishedSums]) -> Delivered:
        every = [(aspect, sums(aspect.id)) for aspect in survey.aspects]
        spread = from_release.spread_of(release.spread(survey.key), None, whole=True)
        whole = PublishedSums.over([one for _, one in every], spread)
        return Delivered(
            lateness, apart, whole.n, gap(whole), tuple((aspect, gap(one)) for aspect, one in every)
        )

    def of(cell: PracticeCell) -> Callable[[str], PublishedSums]:
        return lambda aspect: from_release.sums(release, cell, aspect)

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
    """The others; both sums were rounded by themselves, so the noise of both is in it."""
    return replace(
        all_of_them,
        n=all_of_them.n - some.n,
        v=all_of_them.v - some.v,
        r=all_of_them.r - some.r,
        parts=all_of_them.parts + some.parts,
    )
