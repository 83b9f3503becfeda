"""What salespeople see who subtract their own customers, where a customer of several blocks is one person.

`coalitions` takes each pair of answers for somebody. Here somebody who bought again is one column over all sets, as if
they answered the same each time: two blocks that share them tell more together. What the coalition knows is read both
ways, and the larger leverage counts: the deals that they sold, so that what others sold to the same customer stays; or
the customer, whatever others sold to them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.certificate.incidence import (
    generalised_inverse,
    how_many,
    largest_two,
    numbered,
    part_sizes,
)
from kloof.domain.releases.certificate.leverage import Certificate, Leverages, Membership, is_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]

MOST_WORK: Final = 5e9
"""Multiplications up to which every coalition of linked sets is looked at; beyond, each customer gets an upper bound
over all of them.
"""


def colleague_leverages(
    members: Membership, together: int, enough: float = 0.0, certificate: Certificate | None = None
) -> Leverages:
    """The largest ℓ of each person for any so many salespeople (1 or 2) who subtract their own customers.

    members: who is in which block and table. Persons of sets that share nobody have 0: of them `coalitions` says all.
    Where an upper bound is not above `enough`, that stands instead. Where there would be too much to work out tables
    are left out, and where the blocks alone are too many, the bound stands. certificate: of these members, where it is
    known.
    """
    return Colleagues(members, certificate).leverages(together, enough)


class Colleagues:
    """What salespeople see of these members, one of them or two together; see `colleague_leverages`."""

    def __init__(self, members: Membership, certificate: Certificate | None = None) -> None:
        found = certificate or Certificate(members)
        self._people = found.people
        self._linked = [_LinkedSets(sets) for sets in found.linked_sets()]

    def leverages(self, together: int, enough: float = 0.0) -> Leverages:
        """The largest ℓ of each person for any so many of them."""
        value = np.zeros(len(self._people))
        for linked in self._groups(together):
            people, found = linked.bounds
            if found.max(initial=0) > enough and linked.work(together) <= MOST_WORK:
                found = linked.types.largest(together, enough)
            everybody = len(people) == len(value)
            value[slice(None) if everybody else np.searchsorted(self._people, people)] = found
        return Leverages(self._people, value)

    def _groups(self, together: int) -> "Iterator[_LinkedSets]":
        """Sets that are linked by people they share; where that is too much, without tables."""
        for linked in self._linked:
            if linked.tables.any() and linked.work(together) > MOST_WORK:
                blocks = linked.members.take(~linked.tables)
                yield from (_LinkedSets(sets) for sets in Certificate(blocks).linked_sets())
            else:
                yield linked


@dataclass(frozen=True)
class _LinkedSets:
    """Sets that are linked by people they share."""

    members: Membership

    @cached_property
    def tables(self) -> "Bools":
        """Of each entry whether it is of a table."""
        return is_table(self.members.row)

    @cached_property
    def types(self) -> "_Types":
        return _Types.of(self.members)

    @cached_property
    def bounds(self) -> "tuple[Ints, Floats]":
        """The people, in order, and of each what their ℓ is at most for any two salespeople.

        Without a column the ℓ of others only grows. Take away everybody who is in several sets: of the u in a block
        whom the two who sold most there leave, each has 1/u. Put back one who is in several: S/(1 + S), S the sum of
        their 1/u.
        """
        people, person = numbered(self.members.person)
        rows, row = numbered(self.members.row)
        entries = np.bincount(person)
        known = (entries == 1)[person]
        owner, sold = part_sizes(row[known], self.members.salesperson[known])
        _, first, second = largest_two(owner, sold, len(rows))
        left = np.bincount(row[known], minlength=len(rows)) - first - second
        each = np.divide(1.0, left, out=np.full(len(rows), np.inf), where=left > 0)
        total = np.bincount(person, weights=each[row], minlength=len(people))
        with np.errstate(invalid="ignore"):
            shared = np.where(np.isfinite(total), total / (1 + total), 1.0)
        return people, np.minimum(1.0, np.where(entries > 1, shared, total))

    def work(self, together: int) -> float:
        """How many multiplications it takes to look at every coalition."""
        sets, people, sellers = self._sizes
        coalitions = sum(math.comb(sellers, many) for many in range(together + 1))
        return 2.0 * min(people, sets * sellers) ** 2 * (sets + coalitions)

    @cached_property
    def _sizes(self) -> tuple[int, int, int]:
        columns = self.members.row, self.members.person, self.members.salesperson
        sets, people, sellers = (how_many(column) for column in columns)
        return sets, people, sellers


@dataclass(frozen=True)
class _Types:
    """People who are in the same sets through the same salespeople are of one type.

    of_person: of each person, in order, the type. many: people of each type. entries: sets × types × salespeople in
    the type's entries, as row, type, seller and weight of each.
    """

    of_person: "Ints"
    many: "Ints"
    row: "Ints"
    kind: "Ints"
    seller: "Ints"
    weight: "Floats"

    @classmethod
    def of(cls, members: Membership) -> "_Types":
        people, person = np.unique(members.person, return_inverse=True)
        _, row = np.unique(members.row, return_inverse=True)
        _, seller = np.unique(members.salesperson, return_inverse=True)
        order = np.lexsort((seller, row, person))
        starts = np.searchsorted(person[order], np.arange(len(people)))
        weights = members.weights
        signed = np.stack([row, seller, weights], axis=1)[order]
        seen: dict[bytes, int] = {}
        of_person = np.array(
            [seen.setdefault(one.tobytes(), len(seen)) for one in np.split(signed, starts[1:])]
        )
        _, first = np.unique(of_person, return_index=True)
        chosen = np.isin(person, first)
        return cls(
            of_person,
            np.bincount(of_person),
            row[chosen],
            of_person[person[chosen]],
            seller[chosen],
            weights[chosen].astype(np.float64),
        )

    def largest(self, together: int, enough: float) -> "Floats":
        """The largest ℓ of each person for any coalition of so many or fewer; where that is not above `enough`, an
        upper bound.
        """
        sellers = np.unique(self.seller).tolist()
        coalitions = [one for many in range(together + 1) for one in combinations(sellers, many)]
        bounds = self._bounds(coalitions) if enough else np.full((len(coalitions), len(self.many)), np.inf)
        open_ = bounds.max(axis=1) > enough
        most: Floats = bounds[~open_].max(axis=0, initial=0)
        for coalition in (coalitions[at] for at in np.flatnonzero(open_)):
            for matrix in self._left(np.isin(self.seller, coalition)):
                inverse = generalised_inverse(matrix * self.many @ matrix.T)
                np.maximum(most, np.einsum("rt,rt->t", matrix, inverse @ matrix), out=most)
        return most[self.of_person]

    def _bounds(self, coalitions: "Sequence[tuple[int, ...]]") -> "Floats":
        """Of each coalition and type what ℓ is at most, from the projection P of outsiders.

        Without the columns C it is ℓ + p(1 − P_CC)⁻¹pᵀ, p the row of P at C: at most ℓ + |p|²/(1 − δ), with δ the
        largest sum of |P_CC| in a row. A column of C of which k entries stay has at most k² times its largest
        w²(G⁻¹)_bb/(1 − δ) instead.
        """
        whole, sold = self._matrices()
        inverse = generalised_inverse(whole * self.many @ whole.T)
        projection = whole.T @ inverse @ whole
        member = np.array([sold[list(one)].any(axis=0) for one in coalitions])
        share = np.where(member, member * self.many @ np.abs(projection), 0.0).max(axis=1)
        left = np.maximum(1 - share, 0)[:, None]
        entries = (whole > 0).sum(axis=0) - 1
        alone = entries**2 * (whole**2 * np.diag(inverse)[:, None]).max(axis=0)
        lost = np.where(member, alone, member * self.many @ projection**2)
        with np.errstate(divide="ignore", invalid="ignore"):
            more = np.where(lost > 0, lost / left, 0.0)
        return np.asarray(np.where(member, np.minimum(1, more), np.diag(projection) + more))

    def _matrices(self) -> "tuple[Floats, Bools]":
        """Sets × types, how often each counts somebody; and salespeople × types, who sold to them."""
        whole = np.zeros((int(self.row.max(initial=0)) + 1, len(self.many)))
        whole[self.row, self.kind] = self.weight
        sold = np.zeros((int(self.seller.max(initial=0)) + 1, len(self.many)), dtype=bool)
        sold[self.seller, self.kind] = True
        return whole, sold

    def _left(self, sold: "Bools") -> "Iterator[Floats]":
        """Sets × types without what the coalition sold; and without everybody to whom it sold something."""
        whole, _ = self._matrices()
        entries, taken = np.zeros_like(whole), np.zeros_like(whole)
        np.add.at(entries, (self.row, self.kind), 1)
        np.add.at(taken, (self.row[sold], self.kind[sold]), 1)
        # A set that counts somebody through several salespeople says only how often in all.
        yield np.where(taken < entries, np.maximum(whole - taken, 1), 0) * (entries > 0)
        yield whole * ~(taken > 0).any(axis=0)
