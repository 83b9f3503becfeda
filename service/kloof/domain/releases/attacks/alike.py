"""Groups that give their members away because they are all alike."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach, gathered
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.pair_columns import Stat
from kloof.domain.releases.thresholds import MOST_ALIKE
from kloof.domain.releases.top_box import individual_range
from kloof.domain.surveys.definition import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NAME = "homogeneity"
_SLACK = 1e-6


def attack(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """Atoms laid bare in which more than nine in ten are at one end, or on one side of V = R, or all near an end."""
    for evidence in gathered(releases):
        for aspect in evidence.survey.aspects:
            for name, release, sums in evidence.told(aspect.id):
                for what in _alike(sums, evidence.survey.scale):
                    yield Breach(NAME, release, f"{name}, {aspect.id}", what)


def _alike(sums: "Floats", scale: Scale) -> Iterator[str]:
    n, v, r = (float(sums[stat]) for stat in (Stat.N, Stat.V, Stat.R))
    higher, equal, good = (float(sums[stat]) for stat in (Stat.HIGHER, Stat.EQUAL, Stat.GOOD))
    shares = {
        "V at the lowest point": sums[Stat.V_LOWEST],
        "V at the highest point": sums[Stat.V_HIGHEST],
        "R at the lowest point": sums[Stat.R_LOWEST],
        "R at the highest point": sums[Stat.R_HIGHEST],
        "V above R": higher,
        "V equal to R": equal,
        "V below R": n - higher - equal,
        "a good R": good,
    }
    yield from (
        f"{count:.0f} of {n:.0f} have {what}"
        for what, count in shares.items()
        if count > MOST_ALIKE * n + _SLACK
    )
    for side, total in (("V", v), ("R", r)):
        from_end = min(n * scale.high - total, total - n * scale.low)
        if from_end <= (scale.high - scale.low) / 2 + _SLACK:
            yield f"everybody's {side} lies in one half of the scale"
    room = individual_range(np.float64(n), np.float64(r), np.float64(np.rint(good)), scale)
    if room < (scale.high - scale.low) / 2 - _SLACK:
        yield "with the number of good marks, everybody's R lies in one half of the scale"
