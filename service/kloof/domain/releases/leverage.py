"""The certificate's number: how much of what can be worked out from published sums may rest on one
person.

A has one row per set and one column per person, with 1 where the person is in the set (in one that
cuts across blocks: how often it counts them). Every statistic kloof publishes is a sum over the people
of a set of something made of that person's answers, so what can be worked out from the sums is exactly
the row space of A: weights w = cᵀA for some c. With P the
projection onto the row space and e the unit vector of person i, w_i = wᵀe = wᵀPe, so by Cauchy-Schwarz
w_i² ≤ ‖w‖²·eᵀPe = ‖w‖²·ℓ_i. Let w be a plain sum over s people, or any combination in which the weights
of s people differ from 0: then ‖w‖² ≤ s·max w_i², and ℓ ≤ 1/k gives s ≥ k. So max ℓ ≤ 1/k says:
**nothing that rests on fewer than k people can be worked out**, even by somebody who knows exactly who is in
which set.

The rows here are the closed blocks. What is published are unions of blocks, whose row space lies within
that of the blocks, and leverage only grows with the row space: the number holds for every union,
published or not yet. A person in several blocks is one column, as if they answered the same each time;
that is the stricter reading.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.incidence import LinkedSets, numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is in which set, and through whom: one entry per set, person and salesperson; no entry
    twice.

    weight: how often the set counts the person, the same in all their entries of that set; None where it is once for
    everybody, as in a block. A table that cuts across blocks counts somebody once per block.
    """

    row: "Ints"
    person: "Ints"
    salesperson: "Ints"
    weight: "Ints | None" = None

    @classmethod
    def of(cls, row: "Ints", person: "Ints", salesperson: "Ints") -> "Membership":
        """The membership in these deals; a person with several deals by one salesperson in a set is one
        entry.
        """
        people, sellers = numbered(person), numbered(salesperson)
        order = np.argsort((row * len(people[0]) + people[1]) * len(sellers[0]) + sellers[1], kind="stable")
        row, person, salesperson = row[order], person[order], salesperson[order]
        new = np.ones(len(row), dtype=bool)
        new[1:] = (np.diff(row) != 0) | (np.diff(person) != 0) | (np.diff(salesperson) != 0)
        return cls(row[new], person[new], salesperson[new])

    def __add__(self, other: "Membership") -> "Membership":
        """Both together; their row numbers must not overlap."""
        pairs = zip(self.columns(), other.columns(), strict=True)
        weight = (
            None
            if self.weight is None and other.weight is None
            else np.concatenate([self.weights, other.weights])
        )
        row, person, salesperson = (np.concatenate(pair) for pair in pairs)
        return Membership(row, person, salesperson, weight)

    def columns(self) -> "tuple[Ints, Ints, Ints]":
        return self.row, self.person, self.salesperson

    @property
    def weights(self) -> "Ints":
        """`weight`, in numbers also where it is once for everybody."""
        return np.ones(len(self.row), np.int64) if self.weight is None else self.weight

    def take(self, chosen: "NDArray[Any]") -> "Membership":
        """The entries at these places."""
        weight = None if self.weight is None else self.weight[chosen]
        return Membership(self.row[chosen], self.person[chosen], self.salesperson[chosen], weight)

    def without(self, salesperson: int) -> "Membership":
        """What a salesperson does not know: the entries of people with a deal in the set that another one
        sold.
        """
        return self.take(self.salesperson != salesperson)


@dataclass(frozen=True, slots=True)
class Leverages:
    """Leverage ℓ per person, in the order of `person` (sorted)."""

    person: "Ints"
    value: "Floats"

    @property
    def most(self) -> float:
        """The largest ℓ; 0 where there is nobody."""
        return float(self.value.max()) if len(self.value) else 0.0

    def above(self, bound: float) -> "Ints":
        """The people with ℓ above the bound; what rounding can add does not count."""
        return self.person[self.value > bound * (1 + 1e-9)]


def leverages(members: Membership) -> Leverages:
    """ℓ_i = (P)_ii of every person over the sets of `members`."""
    return Certificate(members).outsiders()


def insider_leverages(members: Membership) -> Leverages:
    """The largest ℓ of every person over all salespeople, each of whom subtracts what they know."""
    return Certificate(members).insiders()


class Certificate:
    """The leverages of one membership, for outsiders and for salespeople.

    `enough` stands for a bound that is good enough: among very many linked sets, where a quick upper bound of ℓ is
    not above it, that upper bound is given instead of ℓ.
    """

    def __init__(self, members: Membership) -> None:
        self.people, self._column = numbered(members.person)
        _, self._row = numbered(members.row)
        self._seller = members.salesperson
        self._weight = members.weights
        self._first = np.ones(len(self._row), dtype=bool)
        self._first[1:] = (np.diff(self._row) != 0) | (np.diff(self._column) != 0)
        self._sizes = np.bincount(self._row[self._first])
        self._group = self._groups()

    def _groups(self) -> "Ints":
        """Per set the number of the group of sets that are linked by people they share; −1 where it shares nobody."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        row, column = self._row[self._first], self._column[self._first]
        shared = np.bincount(column)[column] > 1
        entries = np.ones(int(shared.sum()), dtype=np.int32)
        shape = (len(self._sizes), len(self.people))
        incidence = csr_array((entries, (row[shared], column[shared])), shape=shape)
        if not len(entries):
            return np.full(len(self._sizes), -1)
        _, labels = connected_components(incidence @ incidence.T, directed=False)
        alone = np.bincount(labels)[labels] == 1
        return np.where(alone, -1, labels)

    def outsiders(self, enough: float = 0.0) -> Leverages:
        """ℓ of every person."""
        value = np.zeros(len(self.people))
        alone = self._group[self._row] < 0
        value[self._column[alone]] = 1 / self._sizes[self._row[alone]]
        for linked, _ in self._linked:
            value[linked.columns] = linked.leverages(enough=enough)
        return Leverages(self.people, value)

    def insiders(self, enough: float = 0.0) -> Leverages:
        """The largest ℓ of every person over all salespeople, each of whom subtracts what they know.

        A salesperson knows their own customers, who drop out; a customer who also bought from somebody else stays.
        At least ℓ itself: to a set in which they sold nothing a salesperson is an outsider.
        """
        value = self.outsiders(enough).value
        alone = self._group[self._row] < 0
        value[self._column[alone]] = np.maximum(value[self._column[alone]], self._without_any_one(alone))
        for linked, entries in self._linked:
            seen = linked.leverages_of_insiders(self._seller[entries], enough)
            value[linked.columns] = np.maximum(value[linked.columns], seen)
        return Leverages(self.people, value)

    @cached_property
    def _linked(self) -> "list[tuple[LinkedSets, Ints]]":
        """The groups of linked sets, each with its entries."""
        entries = np.flatnonzero(self._group[self._row] >= 0)
        group = self._group[self._row[entries]]
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order])) + 1
        parts = np.split(entries[order], starts) if len(entries) else []
        return [
            (LinkedSets.of(self._row[part], self._column[part], self._weight[part]), part) for part in parts
        ]

    def _without_any_one(self, chosen: "NDArray[np.bool_]") -> "Floats":
        """Per entry of a set that shares nobody: 1 over what remains of it for the salesperson who knows most."""
        row, column, seller = (values[chosen] for values in (self._row, self._column, self._seller))
        if not len(row):
            return np.zeros(0)
        only = np.bincount(column)[column] == 1
        sellers, seller = np.unique(seller, return_inverse=True)
        pairs, own = np.unique(row[only] * len(sellers) + seller[only], return_counts=True)
        known = np.zeros(len(self._sizes))
        np.maximum.at(known, pairs // len(sellers), own)
        remaining = self._sizes[row] - known[row]
        return np.where(remaining > 0, 1 / np.maximum(remaining, 1), 0.0)
