"""Subtracting: a sum over few people that follows from two published sets, or from any combination of them."""

from collections.abc import Iterator, Sequence

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach, PublishedSums, gathered
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.thresholds import LEAST_K


def two_sets(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """Every pair of sets over all releases: what is in the one and not in the other is nobody or at least k.

    Of an arm of a practice table the files tell only how many it holds, so it is taken from the sets around it.
    """
    for evidence in gathered(releases):
        inside = evidence.incidence
        if evidence.certain:
            together = inside * evidence.people @ inside.T
            difference = np.diag(together)[:, None] - together
        else:
            customers = np.array([sighting.cell.customers for sighting in evidence.sightings])
            around = inside @ (1 - inside).T < 0.5
            difference = np.where(around.T, customers[:, None] - customers, 0)
        for one, other in np.argwhere((difference > 0.5) & (difference < LEAST_K - 0.5)):
            yield _difference(evidence, int(one), int(other), int(difference[one, other]))


def _difference(evidence: PublishedSums, one: int, other: int, people: int) -> Breach:
    left, right = evidence.sightings[one], evidence.sightings[other]
    return Breach(
        "differencing",
        max(left.release, right.release),
        left.cell.id,
        f"without {right.cell.id} of release {right.release} it is a sum over {people} people",
    )


def any_combination(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """The leverage certificate from outside: no combination of sets may rest on fewer than k people."""
    for evidence in gathered(releases):
        for atom in np.flatnonzero(evidence.leverages > (1 / LEAST_K) * (1 + 1e-9)):
            yield Breach(
                "leverage",
                evidence.release_of(int(atom)),
                evidence.name(int(atom)),
                f"{evidence.people[atom]:.0f} people have a leverage of {evidence.leverages[atom]:.3f},"
                f" more than 1/{LEAST_K}",
            )
    most = max((float(evidence.leverages.max(initial=0)) for evidence in gathered(releases)), default=0.0)
    if releases and most > releases[-1].guarantee.max_leverage + 1e-6:
        stated = releases[-1].guarantee.max_leverage
        yield Breach(
            "leverage", releases[-1].number, "guarantee", f"it states {stated:.4f}; the sets have {most:.4f}"
        )
