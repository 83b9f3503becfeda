"""Subtracting: a sum over few people that follows from two published sets, or from any combination of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.attacks.evidence import EXACT, Breach, ReleaseEvidence, gathered
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.thresholds import LEAST_K

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NOUGHT = 1e-9


def two_sets(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Every pair of sets over all releases: what is in the one and not in the other is nobody or at least k.

    Of an arm of a practice table the files tell only how many it holds, so it is taken from the sets around it.
    Then every row of the reduced system: no combination of sets may rest on fewer than k people.
    """
    for evidence in gathered(releases):
        if evidence.large:
            yield evidence.untried("differencing")
            continue
        inside = evidence.incidence
        if evidence.certain:
            together = inside * evidence.people @ inside.T
            difference = np.diag(together)[:, None] - together
        else:
            n = np.array([sighting.figures.n for sighting in evidence.sightings])
            around = inside @ (1 - inside).T < 0.5
            difference = np.where(around.T, n[:, None] - n, 0)
        few = (difference > 0.5) & (difference < LEAST_K - 0.5)
        for one, other in np.argwhere(few):
            yield _difference(evidence, int(one), int(other), int(difference[one, other]))
        if evidence.certain and not few.any():
            yield from _reduced(evidence)


def _difference(evidence: ReleaseEvidence, one: int, other: int, people: int) -> Breach:
    left, right = evidence.sightings[one], evidence.sightings[other]
    return Breach(
        "differencing",
        max(left.release, right.release),
        left.figures.id,
        f"without {right.figures.id} of release {right.release} it is a sum over {people} people",
    )


def _reduced(evidence: ReleaseEvidence) -> Iterator[Breach]:
    for row in reduced_rows(evidence.incidence):
        atoms = np.flatnonzero(np.abs(row) > EXACT)
        people = evidence.people[atoms].sum()
        if 0 < people < LEAST_K - 0.5:
            where = evidence.name(int(atoms[0]))
            what = f"a combination of sets is a sum over {people:.0f} people"
            yield Breach("differencing", evidence.release_of(int(atoms[0])), where, what)


def reduced_rows(incidence: "Floats") -> "Floats":
    """The reduced row echelon form, without rows of noughts."""
    rows = incidence.copy()
    done = 0
    for column in range(rows.shape[1]):
        if done == len(rows):
            break
        pivot = done + int(np.abs(rows[done:, column]).argmax())
        if abs(rows[pivot, column]) < _NOUGHT:
            continue
        rows[[done, pivot]] = rows[[pivot, done]]
        rows[done] /= rows[done, column]
        others = np.flatnonzero(np.abs(rows[:, column]) > _NOUGHT)
        others = others[others != done]
        rows[others] -= rows[others, column][:, None] * rows[done]
        rows[np.abs(rows) < _NOUGHT] = 0
        done += 1
    return rows[:done]


def any_combination(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """The leverage certificate from outside: no combination of sets may rest on fewer than k people."""
    most = 0.0
    for evidence in gathered(releases):
        if evidence.large:
            yield evidence.untried("leverage")
            continue
        most = max(most, float(evidence.leverages.max(initial=0)))
        for atom in np.flatnonzero(evidence.leverages > (1 / LEAST_K) * (1 + EXACT)):
            yield Breach(
                "leverage",
                evidence.release_of(int(atom)),
                evidence.name(int(atom)),
                f"{evidence.people[atom]:.0f} people have a leverage of {evidence.leverages[atom]:.3f},"
                f" more than 1/{LEAST_K}",
            )
    if releases and most > releases[-1].guarantee.max_leverage + EXACT:
        stated = releases[-1].guarantee.max_leverage
        what = f"it states {stated:.4f}; the sets have {most:.4f}"
        yield Breach("leverage", releases[-1].number, "guarantee", what)
