"""Counts: how many are so many that nobody stands out, and none is exact."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.figures import SetFigures, all_of, cells_of, sizes_of
from kloof.domain.releases.document import AspectShares, PromiseShares, ReleaseDocument
from kloof.domain.releases.format_1 import AnyRelease, ExactRelease
from kloof.domain.releases.thresholds import LEAST_K
from kloof.domain.statistics.sums import PairedSums, PromiseCounts

NAME = "counts"
LEAST_COUNTED: Final = 30
"""Customers of whom a share may be told."""
_STEP: Final = 5
_LEVELS: Final = ("company", "product")
_ROOM: Final = 15
"""What shares of all may miss 100% by: three of them rounded to five, and their counts to three."""


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Exact counts, shares of too few, of one arm of a table, in other steps than five, and what differences leave."""
    for release in releases:
        if isinstance(release, ExactRelease):
            yield from _exact(release)
        else:
            yield from _shares(release)
            yield from _response(release)
    yield from _grown(releases)


def _exact(release: ExactRelease) -> Iterator[Breach]:
    for figures in all_of(release):
        told = [aspect for aspect, sums in figures.aspects.items() if isinstance(sums, PairedSums)]
        if told:
            yield Breach(
                NAME,
                release.number,
                figures.id,
                f"it counts exactly who is at the ends, in {told[0]} for one",
            )
        for name, count in _promises(figures.promises):
            if 0 < count < LEAST_K:
                yield Breach(
                    NAME, release.number, figures.id, f"{count} promises {name}: those are single customers'"
                )


def _promises(told: PromiseShares | PromiseCounts | None) -> Iterator[tuple[str, int]]:
    if isinstance(told, PromiseCounts):
        yield from (("kept", told.kept), ("partly kept", told.partly), ("broken", told.broken))


def _shares(release: ReleaseDocument) -> Iterator[Breach]:
    sizes = sizes_of(release)
    for figures in all_of(release):
        what = _of_too_few(figures, sizes)
        if what:
            yield Breach(NAME, release.number, figures.id, what)
        for aspect, shares in figures.shares.items():
            for told in _odd(shares):
                yield Breach(NAME, release.number, figures.id, f"{aspect}: {told}")


def _of_too_few(figures: SetFigures, sizes: dict[int, int]) -> str:
    if not figures.shares and figures.promises is None:
        return "" if not figures.counted else "it names blocks that are counted, and counts nothing"
    if not set(figures.counted) <= set(figures.blocks):
        return "its shares are about blocks that it does not hold: they can be told from those it does"
    n = sum(sizes.get(block, 0) for block in figures.counted)
    if n < LEAST_COUNTED:
        return f"its shares are of {n} customers, fewer than {LEAST_COUNTED}"
    return (
        ""
        if figures.level in _LEVELS
        else f"a {figures.level} has shares: they are for the company and products"
    )


def _odd(shares: AspectShares) -> Iterator[str]:
    for name, share in shares:
        if share is not None and (share % _STEP or not _STEP <= share <= 100 - _STEP):
            yield f"{name} is {share}%, and shares are told in steps of {_STEP} from {_STEP} to {100 - _STEP}"
    signs = [share for share in (shares.higher, shares.equal, shares.lower) if share is not None]
    if len(signs) == 3 and abs(sum(signs) - 100) > _ROOM:
        yield f"above, equal and below make {sum(signs)}%"


def _response(release: ReleaseDocument) -> Iterator[Breach]:
    for counts in release.response:
        for name, count in counts:
            if isinstance(count, int) and name not in ("version", "pairs_published") and count % _STEP:
                where = " ".join(
                    part for part in (counts.survey, counts.product, counts.region, counts.team) if part
                )
                yield Breach(NAME, release.number, f"response of {where}", f"{name} is exact: {count}")


def _grown(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Between two releases nothing is counted of fewer than the blocks that came in, which hold at least k."""
    new = [release for release in releases if isinstance(release, ReleaseDocument)]
    for before, after in pairwise(new):
        sizes = sizes_of(before) | sizes_of(after)
        for survey in after.surveys:
            old = {one.id: one for one in cells_of(before, survey.id, survey.version)}
            for figures in cells_of(after, survey.id, survey.version):
                then = frozenset(old[figures.id].counted if figures.id in old else ())
                came = set(figures.counted) - then
                n = sum(sizes.get(block, 0) for block in came)
                if then and came and then < set(figures.counted) and n < LEAST_K:
                    what = f"its shares came to be about {n} more customers"
                    yield Breach(NAME, after.number, figures.id, what)
