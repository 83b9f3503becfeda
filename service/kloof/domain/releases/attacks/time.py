"""Comparing releases: what an erasure, a correction or a new version of the survey gives away."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.document import ArmCell, ReleaseDocument

NAME = "time"


def attack(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """Blocks that change or come back, figures that change under the same blocks, and versions that are mixed."""
    yield from _changed_blocks(releases)
    yield from _changed_figures(releases)
    yield from _mixed_versions(releases)
    for before, after in pairwise(releases):
        if after.number != before.number + 1 or after.published_on < before.published_on:
            yield Breach(
                NAME, after.number, "release", "it does not follow in number and date from the one before"
            )


def _changed_blocks(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    known: dict[int, tuple[int, int]] = {}
    retired: set[int] = set()
    for release in releases:
        here = {block.id: (block.customers, block.deals) for block in release.blocks}
        for number, size in here.items():
            if known.setdefault(number, size) != size:
                what = f"block {number} has {size[0]} customers, and had {known[number][0]}"
                yield Breach(
                    NAME, release.number, f"block {number}", f"{what}: the difference is one of them"
                )
            if number in retired:
                yield Breach(
                    NAME, release.number, f"block {number}", "it was retired, and its rows are used again"
                )
        retired |= set(known) - set(here)


def _changed_figures(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    known: dict[tuple[str, frozenset[int]], object] = {}
    for release in releases:
        for cell in release.cells:
            figures = (cell.aspects, cell.promises, cell.customers, cell.deals)
            if known.setdefault((cell.id, frozenset(cell.blocks)), figures) != figures:
                yield Breach(
                    NAME,
                    release.number,
                    cell.id,
                    "the same blocks had other figures before: somebody's answer changed",
                )
        for one in release.arms:
            told = (one.aspects, one.customers, one.deals)
            if known.setdefault((one.id, frozenset(one.blocks)), told) != told:
                what = "the same blocks had other figures before: somebody's answer changed"
                yield Breach(NAME, release.number, one.id, what)
        for arm in release.practices:
            shown = (arm.aspects, arm.customers, arm.deals)
            if known.setdefault((arm.id, frozenset(arm.blocks)), shown) != shown:
                what = (
                    "the same blocks had other figures before: somebody changed sides, or an answer changed"
                )
                yield Breach(NAME, release.number, arm.id, what)


def _mixed_versions(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    counted_under: dict[int, object] = {}
    wording: dict[object, object] = {}
    for release in releases:
        for survey in release.surveys:
            if wording.setdefault(str(survey.key), survey) != survey:
                yield Breach(NAME, release.number, str(survey.key), "it changed without a new version")
        for cell in release.unions():
            under = cell.key, cell.arm if isinstance(cell, ArmCell) else Arm.ASKED
            for block in cell.blocks:
                if counted_under.setdefault(block, under) != under:
                    what = f"block {block} is counted under two survey versions, or in two arms"
                    yield Breach(NAME, release.number, cell.id, what)
