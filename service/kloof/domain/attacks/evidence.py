"""What an attacker has: the releases, and the sets of people that their cells are about.

An attacker who knows who is in which set still sees blocks that only ever appear together as one. Such a group is an
atom here; every cell is a union of atoms. An atom whose sum follows from published sums is *laid bare*.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.linked_sets import generalised_inverse
from kloof.domain.moments import Moments
from kloof.domain.release import Cell, PublishedSurvey, ReleaseDocument
from kloof.domain.surveys import SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_EXACT = 1e-6


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that an attack found: which attack, in which release and where, and what it learned."""

    attack: str
    release: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"release {self.release}, {self.where}: {self.what} ({self.attack})"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A cell in the release in which it was first seen with these blocks."""

    release: int
    cell: Cell


class Evidence:
    """Everything published about one survey version, as a system of sums over atoms."""

    def __init__(self, survey: PublishedSurvey, releases: Sequence[ReleaseDocument]) -> None:
        self.survey = survey
        first: dict[frozenset[int], Sighting] = {}
        for release in releases:
            for cell in release.cells_of(survey.key):
                first.setdefault(frozenset(cell.blocks), Sighting(release.number, cell))
        self.sizes = {block.id: block.customers for release in releases for block in release.blocks}
        # A cell without blocks, or with blocks of no size, is no equation; the attack on the files reports it.
        known = {block for block, customers in self.sizes.items() if customers}
        self.sightings = [sighting for blocks, sighting in first.items() if blocks and blocks <= known]

    @cached_property
    def atoms(self) -> list[frozenset[int]]:
        """Groups of blocks that appear in exactly the same sets."""
        seen: dict[int, list[int]] = {}
        for number, sighting in enumerate(self.sightings):
            for block in set(sighting.cell.blocks):
                seen.setdefault(block, []).append(number)
        groups: dict[tuple[int, ...], set[int]] = {}
        for block, numbers in seen.items():
            groups.setdefault(tuple(numbers), set()).add(block)
        return [frozenset(groups[signature]) for signature in sorted(groups)]

    @cached_property
    def people(self) -> "Floats":
        """Customers per atom, as the release files state them."""
        return np.array(
            [sum(self.sizes.get(block, 0) for block in atom) for atom in self.atoms], dtype=np.float64
        )

    @cached_property
    def incidence(self) -> "Floats":
        """Sets × atoms: 1 where the atom is part of the set."""
        rows = [[atom <= set(sighting.cell.blocks) for atom in self.atoms] for sighting in self.sightings]
        return np.array(rows, dtype=np.float64).reshape(len(self.sightings), len(self.atoms))

    @cached_property
    def _inverse(self) -> "Floats":
        """(A W Aᵀ)⁻ with W the people per atom."""
        return generalised_inverse(self.incidence * self.people @ self.incidence.T)

    @cached_property
    def leverages(self) -> "Floats":
        """ℓ of a person in each atom, over all published sets."""
        leverage: Floats = np.einsum(
            "sa,st,ta->a", self.incidence, self._inverse, self.incidence, optimize=True
        )
        return leverage

    @cached_property
    def bare(self) -> list[int]:
        """The atoms that are laid bare: a person's leverage is as large as that of a published set of that size."""
        return [int(atom) for atom in np.flatnonzero(np.abs(self.leverages * self.people - 1) < _EXACT)]

    def name(self, atom: int) -> str:
        """Where the attacker would say that this atom stands: the smallest set that holds it."""
        holding = [
            sighting.cell for sighting in self.sightings if self.atoms[atom] <= set(sighting.cell.blocks)
        ]
        return min(holding, key=lambda cell: cell.customers).id

    def release_of(self, atom: int) -> int:
        """The release in which this atom was last seen in a set that nobody had seen before."""
        return max(
            sighting.release for sighting in self.sightings if self.atoms[atom] <= set(sighting.cell.blocks)
        )

    def solved(self, aspect: str) -> dict[int, "Floats"]:
        """Per atom that is laid bare, its sums (in the order of `sums_of`) as they follow from published ones."""
        published = np.array([sums_of(sighting.cell.aspects[aspect]) for sighting in self.sightings])
        weights = self._inverse @ self.incidence * self.people
        return {atom: weights[:, atom] @ published for atom in self.bare}


def sums_of(moments: Moments) -> list[float]:
    """n, V, R, VV, RR, VR, customers at either end for V and for R, with V above and equal to R, and with a good R.

    The last is not a number where a release does not say it.
    """
    ends = (moments.v_counts[0], moments.v_counts[-1], moments.r_counts[0], moments.r_counts[-1])
    return [
        *(float(moments.n), moments.v, moments.r, moments.vv, moments.rr, moments.vr),
        *(float(count) for count in ends),
        *(float(moments.higher), float(moments.equal)),
        math.nan if moments.good is None else float(moments.good),
    ]


def gathered(releases: Sequence[ReleaseDocument]) -> list[Evidence]:
    """The evidence per survey version, over all releases."""
    surveys: dict[SurveyKey, PublishedSurvey] = {
        survey.key: survey for release in releases for survey in release.surveys
    }
    return [Evidence(survey, releases) for survey in surveys.values()]
