"""What an attacker has: the releases, and the sets of people that their cells are about.

An attacker who knows who is in which set still sees blocks that only ever appear together as one. Such a group is an
atom here; every cell is a union of atoms. An atom whose sum follows from published sums is *laid bare*.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import ArmCell, Cell, PracticeCell, PublishedSurvey, ReleaseDocument
from kloof.domain.releases.incidence import generalised_inverse
from kloof.domain.releases.pair_columns import Stat
from kloof.domain.surveys.definition import SurveyKey

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
    cell: Cell | PracticeCell | ArmCell


class PublishedSums:
    """Everything published about one survey version, as a system of sums over atoms."""

    certain = True
    """Whether the sizes of all atoms follow from the files."""

    sides: tuple[str, ...] = ("V", "R")
    """What its sums are about."""

    def __init__(self, survey: PublishedSurvey, releases: Sequence[ReleaseDocument]) -> None:
        self.survey = survey
        first: dict[frozenset[int], Sighting] = {}
        for release in releases:
            for cell in self.cells(release):
                first.setdefault(frozenset(cell.blocks), Sighting(release.number, cell))
        self.sizes = {block.id: block.customers for release in releases for block in release.blocks}
        # A cell without blocks, or with blocks of no size, is no equation; the attack on the files reports it.
        known = {block for block, customers in self.sizes.items() if customers}
        self.sightings = [sighting for blocks, sighting in first.items() if blocks and blocks <= known]

    def cells(self, release: ReleaseDocument) -> Iterator[Cell | ArmCell]:
        """The sets of this release that it is about."""
        return release.cells_of(self.survey.key)

    def parts_of(self, sighting: Sighting) -> frozenset[int]:
        """What this set is made of, as far as the files say: its blocks."""
        return frozenset(sighting.cell.blocks)

    @cached_property
    def atoms(self) -> list[frozenset[int]]:
        """Groups of blocks that appear in exactly the same sets."""
        seen: dict[int, list[int]] = {}
        for number, sighting in enumerate(self.sightings):
            for block in self.parts_of(sighting):
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
        rows = [[atom <= self.parts_of(sighting) for atom in self.atoms] for sighting in self.sightings]
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
            sighting.cell for sighting in self.sightings if self.atoms[atom] <= self.parts_of(sighting)
        ]
        return min(holding, key=lambda cell: cell.customers).id

    def release_of(self, atom: int) -> int:
        """The release in which this atom was last seen in a set that nobody had seen before."""
        return max(
            sighting.release for sighting in self.sightings if self.atoms[atom] <= self.parts_of(sighting)
        )

    def solved(self, aspect: str) -> dict[int, "Floats"]:
        """Per atom that is laid bare, its sums (in the order of `Stat`) as they follow from published ones."""
        published = np.array([sums_of(sighting.cell, aspect) for sighting in self.sightings])
        weights = self._inverse @ self.incidence * self.people
        return {atom: weights[:, atom] @ published for atom in self.bare}

    def told(self, aspect: str) -> "Iterator[tuple[str, int, Floats]]":
        """Where, in which release, and the sums of people about whom the files say something for sure."""
        for atom, sums in self.solved(aspect).items():
            yield self.name(atom), self.release_of(atom), sums


def sums_of(cell: Cell | PracticeCell | ArmCell, aspect: str) -> list[float]:
    """What the release says of this aspect, in the order of `Stat`; not a number where it says nothing."""
    if isinstance(cell, ArmCell):
        sums = cell.aspects[aspect]
        known = {Stat.N: float(sums.n)} | (
            {Stat.V: sums.total, Stat.VV: sums.squares}
            if cell.arm is Arm.LEFT
            else {Stat.R: sums.total, Stat.RR: sums.squares}
        )
        return [known.get(stat, math.nan) for stat in Stat]
    moments = cell.aspects[aspect]
    ends = (moments.v_counts[0], moments.v_counts[-1], moments.r_counts[0], moments.r_counts[-1])
    counts = (*ends, moments.higher, moments.equal, moments.disappointed_at_norm)
    return [
        *(float(moments.n), moments.v, moments.r, moments.vv, moments.rr, moments.vr),
        *(float(count) for count in counts),
        math.nan if moments.good is None else float(moments.good),
    ]


def gathered(releases: Sequence[ReleaseDocument]) -> list[PublishedSums]:
    """The evidence per survey version and arm, over all releases; none where nothing came out."""
    surveys: dict[SurveyKey, PublishedSurvey] = {
        survey.key: survey for release in releases for survey in release.surveys
    }
    found: list[PublishedSums] = []
    for survey in surveys.values():
        found.append(PublishedSums(survey, releases))
        arms = {cell.arm for release in releases for cell in release.arms if cell.key == survey.key}
        found += [ArmEvidence(survey, releases, arm) for arm in sorted(arms)]
        practices = {
            arm.practice for release in releases for arm in release.practices if arm.key == survey.key
        }
        found += [PracticeEvidence(survey, releases, practice) for practice in sorted(practices)]
    return [evidence for evidence in found if evidence.sightings]


class ArmEvidence(PublishedSums):
    """The same about customers who told one side only."""

    def __init__(self, survey: PublishedSurvey, releases: Sequence[ReleaseDocument], arm: Arm) -> None:
        self.arm, self.sides = arm, ("V",) if arm is Arm.LEFT else ("R",)
        super().__init__(survey, releases)

    def cells(self, release: ReleaseDocument) -> Iterator[Cell | ArmCell]:
        return (cell for cell in release.arms if (cell.key, cell.arm) == (self.survey.key, self.arm))


class PracticeEvidence(PublishedSums):
    """The same with the arms of one practice beside the cells, which cut every block in two.

    A block's customers with the practice have its number here, those without it the number less than 0. How many of a
    block stand on either side the files do not say, only how many in an arm; so nothing is certain but of atoms that
    are laid bare.
    """

    certain = False

    def __init__(self, survey: PublishedSurvey, releases: Sequence[ReleaseDocument], practice: str) -> None:
        super().__init__(survey, releases)
        first: dict[frozenset[int], Sighting] = {}
        for release in releases:
            for arm in release.practices:
                if arm.key == survey.key and arm.practice == practice and set(arm.blocks) <= set(self.sizes):
                    first.setdefault(self.parts_of(Sighting(0, arm)), Sighting(release.number, arm))
        self.sightings += [sighting for parts, sighting in first.items() if parts]

    def parts_of(self, sighting: Sighting) -> frozenset[int]:
        """Both sides of its blocks; of an arm its own."""
        blocks, cell = sighting.cell.blocks, sighting.cell
        if isinstance(cell, PracticeCell):
            return frozenset(block if cell.done else -block for block in blocks)
        return frozenset(blocks) | frozenset(-block for block in blocks)

    @cached_property
    def people(self) -> "Floats":
        """Customers per atom, one way to divide those of the sets over them; where one is laid bare, the only one."""
        customers = np.array([sighting.cell.customers for sighting in self.sightings], dtype=np.float64)
        return np.rint(np.linalg.pinv(self.incidence) @ customers)

    @cached_property
    def _inverse(self) -> "Floats":
        return generalised_inverse(self.incidence @ self.incidence.T)

    @cached_property
    def bare(self) -> list[int]:
        """The atoms whose indicator is a combination of the published sets, however large they are."""
        projected = np.einsum("sa,st,ta->a", self.incidence, self._inverse, self.incidence, optimize=True)
        return [int(atom) for atom in np.flatnonzero(projected > 1 - _EXACT) if self.people[atom] > 0]

    @cached_property
    def leverages(self) -> "Floats":
        """ℓ of a person in each atom that is laid bare; of the others the files say too little."""
        leverage = np.zeros(len(self.atoms))
        leverage[self.bare] = 1 / self.people[self.bare]
        return leverage

    def solved(self, aspect: str) -> dict[int, "Floats"]:
        published = np.array([sums_of(sighting.cell, aspect) for sighting in self.sightings])
        weights = self._inverse @ self.incidence
        return {atom: weights[:, atom] @ published for atom in self.bare}

    def told(self, aspect: str) -> "Iterator[tuple[str, int, Floats]]":
        """Also the arms themselves: they are wider than an atom, and tell of their people all the same."""
        yield from super().told(aspect)
        for sighting in self.sightings:
            if isinstance(sighting.cell, PracticeCell):
                yield sighting.cell.id, sighting.release, np.array(sums_of(sighting.cell, aspect))
