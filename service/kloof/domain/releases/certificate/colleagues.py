"""What salespeople see who subtract their own customers, where a customer of several blocks is one person.

`coalitions` takes each pair of answers for somebody. Here somebody who bought again is one column over all sets, as if
they answered the same each time: two blocks that share them tell more together. What the coalition knows is read both
ways, and the larger leverage counts: the deals that they sold, so that what others sold to the same customer stays; or
the customer, whatever others sold to them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.certificate.incidence import generalised_inverse
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


def colleague_leverages(members: Membership, together: int, enough: float = 0.0) -> Leverages:
    """The largest ℓ of each person for any so many salespeople (1 or 2) who subtract their own customers.

    members: who is in which block and table. Persons of sets that share nobody have 0: of them `coalitions` says all.
    Where an upper bound is not above `enough`, that stands instead. Where there would be too much to work out tables
    are left out, and where the blocks alone are too many, the bound stands.
    """
    people = np.unique(members.person)
    value = np.zeros(len(people))
    for linked in _groups(members, together):
        found = _bounds(linked)
        if found.max(initial=0) > enough and _work(linked, together) <= MOST_WORK:
            found = _Types.of(linked).largest(together, enough)
        value[np.searchsorted(people, np.unique(linked.person))] = found
    return Leverages(people, value)


def _groups(members: Membership, together: int) -> Iterator[Membership]:
    """Sets that are linked by people they share, each with its people; where that is too much, without tables."""
    for linked in Certificate(members).linked_sets():
        blocks = linked.take(~is_table(linked.row))
        if len(blocks.row) < len(linked.row) and _work(linked, together) > MOST_WORK:
            yield from Certificate(blocks).linked_sets()
        else:
            yield linked


def _work(members: Membership, together: int) -> float:
    """How many multiplications it takes to look at every coalition of these linked sets."""
    sets, sellers = (len(np.unique(column)) for column in (members.row, members.salesperson))
    types = min(len(np.unique(members.person)), sets * sellers)
    coalitions = sum(math.comb(sellers, many) for many in range(together + 1))
    return 2.0 * types**2 * (sets + coalitions)


def _bounds(members: Membership) -> "Floats":
    """Of each person, in order, what their ℓ is at most for any two salespeople.

    Without a column the ℓ of others only grows. Take away everybody who is in several sets: of the u in a block whom
    the two who sold most there leave, each has 1/u. Put back one who is in several: S/(1 + S), S the sum of their 1/u.
    """
    people, person = np.unique(members.person, return_inverse=True)
    rows, row = np.unique(members.row, return_inverse=True)
    _, seller = np.unique(members.salesperson, return_inverse=True)
    known = np.bincount(person)[person] == 1
    sold = np.zeros((len(rows), int(seller.max(initial=0)) + 1), dtype=np.int64)
    np.add.at(sold, (row[known], seller[known]), 1)
    sold.sort(axis=1)
    left = sold[:, :-2].sum(axis=1)
    each = np.divide(1.0, left, out=np.full(len(rows), np.inf), where=left > 0)
    total = np.bincount(person, weights=each[row], minlength=len(people))
    several = np.bincount(person, minlength=len(people)) > 1
    with np.errstate(invalid="ignore"):
        shared = np.where(np.isfinite(total), total / (1 + total), 1.0)
    return np.minimum(1.0, np.where(several, shared, total))


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
