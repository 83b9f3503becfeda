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

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.certificate.incidence import LinkedSets, in_groups, numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]


def account_units(person: "Ints", account: "Ints") -> "Ints":
    """A number for each account, and for each person who stands for themselves (account 0)."""
    return np.where(account > 0, 2 * account + 1, 2 * person)


NEW_BLOCKS = -10_000
"""Blocks that close have positive numbers; those about to close are numbered down from here, tables down from 0."""


def is_table(row: "Ints") -> "NDArray[np.bool_]":
    """Whether a set is a table that cuts across blocks, by its number."""
    return np.asarray((row < 0) & (row >= NEW_BLOCKS))


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is in which set, through whom, and for which account: one entry per set, person and salesperson.

    account: 0 where the person stands for themselves. weight: how often the set counts the person, the same in all
    their entries of that set; None where it is once for everybody, as in a block. A table that cuts across blocks
    counts somebody once per block.
    """

    row: "Ints"
    person: "Ints"
    salesperson: "Ints"
    account: "Ints"
    weight: "Ints | None" = None

    @classmethod
    def of(cls, row: "Ints", person: "Ints", salesperson: "Ints", account: "Ints") -> "Membership":
        """The membership in these deals; a person with several deals by one salesperson in a set is one entry."""
        people, sellers = numbered(person), numbered(salesperson)
        key = (row * len(people[0]) + people[1]) * len(sellers[0]) + sellers[1]
        order = np.argsort(key)
        if not np.diff(key[order]).all():
            # Several deals: the first stands for them. Where there are none, that takes much less time.
            order = np.argsort(key, kind="stable")
        row, person, salesperson, account = (column[order] for column in (row, person, salesperson, account))
        new = np.ones(len(row), dtype=bool)
        new[1:] = (np.diff(row) != 0) | (np.diff(person) != 0) | (np.diff(salesperson) != 0)
        return cls(row[new], person[new], salesperson[new], account[new])

    @classmethod
    def none(cls) -> "Membership":
        """Nobody in nothing."""
        nobody = np.zeros(0, dtype=np.int64)
        return cls(nobody, nobody, nobody, nobody)

    @classmethod
    def together(cls, parts: "Iterable[Membership]") -> "Membership":
        """All of them; their row numbers must not overlap."""
        known = [part for part in parts if len(part.row)] or [cls.none()]
        if len(known) == 1:
            return known[0]
        plain = all(part.weight is None for part in known)
        weight = None if plain else np.concatenate([part.weights for part in known])
        row, person, salesperson, account = (
            np.concatenate(column) for column in zip(*(part.columns() for part in known), strict=True)
        )
        return cls(row, person, salesperson, account, weight)

    def __add__(self, other: "Membership") -> "Membership":
        """Both together; their row numbers must not overlap."""
        return Membership.together([self, other])

    def columns(self) -> "tuple[Ints, Ints, Ints, Ints]":
        return self.row, self.person, self.salesperson, self.account

    @property
    def weights(self) -> "Ints":
        """`weight`, in numbers also where it is once for everybody."""
        return np.ones(len(self.row), np.int8) if self.weight is None else self.weight

    @property
    def units(self) -> "Ints":
        """Of each entry the account, or the person where they stand for themselves, as one number."""
        return account_units(self.person, self.account)

    def people(self, rows: int) -> "Ints":
        """How many different people each set has, of those numbered from 0; entries are in order of set and person."""
        first = np.ones(len(self.row), dtype=bool)
        first[1:] = (np.diff(self.row) != 0) | (np.diff(self.person) != 0)
        return np.bincount(self.row[first], minlength=rows)

    def take(self, chosen: "NDArray[Any] | slice") -> "Membership":
        """The entries at these places."""
        weight = None if self.weight is None else self.weight[chosen]
        row, person, salesperson, account = (column[chosen] for column in self.columns())
        return Membership(row, person, salesperson, account, weight)

    def as_one_set(self, row: int) -> "Membership":
        """The people of several sets as one set of this number, each with the number of sets they were in."""
        people, times = np.unique(self.person, return_counts=True)
        numbers = np.full(len(self.row), row)
        inside = Membership.of(numbers, self.person, self.salesperson, self.account)
        return replace(inside, weight=times[np.searchsorted(people, inside.person)])

    def numbered_from(self, row: int) -> "Membership":
        """The same people in one set of this number."""
        return Membership(
            np.full(len(self.row), row), self.person, self.salesperson, self.account, self.weight
        )

    def one_of_each_person(self) -> "Membership":
        """Of each person in each set the first entry, whoever else sold to them, in order of set and person."""
        further = np.diff(self.row) > 0
        if (further | ((np.diff(self.row) == 0) & (np.diff(self.person) > 0))).all():
            return self
        order = np.lexsort((self.person, self.row))
        same = (np.diff(self.row[order]) == 0) & (np.diff(self.person[order]) == 0)
        return self.take(order[np.concatenate([np.ones(min(len(order), 1), dtype=bool), ~same])])

    def by_account(self) -> "Membership":
        """Each account as one person, who counts for all of its people."""
        once = self.one_of_each_person()
        units, unit = np.unique(once.units, return_inverse=True)
        keys, entry = np.unique(once.row * max(len(units), 1) + unit, return_inverse=True)
        # Rows below 0 divide downwards, as numpy does.
        row, place = keys // max(len(units), 1), keys % max(len(units), 1)
        counted = np.bincount(entry, weights=once.weights, minlength=len(keys)).astype(np.int64)
        return Membership(row, units[place], units[place], np.zeros_like(row), counted)


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


def account_leverages(members: Membership) -> Leverages:
    """ℓ of every account, or customer who stands for themselves, by the numbers that `Membership.units` has."""
    return Certificate(members).accounts()


class Certificate:
    """The leverages of one membership for outsiders; those of salespeople stand in `coalitions`.

    `enough` stands for a bound that is good enough: among very many linked sets, where a quick upper bound of ℓ is
    not above it, that upper bound is given instead of ℓ.
    """

    def __init__(self, members: Membership) -> None:
        self._members = members
        self.people, column = numbered(members.person)
        self._column, self._row = column.astype(np.int32), numbered(members.row)[1].astype(np.int32)
        self._weight = members.weights
        self._first = np.ones(len(self._row), dtype=bool)
        self._first[1:] = (np.diff(self._row) != 0) | (np.diff(self._column) != 0)
        self._sizes = np.bincount(
            self._row[self._first], weights=self._weight[self._first].astype(np.float64) ** 2
        )
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

    def linked_sets(self) -> "Iterator[Membership]":
        """Each group of sets that are linked by people they share."""
        for entries in self._entries():
            yield self._members if len(entries) == len(self._row) else self._members.take(entries)

    def _entries(self) -> "Iterator[Ints]":
        """The places of all entries of each group of linked sets, in order."""
        groups = int(self._group.max(initial=-1)) + 1
        if groups and not self._group.any():
            yield np.arange(len(self._row), dtype=np.int32)
        elif groups:
            linked = np.flatnonzero((self._group >= 0)[self._row])
            parts = in_groups(self._group[self._row[linked]], groups)
            yield from (linked[part] for part in parts if len(part))

    def outsiders(self, enough: float = 0.0) -> Leverages:
        """ℓ of every person."""
        value = np.zeros(len(self.people))
        alone = self._group[self._row] < 0
        value[self._column[alone]] = self._weight[alone] ** 2 / self._sizes[self._row[alone]]
        for linked in self._linked:
            value[linked.columns] = linked.leverages(enough=enough)
        return Leverages(self.people, value)

    def accounts(self, enough: float = 0.0) -> Leverages:
        """ℓ of every account, by the numbers that `Membership.units` has."""
        if self._members.account.any():
            return Certificate(self._members.by_account()).outsiders(enough)
        people = self.outsiders(enough)
        return Leverages(account_units(people.person, np.zeros_like(people.person)), people.value)

    @cached_property
    def _linked(self) -> "list[LinkedSets]":
        """The groups of linked sets."""
        some = (entries[self._first[entries]] for entries in self._entries())
        return [LinkedSets.of(self._row[part], self._column[part], self._weight[part]) for part in some]
