"""Moments: with n, Σ, Σ², and the counts at both ends there are as many equations as points on a short scale."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from kloof.domain.releases.attacks.evidence import Breach, ReleaseEvidence, Sighting, gathered
from kloof.domain.releases.attacks.programmes import Open, Verdict
from kloof.domain.releases.attacks.rebuilding import ways_to_fill
from kloof.domain.releases.format_1 import AnyRelease, ExactRelease
from kloof.domain.statistics.sums import PairedSums

NAME = "moments"
TRIED: Final = 24
"""Distributions that are tried, of the smallest sets first: one that comes out is enough."""


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Sets that publish second moments, and the whole distributions that these give away."""
    for release in releases:
        if isinstance(release, ExactRelease) and release.cells:
            what = f"{len(release.cells)} sets publish sums of squares and products: equations for single answers"
            yield Breach(NAME, release.number, "release", what)
    for evidence in gathered(releases):
        for sighting, aspect, side, told in islice(_smallest_first(evidence), TRIED):
            points = list(evidence.survey.scale.points)
            try:
                verdict = ways_to_fill(sighting.figures.n, told, side, points).only_way(0)
            except Open:
                verdict = Verdict.OPEN
            if verdict is Verdict.YES:
                what = f"how many gave which {side} of {aspect} fits in one way only"
                yield Breach(NAME, sighting.release, sighting.figures.id, what)
            elif verdict is Verdict.OPEN:
                what = f"in how many ways {side} of {aspect} fits was not found out in time"
                yield Breach(NAME, sighting.release, sighting.figures.id, what, proved=False)


def _smallest_first(evidence: ReleaseEvidence) -> Iterator[tuple[Sighting, str, str, PairedSums]]:
    for sighting in sorted(evidence.sightings, key=lambda one: one.figures.n):
        for aspect, told in sighting.figures.aspects.items():
            if isinstance(told, PairedSums):
                yield from ((sighting, aspect, side, told) for side in evidence.sides)
