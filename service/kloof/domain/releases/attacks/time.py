"""Comparing releases: what an erasure, a correction or a new version of the survey gives away."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.figures import SetFigures, all_of, sizes_of
from kloof.domain.releases.format_1 import AnyRelease, ExactRelease

NAME = "time"
_TELLING, _TELLING_ROUNDED = 4, 6
"""Exact sums, and rounded ones, that two sets of as many people do not have in common by chance."""


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Blocks that change or come back, figures that change under the same blocks, and versions that are mixed.

    What an older engine froze is gone with it: of those releases blocks and figures are compared among themselves.
    """
    for old in (True, False):
        same = [release for release in releases if isinstance(release, ExactRelease) is old]
        yield from _changed_blocks(same)
        yield from _changed_figures(same)
        yield from _mixed_versions(same)
        yield from _renumbered(same)
    for before, after in pairwise(releases):
        if after.number != before.number + 1 or after.published_on < before.published_on:
            what = "it does not follow in number and date from the one before"
            yield Breach(NAME, after.number, "release", what)
        if isinstance(before, type(after)) or not isinstance(after, ExactRelease):
            continue
        yield Breach(NAME, after.number, "release", "exact sums come after rounded ones")


def _changed_blocks(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    known: dict[int, int] = {}
    retired: set[int] = set()
    for release in releases:
        here = sizes_of(release)
        for number, n in here.items():
            where = f"block {number}"
            if known.setdefault(number, n) != n:
                what = f"it has {n} customers, and had {known[number]}: the difference is one of them"
                yield Breach(NAME, release.number, where, what)
            if number in retired:
                yield Breach(NAME, release.number, where, "it was retired, and its rows are used again")
        retired |= set(known) - set(here)


def _changed_figures(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    known: dict[tuple[str, frozenset[int]], object] = {}
    for release in releases:
        for figures in all_of(release):
            told = (figures.aspects, figures.n, figures.customers)
            counted = (figures.shares, figures.promises)
            for name, blocks, value in (
                ("sums", figures.blocks, told),
                ("shares", figures.counted, counted),
            ):
                if blocks and known.setdefault((f"{figures.id} {name}", frozenset(blocks)), value) != value:
                    what = f"the same blocks had other {name} before: somebody's answer changed, or was rounded again"
                    yield Breach(NAME, release.number, figures.id, what)


def _mixed_versions(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    counted_under: dict[int, object] = {}
    wording: dict[object, object] = {}
    for release in releases:
        for survey in release.surveys:
            key = survey.id, survey.version
            if wording.setdefault(key, survey) != survey:
                yield Breach(
                    NAME, release.number, f"{survey.id} v{survey.version}", "it changed without a new version"
                )
        for cell in (*release.cells, *release.arms):
            under = cell.survey, cell.version, getattr(cell, "arm", "asked")
            for block in cell.blocks:
                if counted_under.setdefault(block, under) != under:
                    what = f"block {block} is counted under two survey versions, or in two arms"
                    yield Breach(NAME, release.number, cell.id, what)


def _renumbered(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """A set of other blocks with the same n and the same sums as one before: the same people under a new number."""
    seen: dict[tuple[object, ...], tuple[frozenset[int], str]] = {}
    for release in releases:
        sizes = sizes_of(release)
        for figures in all_of(release):
            enough = _TELLING if isinstance(release, ExactRelease) else _TELLING_ROUNDED
            told = _signature(figures, enough)
            if told is None:
                continue
            blocks = frozenset(figures.blocks)
            then, where = seen.setdefault(told, (blocks, figures.id))
            fresh = blocks - then
            if fresh and then - blocks and not then & set(sizes) - blocks and where == figures.id:
                what = (
                    f"the same people under a new block number: {sorted(fresh)} for {sorted(then - blocks)}"
                )
                yield Breach(NAME, release.number, figures.id, what)


def _signature(figures: SetFigures, enough: int) -> tuple[object, ...] | None:
    """What two different groups of people do not share by chance: n and sums; None where these are too few to tell."""
    sides = figures.arm.sides
    sums = [
        (aspect, side, figures.total(aspect, side)) for aspect in sorted(figures.aspects) for side in sides
    ]
    return (figures.id, figures.n, *sums) if len(sums) >= enough else None
