"""Groups that give their members away because they are all alike: exact counts tell it, rounded shares do not."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach, ReleaseEvidence, gathered
from kloof.domain.releases.attacks.rebuilding import told_by
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.thresholds import MOST_ALIKE
from kloof.domain.statistics.sums import PairedSums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NAME = "homogeneity"
_SLACK = 1e-6
_COUNTED = (
    *("V at the lowest point", "V at the highest point", "R at the lowest point", "R at the highest point"),
    *("V above R", "V equal to R", "V below R", "a good R"),
)


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Atoms laid bare, and sets with shares, of which more than nine in ten said one and the same for certain."""
    for evidence in gathered(releases):
        for aspect in evidence.survey.aspects:
            yield from _counts(evidence, aspect.id)
            yield from _shares(evidence, aspect.id)


def _counts(evidence: ReleaseEvidence, aspect: str) -> Iterator[Breach]:
    told = [_exact(sighting.figures.aspects[aspect]) for sighting in evidence.sightings]
    if evidence.large or any(one is None for one in told):
        return
    seen = [
        (evidence.release_of(atom), evidence.name(atom), counts)
        for atom, counts in evidence.solved(np.array(told)).items()
    ]
    if evidence.practice:
        pairs = zip(evidence.sightings, told, strict=True)
        seen += [
            (one.release, one.figures.id, np.array(counts)) for one, counts in pairs if one.figures.practice
        ]
    for release, where, (n, *counts) in seen:
        for name, count in zip(_COUNTED, counts, strict=True):
            if count > MOST_ALIKE * n + _SLACK:
                yield Breach(NAME, release, f"{where}, {aspect}", f"{count:.0f} of {n:.0f} have {name}")


def _exact(told: object) -> list[float] | None:
    if not isinstance(told, PairedSums):
        return None
    ends = (told.v_counts[0], told.v_counts[-1], told.r_counts[0], told.r_counts[-1])
    signs = (told.higher, told.equal, told.n - told.higher - told.equal)
    good = math.nan if told.good is None else told.good
    return [float(number) for number in (told.n, *ends, *signs, good)]


def _shares(evidence: ReleaseEvidence, aspect: str) -> Iterator[Breach]:
    for sighting in evidence.counted:
        n = sum(evidence.sizes[block] for block in sighting.parts)
        for name, share in sighting.figures.shares[aspect]:
            if share is not None and not name.startswith("disappointed"):
                least, most = told_by(share, n, len(sighting.parts))
                if least > MOST_ALIKE * n or most < (1 - MOST_ALIKE) * n - (len(sighting.parts) * 3):
                    what = f"{name}: it is certain that nearly all are alike"
                    yield Breach(NAME, sighting.release, f"{sighting.figures.id}, {aspect}", what)
