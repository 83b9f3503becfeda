"""Inside: leverage with the memberships known, by least squares, for those who stand in the smallest sets.

ℓ of a person is what of their unit vector lies in the row space of the published sets: 1 − |e − Aᵀc|² with the c that
makes the remainder least. That is another road than the certificate's, which inverts Gram matrices. To outsiders a
person is one column, as if they answered the same each time; to colleagues, who subtract what they sold, that is tried,
and each pair as a column.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach
from kloof.domain.releases.attacks.truth import Groups, Truth
from kloof.domain.releases.document import ReleaseDocument

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
    stated = release.guarantee
    people = _worst(row, person)
    stand_for_themselves = not any(truth.account.any() for truth in truths)
    accounts = people if stand_for_themselves else _worst(row, unit)
    yield from _above(people, 1 / stated.k, "people", release)
    yield from _above(accounts, 1 / stated.account_k, "accounts", release)
    if stated.m > 1:
        sets = Groups.by(row)
        known_as = [(pair, Groups.by(pair)), (person, Groups.by(person))]
        if len(known_as[0][1]) == len(known_as[1][1]):  # nobody bought twice: both are the same columns
            del known_as[1]
        for known in _who_knows_most(sets, row, seller):
            left = ~np.isin(seller, known)
            near = left & sets.having(~left)[sets.number]
            most = max(
                _worst(row[some], column[some], near[some])
                for column, columns in known_as
                for some in [np.flatnonzero(_linked_with(near, sets, columns, left))]
            )
            whose = "people, to a salesperson" if len(known) == 1 else "people, to two colleagues"
            yield from _above(most, 1 / stated.insider_k, whose, release)


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


def _who_knows_most(blocks: Groups, row: "Ints", seller: "Ints") -> "Iterator[Ints]":
    """The salespeople, and the two of one set, to whom the least of a set is left."""
    parts = Groups.by(row, seller)
    owner, who = parts.first(blocks.number), parts.first(seller)
    order = np.lexsort((-parts.n, owner))
    first = np.searchsorted(owner[order], np.arange(len(blocks)))
    largest = order[first]
    left = blocks.n - parts.n[largest]
    for at in np.argsort(left, kind="stable")[:TRIED]:
        yield who[largest[at]][None]
    several = np.bincount(owner, minlength=len(blocks)) > 2
    second = order[np.minimum(first + 1, len(order) - 1)]
    left = np.where(several, left - parts.n[second], np.iinfo(np.int64).max)
    for at in np.argsort(left, kind="stable")[: min(TRIED, int(several.sum()))]:
        yield np.array([who[largest[at]], who[second[at]]])


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
    return max(leverage(incidence, int(at)) for at in chosen)


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
