"""Sets of blocks whose counts are told, and whether one more may be: what they hide, two by two and all together.

Blocks that are in the same of these sets are one atom. With each set as a row of √(people) per atom, ℓ of anybody in an
atom is the square of the atom in an orthonormal basis of the rows, over its people; a further set adds what of it lies
outside of the basis.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.certificate.incidence import numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer[Any]]

_NOUGHT: Final = 1e-5
"""Less than this of a row of length one outside of the others is nothing; `incidence` has the square of it."""


class CountedSets:
    """Sets that were told, to which further ones are added; each further one must be among `candidates`.

    sizes: the people of each block.
    """

    def __init__(
        self,
        told: Collection[frozenset[int]],
        candidates: Iterable[frozenset[int]],
        sizes: Mapping[int, int],
    ) -> None:
        every = list(dict.fromkeys([*told, *candidates]))
        blocks = np.array(sorted(frozenset[int]().union(*every)), dtype=np.int64)
        places = [np.searchsorted(blocks, np.fromiter(one, np.int64, len(one))) for one in every]
        atom: Ints = np.zeros(len(blocks), dtype=np.int64)
        for inside in places:
            atom *= 2
            atom[inside] += 1
            atom = numbered(atom)[1]
        people = np.bincount(atom, weights=[sizes[block] for block in blocks.tolist()])
        self._people = people.astype(np.int64)
        self._inside = np.zeros((len(every), len(people)), dtype=np.float64)
        for row, inside in zip(self._inside, places, strict=True):
            row[atom[inside]] = 1
        self._number = {one: number for number, one in enumerate(every)}
        self._told = [self._number[one] for one in told]
        self._basis = self._spanned(self._inside[self._told])

    def may_be_told(self, blocks: frozenset[int], least: int) -> bool:
        """Whether these are many, differ from every set that was told by nobody or by many, either way, and leave
        nothing to be worked out about fewer from any combination of them (see `leverage`).
        """
        number = self._number[blocks]
        row, told = self._inside[number], self._inside[self._told]
        people = int(row @ self._people)
        shared = told @ (row * self._people)
        apart = np.stack([people - shared, told @ self._people - shared])[:, shared > 0]
        if people < least or ((apart > 0) & (apart < least)).any():
            return False
        return number in self._told or self._most(row) <= (1 / least) * (1 + 1e-9)

    def add(self, blocks: frozenset[int]) -> None:
        """These are told too."""
        number = self._number[blocks]
        if number not in self._told:
            self._basis = np.concatenate([self._basis, self._outside(self._inside[number])])
            self._told.append(number)

    def _most(self, row: "Floats") -> float:
        """The largest ℓ of anybody with this set beside those that were told."""
        squares = np.square(self._basis).sum(axis=0) + np.square(self._outside(row)).sum(axis=0)
        return float((squares / self._people).max(initial=0))

    def _outside(self, row: "Floats") -> "Floats":
        """What of this set lies outside of the basis, as one row of it, or none."""
        scaled = row * np.sqrt(self._people)
        scaled /= np.linalg.norm(scaled)
        rest = scaled
        for _ in range(2):
            rest = rest - (self._basis @ rest) @ self._basis
        length = float(np.linalg.norm(rest))
        return np.asarray((rest / length)[None] if length > _NOUGHT else np.zeros((0, len(row))))

    def _spanned(self, rows: Any) -> "Floats":
        """An orthonormal basis of these sets."""
        if not len(rows):
            return np.zeros((0, len(self._people)))
        from scipy.linalg import qr

        scaled = rows * np.sqrt(self._people)
        scaled /= np.linalg.norm(scaled, axis=1)[:, None]
        basis, upper, _ = qr(scaled.T, mode="economic", pivoting=True)
        kept = np.abs(np.diag(upper)) > _NOUGHT
        return np.asarray(basis[:, : len(kept)][:, kept].T, dtype=np.float64)
