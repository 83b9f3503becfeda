"""Inside: leverage with the memberships known, by least squares, for those who stand in the smallest sets.

ℓ of a person is what of their unit vector lies in the row space of the published sets: 1 − |e − Aᵀc|² with the c that
makes the remainder least. That is another road than the certificate's, which inverts Gram matrices. To outsiders a
person is one column, as if they answered the same each time; to colleagues, who subtract what they sold, that is tried,
and each pair as a column. Nobody is tried where a bound shows that nobody can stand out (see `_Columns.at_most`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.truth import Groups, Truth
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.side_by_side import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]

TRIED: Final = 6
"""Persons, and accounts, that are tried: those whose sets are smallest."""
_SLACK = 1e-6


def attack(truths: Sequence[Truth], whole: "Ints", release: ReleaseDocument) -> Iterator[Breach]:
    """The worst placed people, accounts, and pairs as seen by a salesperson and by two together.

    whole: the published blocks of which nobody was erased since; with fewer rows every leverage is only smaller.
    """
    row, person, seller, unit, pair = _members(truths, whole)
    if not len(row):
        return
    stated, sets = release.guarantee, _Sets.of(row, seller)
    people = _Columns(sets, Groups.by(person))
    stand_for_themselves = not any(truth.account.any() for truth in truths)
    accounts = people if stand_for_themselves else _Columns(sets, Groups.by(unit))
    for columns, bound, whose in (
        (people, 1 / stated.k, "people"),
        (accounts, 1 / stated.account_k, "accounts"),
    ):
        if columns.at_most() > bound:
            yield from _above(_worst(sets.rows.number, columns.groups.number), bound, whose, release)
    if stated.m > 1:
        known_as = [_Columns(sets, Groups.by(pair)), people]
        if len(known_as[0].groups) == len(people.groups):  # nobody bought twice: both are the same columns
            del known_as[1]
        bound = 1 / stated.insider_k
        who = [*sets.who_know_most()]
        most = side_by_side(lambda known: max(columns.at_most(known) for columns in known_as), who, len(row))
        for known, stands_out in zip(who, most, strict=True):
            if stands_out > bound:
                whose = "people, to a salesperson" if len(known) == 1 else "people, to two colleagues"
                yield from _above(_worst_beside(known, known_as, seller), bound, whose, release)


def _worst_beside(known: "Ints", known_as: "Sequence[_Columns]", seller: "Ints") -> float:
    """The largest leverage of anybody who is left in a set in which these sold."""
    rows, left = known_as[0].sets.rows, ~np.isin(seller, known)
    near = left & rows.having(~left)[rows.number]
    return max(
        _worst(rows.number[some], columns.groups.number[some], near[some])
        for columns in known_as
        for some in [np.flatnonzero(_linked_with(near, rows, columns.groups, left))]
    )


def _linked_with(near: "Bools", sets: Groups, columns: Groups, among: "Bools") -> "Bools":
    """The entries of these sets, of those that share a column with one of them, and so on; others weigh nothing here.

    near: entries of all columns that are asked about. among: the entries that there are.
    """
    inside = near
    while True:
        wider = among & sets.having(inside)[sets.number]
        wider = among & columns.having(wider)[columns.number]
        if wider.sum() == inside.sum():
            return inside
        inside = wider


def _members(truths: Sequence[Truth], whole: "Ints") -> "Iterator[Ints]":
    """Row, person, salesperson, account and number of every pair in a published set; rows of parts are below 0."""
    nobody: Ints = np.zeros(0, dtype=np.int32)
    found, parts = [[nobody] * 5], 0
    for at, truth in enumerate(truths):
        inside = np.flatnonzero(np.isin(truth.block, whole))
        rows: list[tuple[Ints, Ints]] = [(truth.block[inside], inside)]
        rows += [
            (np.full(len(part.rows), -1 - parts - number), part.rows)
            for number, part in enumerate(truth.parts)
        ]
        parts += len(truth.parts)
        for row, chosen in rows:
            of = (some[chosen] for some in (truth.person, truth.salesperson, truth.units))
            found.append([row, *of, chosen * len(truths) + at])
    return (np.concatenate(column) for column in zip(*found, strict=True))


@dataclass(frozen=True)
class _Sets:
    """Entries by set, and by set and salesperson; of each of these parts the set, and who sold."""

    rows: Groups
    parts: Groups
    owner: "Ints"
    who: "Ints"

    @classmethod
    def of(cls, row: "Ints", seller: "Ints") -> "_Sets":
        rows, parts = Groups.by(row), Groups.by(row, seller)
        return cls(rows, parts, parts.first(rows.number), parts.first(seller))

    def who_know_most(self) -> "Iterator[Ints]":
        """The salespeople, and the two of one set, to whom the least of a set is left."""
        sold, owner = self.parts.n, self.owner
        order = np.lexsort((-sold, owner))
        first = np.searchsorted(owner[order], np.arange(len(self.rows)))
        largest = order[first]
        left = self.rows.n - sold[largest]
        for at in np.argsort(left, kind="stable")[:TRIED]:
            yield self.who[largest[at]][None]
        several = np.bincount(owner, minlength=len(self.rows)) > 2
        second = order[np.minimum(first + 1, len(order) - 1)]
        left = np.where(several, left - sold[second], np.iinfo(np.int64).max)
        for at in np.argsort(left, kind="stable")[: min(TRIED, int(several.sum()))]:
            yield np.array([self.who[largest[at]], self.who[second[at]]])


@dataclass(frozen=True)
class _Columns:
    """Who is taken for one: entries of one group are one column, and count together where they are of one set."""

    sets: _Sets
    groups: Groups

    def at_most(self, known: "Ints | tuple[()]" = ()) -> float:
        """Nobody's leverage is above this, for salespeople who subtract what they sold.

        Without a column the leverage of others only grows. Take away all who are in several sets: where u entries are
        left in a set, somebody with m of them has at most m²/u. Put back one who is in several: S/(1 + S), S the sum of
        their m²/u. Whoever has m entries and keeps k of them has k² ≤ km.
        """
        shared, times = self._shared
        alone, heaviest = self._alone
        gone = np.isin(self.sets.who, known)
        kept = np.where(gone, 0, alone)
        left = np.bincount(self.sets.owner, weights=kept, minlength=len(self.sets.rows))
        each = np.divide(1.0, left, out=np.full(len(left), np.inf), where=left > 0)
        most = (heaviest**2 * each)[left > 0].max(initial=0.0)
        stay = ~gone[self.sets.parts.number[shared]]
        entries, weights = shared[stay], times[stay]
        total = np.bincount(
            self.groups.number[entries], weights=weights * each[self.sets.rows.number[entries]]
        ).max(initial=0.0)
        return float(max(most, 1.0 if np.isinf(total) else total / (1 + total)))

    @cached_property
    def _shared(self) -> "tuple[Ints, Ints]":
        """The entries of columns that are in several sets, and of each how many its column has in its set."""
        again, _, times, several = self._again
        return again[several], times[several]

    @cached_property
    def _alone(self) -> "tuple[Ints, Ints]":
        """Of each part how many entries of columns that are in its set only; of each set the most of one of these."""
        again, number, times, several = self._again
        alone = self.sets.parts.n - np.bincount(
            self.sets.parts.number[again[several]], minlength=len(self.sets.parts)
        )
        heaviest = np.ones(len(self.sets.rows), dtype=np.int64)
        np.maximum.at(heaviest, number[~several], times[~several])
        return alone, heaviest

    @cached_property
    def _again(self) -> "tuple[Ints, Ints, Ints, Bools]":
        """The entries of columns that have several; of each its set, how many its column has there, and whether that is
        in several sets.
        """
        again = np.flatnonzero((self.groups.n > 1)[self.groups.number])
        column, row = Groups.by(self.groups.number[again]), self.sets.rows.number[again]
        both = Groups.by(column.number, row)
        sets = np.bincount(both.first(column.number), minlength=len(column))
        return again, row, both.n[both.number], (sets > 1)[column.number]


def _worst(row: "Ints", column: "Ints", among: "Bools | None" = None) -> float:
    """The largest leverage of the columns whose sets are smallest."""
    if not len(row):
        return 0.0
    from scipy.sparse import csr_array

    rows, columns = Groups.by(row), Groups.by(column)
    entries = np.ones(len(row))
    shape = (len(rows), len(columns))
    incidence = csr_array((entries, (rows.number, columns.number)), shape=shape)
    squares = np.asarray((incidence.power(2)).sum(axis=1)).ravel()
    own = np.asarray(incidence.power(2).T @ (1 / squares)).ravel()
    if among is not None:
        near = np.zeros(len(columns), dtype=bool)
        near[columns.number[among]] = True
        own = np.where(near, own, 0.0)
    chosen = np.argsort(-own, kind="stable")[:TRIED]
    smaller, places = _with_others_as_one(incidence, chosen)
    return max(leverage(smaller, int(at)) for at in places)


def _with_others_as_one(incidence: "csr_array", chosen: "Ints") -> "tuple[csr_array, Ints]":
    """The same sets with one column in place of all that are in one set only, but for those chosen; and the places of
    these. As long as all of them together, it weighs as much as they do.
    """
    from scipy.sparse import csr_array, diags_array, hstack

    alone = np.bincount(incidence.indices, minlength=incidence.shape[1]) == 1
    alone[chosen] = False
    length = np.sqrt(np.asarray(incidence[:, alone].power(2).sum(axis=1)).ravel())
    kept = np.flatnonzero(~alone)
    return csr_array(hstack([incidence[:, kept], diags_array(length)])), np.searchsorted(kept, chosen)


def leverage(incidence: "csr_array", column: int) -> float:
    """ℓ of one column over these sets, by least squares."""
    from scipy.sparse.linalg import lsqr

    unit = np.zeros(incidence.shape[1])
    unit[column] = 1
    solved = lsqr(incidence.T, unit, atol=1e-12, btol=1e-12, iter_lim=500)
    return float(1 - solved[3] ** 2)


def _above(most: float, bound: float, whose: str, release: ReleaseDocument) -> Iterator[Breach]:
    if most > bound * (1 + _SLACK) + _SLACK:
        what = f"a leverage of {most:.3f} of {whose}, more than {bound:.3f}"
        yield Breach("leverage", release.number, "all releases", what)
