"""What an attacker has: the releases, and the sets of people that their figures are about.

An attacker who knows who is in which set still sees blocks that only ever appear together as one. Such a group is an
atom here; every set is a union of atoms. An atom whose figures follow from published ones is *laid bare*: of a release
with rounded sums what is laid bare is the sum of its blocks' rounded sums.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.attacks.figures import SetFigures, arms_of, cells_of, practices_of, sizes_of
from kloof.domain.releases.certificate.incidence import generalised_inverse
from kloof.domain.releases.format_1 import AnyRelease, ExactRelease, ExactSurvey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.domain.releases.document import PublishedSurvey

    Floats = NDArray[np.float64]

EXACT = 1e-6
MOST: Final = 4_000_000
"""Sets times atoms up to which the algebra over all of them is done; beyond, it is left to the certificate inside."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that an attack found: which attack, in which release and where, and what it learned.

    proved: False where a programme was not solved in its time, so that nothing is known either way.
    """

    attack: str
    release: int
    where: str
    what: str
    proved: bool = True

    def __str__(self) -> str:
        return f"release {self.release}, {self.where}: {self.what} ({self.attack})"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A set in the release in which it was first seen with these parts: blocks, or sides of blocks."""

    release: int
    parts: frozenset[int]
    figures: SetFigures


@dataclass(eq=False)
class ReleaseEvidence:
    """Everything published about one survey version and arm, as a system of sums over atoms.

    exact: of releases that did not round. practice: with the arms of this practice table beside the cells, which cut
    every block in two: a block's customers with the practice have its number, those without it the number less than 0.
    """

    survey: "PublishedSurvey | ExactSurvey"
    releases: Sequence[AnyRelease]
    arm: Arm = Arm.ASKED
    practice: str = ""
    sizes: Mapping[int, int] = field(default_factory=dict)

    @property
    def sides(self) -> tuple[str, ...]:
        """What its sums are about."""
        return self.arm.sides

    @property
    def base(self) -> float:
        """What every block's sum was rounded to; 0 where none was."""
        return 0.0 if isinstance(self.survey, ExactSurvey) else self.survey.base

    @property
    def certain(self) -> bool:
        """Whether the sizes of all atoms follow from the files: how many of a block did something they do not say."""
        return not self.practice

    @cached_property
    def sightings(self) -> list[Sighting]:
        """The sets, each as it was first seen. One without blocks, or with unknown ones, is no equation."""
        first: dict[frozenset[int], Sighting] = {}
        for release in self.releases:
            for figures in self._figures(release):
                if figures.blocks and set(figures.blocks) <= self._known:
                    parts = self._parts(figures)
                    first.setdefault(parts, Sighting(release.number, parts, figures))
        return list(first.values())

    @cached_property
    def _known(self) -> set[int]:
        return {block for block, people in self.sizes.items() if people}

    def _figures(self, release: AnyRelease) -> Iterator[SetFigures]:
        if self.arm is not Arm.ASKED:
            yield from (
                one for one in arms_of(release, self.survey.id, self.survey.version) if one.arm is self.arm
            )
            return
        yield from cells_of(release, self.survey.id, self.survey.version)
        for one in practices_of(release, self.survey.id, self.survey.version):
            if self.practice and one.practice == self.practice:
                yield one

    def _parts(self, figures: SetFigures) -> frozenset[int]:
        if not self.practice:
            return frozenset(figures.blocks)
        done = frozenset(figures.blocks) if figures.done is not False else frozenset()
        other = frozenset(-block for block in figures.blocks) if figures.done is not True else frozenset()
        return done | other

    @cached_property
    def counted(self) -> list[Sighting]:
        """The sets that shares are about, where a release publishes any."""
        first: dict[frozenset[int], Sighting] = {}
        if self.arm is Arm.ASKED and not self.practice:
            for release in self.releases:
                for figures in cells_of(release, self.survey.id, self.survey.version):
                    parts = frozenset(figures.counted)
                    if parts and figures.shares and parts <= self._known:
                        first.setdefault(parts, Sighting(release.number, parts, figures))
        return list(first.values())

    @cached_property
    def atoms(self) -> list[frozenset[int]]:
        """Groups of blocks that appear in exactly the same sets."""
        seen: dict[int, list[int]] = {}
        for number, sighting in enumerate([*self.sightings, *self.counted]):
            for part in sighting.parts:
                seen.setdefault(part, []).append(number)
        groups: dict[tuple[int, ...], set[int]] = {}
        for part, numbers in seen.items():
            groups.setdefault(tuple(numbers), set()).add(part)
        return [frozenset(groups[signature]) for signature in sorted(groups)]

    def inside(self, sightings: Sequence[Sighting]) -> "Floats":
        """Sets × atoms: 1 where the atom is part of the set."""
        rows = [[atom <= sighting.parts for atom in self.atoms] for sighting in sightings]
        return np.array(rows, dtype=np.float64).reshape(len(sightings), len(self.atoms))

    @property
    def large(self) -> bool:
        """Whether there is too much of it for attacks that compare every set with every other."""
        return len(self.sightings) * len(self.atoms) > MOST

    def untried(self, attack: str) -> Breach:
        """What such an attack says instead."""
        last = max(sighting.release for sighting in self.sightings)
        what = f"{len(self.sightings)} sets are too many to be tried together"
        return Breach(attack, last, f"{self.survey.id} v{self.survey.version}", what, proved=False)

    @cached_property
    def incidence(self) -> "Floats":
        return self.inside(self.sightings)

    @cached_property
    def people(self) -> "Floats":
        """People per atom; of a practice table one way to divide those of the sets, laid bare the only one."""
        if self.certain:
            return np.array(
                [sum(self.sizes[block] for block in atom) for atom in self.atoms], dtype=np.float64
            )
        n = np.array([sighting.figures.n for sighting in self.sightings], dtype=np.float64)
        return np.asarray(np.rint(np.linalg.pinv(self.incidence) @ n))

    @cached_property
    def blocks(self) -> "Floats":
        """Per atom how many sums, each rounded by itself, it is made of."""
        return np.array([len(atom) for atom in self.atoms], dtype=np.float64)

    @cached_property
    def _weights(self) -> "Floats":
        return self.people if self.certain else np.ones(len(self.atoms))

    @cached_property
    def _inverse(self) -> "Floats":
        """(A W Aᵀ)⁻ with W the people per atom."""
        return generalised_inverse(self.incidence * self._weights @ self.incidence.T)

    @cached_property
    def leverages(self) -> "Floats":
        """ℓ of a person in each atom; of a practice table only where laid bare: the files say too little of others."""
        found: Floats = np.einsum("sa,st,ta->a", self.incidence, self._inverse, self.incidence, optimize=True)
        if self.certain:
            return found
        seen = np.zeros(len(self.atoms))
        seen[self.bare] = 1 / self.people[self.bare]
        return seen

    @cached_property
    def bare(self) -> list[int]:
        """The atoms that are laid bare: their indicator is a combination of the published sets."""
        found = np.einsum("sa,st,ta->a", self.incidence, self._inverse, self.incidence, optimize=True)
        laid = (np.abs(found * self._weights - 1) < EXACT) & (self.people > 0)
        return [int(atom) for atom in np.flatnonzero(laid)]

    def name(self, atom: int) -> str:
        """Where the attacker would say that this atom stands: the smallest set that holds it."""
        holding = [one.figures for one in [*self.sightings, *self.counted] if self.atoms[atom] <= one.parts]
        return min(holding, key=lambda figures: figures.n).id

    def release_of(self, atom: int) -> int:
        """The release in which this atom was last seen in a set that nobody had seen before."""
        return max(one.release for one in [*self.sightings, *self.counted] if self.atoms[atom] <= one.parts)

    def published(self, aspect: str, side: str) -> "Floats":
        """What each set says of one side of this aspect."""
        return np.array(
            [sighting.figures.total(aspect, side) for sighting in self.sightings], dtype=np.float64
        )

    def solved(self, told: "Floats") -> "dict[int, Floats]":
        """Per atom that is laid bare, its figures as they follow from those of the sets, told[sets, …]."""
        if self.practice and self.base:
            return {}  # both sides of a table were rounded by themselves, so no difference of sums is exact
        weights = self._inverse @ self.incidence * self._weights
        return {atom: weights[:, atom] @ told for atom in self.bare}


def gathered(releases: Sequence[AnyRelease]) -> list[ReleaseEvidence]:
    """The evidence per survey version, arm and practice, over all releases of one format; none where nothing came out.

    What an older engine froze was retired, so its releases are never subtracted from those of another format.
    """
    found: list[ReleaseEvidence] = []
    for old in (True, False):
        same = [release for release in releases if isinstance(release, ExactRelease) is old]
        sizes = {block: n for release in same for block, n in sizes_of(release).items()}
        surveys = {(one.id, one.version): one for release in same for one in release.surveys}
        for (name, version), survey in surveys.items():
            arms = {one.arm for release in same for one in arms_of(release, name, version)}
            tables = {one.practice for release in same for one in practices_of(release, name, version)}
            found.append(ReleaseEvidence(survey, same, sizes=sizes))
            found += [ReleaseEvidence(survey, same, arm, sizes=sizes) for arm in sorted(arms)]
            found += [ReleaseEvidence(survey, same, practice=table, sizes=sizes) for table in sorted(tables)]
    return [evidence for evidence in found if evidence.sightings]
