"""Leverage among sets that share people: the linear algebra under the certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.certificate import series
from kloof.domain.releases.certificate.series import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]

# Eigenvalues of the scaled Gram matrix below this are noughts: rounding leaves 10⁻¹² at two thousand rows,
# and two sets of ten million people that differ by one person still have 5·10⁻⁸.
_NOUGHT = 1e-10
_EXACT = 1e-7
MANY = 100
"""Sets from which a bound is tried before the exact number."""


@dataclass(frozen=True)
class LinkedSets:
    """Sets that share people, one entry per set and person.

    columns: the people, by their numbers outside; row, column: of each entry, numbered from 0 here. weight: how often
    the set counts the person.
    """

    columns: "Ints"
    row: "Ints"
    column: "Ints"
    weight: "Ints | Floats"
    rows: int

    @classmethod
    def of(cls, row: "Ints", column: "Ints", weight: "Ints") -> "LinkedSets":
        """From entries each of which is of another set or person."""
        columns, own = numbered(column)
        sets, number = numbered(row)
        return cls(columns.astype(np.int32), number.astype(np.int32), own.astype(np.int32), weight, len(sets))

    def leverages(self, enough: float = 0.0) -> "Floats":
        """ℓ of every person: aᵀG⁻a, G the Gram matrix and a the person's column.

        Among many sets an upper bound of ℓ, where that is for nobody above `enough`, else what `series.leverages`
        says.
        """
        least = self._least()
        if self._suffices(least, enough):
            return self._bound(least)
        found = None
        if self.rows > MANY and enough > 0:
            found = series.leverages(self._as_columns(), enough)
        return self._in_order()._exact() if found is None else found

    def _as_columns(self) -> Columns:
        alike = numbered(self.row * (int(self.weight.max()) + 1) + self.weight.astype(np.int64))[1]
        return Columns(self.row, self.column, self._scaled, alike, self.rows)

    def _in_order(self) -> "LinkedSets":
        """The same entries in order of person."""
        order = np.argsort(self.column.astype(np.int64) * self.rows + self.row)
        columns = self.row[order], self.column[order], self.weight[order].astype(np.float64)
        return LinkedSets(self.columns, *columns, self.rows)

    def _exact(self) -> "Floats":
        inverse = generalised_inverse(self._gram())
        value = np.zeros(len(self.columns))
        for people, entries in self._by_times():
            at, here = self.row[entries], self.weight[entries]
            value[people] = np.einsum("pi,pij,pj->p", here, inverse[at[:, :, None], at[:, None, :]], here)
        return value

    @cached_property
    def _times(self) -> "tuple[Ints, Ints]":
        """Per person the number of sets, and the first of the entries, which are in order of person."""
        times = np.bincount(self.column)
        return times, np.cumsum(times) - times

    def _by_times(self) -> "Iterator[tuple[Ints, Ints]]":
        """People by the number of sets they are in: who, and their entries [people, sets]."""
        times, first = self._times
        for count in np.flatnonzero(np.bincount(times)):
            chosen = np.flatnonzero(times == count)
            yield chosen, first[chosen][:, None] + np.arange(count)

    def _gram(self) -> "Floats":
        """AAᵀ: how many people each two sets share."""
        shared = np.zeros(self.rows * self.rows)
        for _, entries in self._by_times():
            here = self.weight[entries]
            both = (here[:, :, None] * here[:, None, :]).ravel()
            at = (self.row[entries][:, :, None] * self.rows + self.row[entries][:, None, :]).ravel()
            shared += np.bincount(at, weights=both, minlength=self.rows * self.rows)
        return shared.reshape(self.rows, self.rows)

    @cached_property
    def _scaled(self) -> "Floats":
        """Per entry its weight over √n, n the people in its set."""
        size = np.bincount(self.row, weights=self.weight**2)
        return self.weight * np.asarray(1 / np.sqrt(size))[self.row]

    @cached_property
    def _others(self) -> "Floats":
        """Per set the sum of the off-diagonal entries of the Gram matrix, scaled to a diagonal of ones."""
        per_person = np.bincount(self.column, weights=self._scaled)
        others = self._scaled * (per_person[self.column] - self._scaled)
        return np.bincount(self.row, weights=others).astype(np.float64)

    @cached_property
    def _heaviest(self) -> "Floats":
        """Per person Σ 1/D_b over their sets b, D the diagonal of the Gram matrix, weighted."""
        return np.bincount(self.column, weights=self._scaled**2).astype(np.float64)

    def _bound(self, least: float) -> "Floats":
        """An upper bound of every person's ℓ, from an eigenvalue of the scaled Gram matrix that none is below."""
        return self._heaviest / least

    def _suffices(self, least: float, enough: float) -> bool:
        """Whether the upper bound is for nobody above `enough`; only tried among many sets."""
        return self.rows > MANY and least > 0 and bool(self._heaviest.max() <= enough * least)

    def _least(self) -> float:
        """What no eigenvalue of the scaled Gram matrix is below; at most nought where this has nothing to say.

        With D the diagonal of G: by Gershgorin D^-½ G D^-½ has no eigenvalue below 1 less the largest sum of the
        others in a row. So G ≥ (1 − others)D, and ℓ ≤ Σ 1/D_b / (1 − others) over the person's sets b.
        """
        return 0.0 if self.rows <= MANY else float((1 - self._others).min())


def numbered(values: "Ints") -> "tuple[Ints, Ints]":
    """The distinct values in order, and for each value its place among them: `unique`, in one pass where they are
    dense.
    """
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, -1)
    if most - least > 4 * len(values) + 1000:
        distinct, place = np.unique(values, return_inverse=True)
        return distinct, place
    seen, moved = np.zeros(most - least + 1, dtype=bool), np.subtract(values, least, dtype=np.int64)
    seen[moved] = True
    if seen.all():
        return np.arange(least, most + 1), moved
    # Short numbers lie closer together in memory, where they are looked up in any order.
    place = np.cumsum(seen, dtype=np.int32) - np.int32(1)
    return np.flatnonzero(seen) + least, np.take(place, moved).astype(np.int64)


def in_groups(group: "Ints", groups: int) -> "list[Ints]":
    """Per group, numbered from 0, the places of its entries, in order."""
    # Numpy sorts numbers of sixteen bits in one pass.
    short = groups <= np.iinfo(np.uint16).max
    order = np.argsort(group.astype(np.uint16) if short else group, kind="stable")
    return np.split(order, np.cumsum(np.bincount(group, minlength=groups))[:-1])


def part_sizes(row: "Ints", part: "Ints") -> "tuple[Ints, Ints]":
    """Of every part of every row its row and how many entries it has there, in order of row."""
    parts, place = numbered(part)
    keys, number = numbered(row * max(len(parts), 1) + place)
    return keys // max(len(parts), 1), np.bincount(number, minlength=len(keys))


def largest_two(owner: "Ints", sizes: "Ints", rows: int) -> "tuple[Ints, Ints, Ints]":
    """Per row how many parts it has, and the sizes of the largest and of the second largest; in order of owner."""
    count = np.bincount(owner, minlength=rows)
    order = np.lexsort((-sizes, owner))
    place = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    first, second = np.zeros((2, rows), dtype=np.int64)
    for rank, found in enumerate((first, second)):
        at = order[place == rank]
        found[owner[at]] = sizes[at]
    return count, first, second


def how_many(values: "Ints") -> int:
    """How many distinct values there are."""
    least, most = int(values.min(initial=0)), int(values.max(initial=0))
    if most - least > 4 * len(values) + 10_000_000:
        return len(np.unique(values))
    seen = np.zeros(most - least + 1, dtype=bool)
    seen[values - least] = True
    return int(np.count_nonzero(seen))


def generalised_inverse(gram: "Floats") -> "Floats":
    """A symmetric G⁻ with GG⁻G = G; aᵀG⁻a is the same for all of them where a lies in the range of G.

    G is scaled to a diagonal of ones, so that small and large sets are told from noughts alike. Where its inverse
    checks out, that is it; else the eigenvalues tell which rows follow from others. Empty rows stay empty.
    """
    size = np.diag(gram)
    scale = np.divide(1, np.sqrt(size), out=np.zeros_like(size), where=size > 0)
    scaled = gram * scale[:, None] * scale
    try:
        inverse: Floats = np.linalg.inv(scaled).astype(np.float64, copy=False)
        if np.abs(scaled @ inverse - np.eye(len(scaled))).max() < _EXACT:
            return inverse * scale[:, None] * scale
    except np.linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(scaled)
    kept = values > _NOUGHT
    half = vectors[:, kept] / np.sqrt(values[kept]) * scale[:, None]
    return np.asarray(half @ half.T)
