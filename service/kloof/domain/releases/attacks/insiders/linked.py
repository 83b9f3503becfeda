"""Inside: leverage with the memberships known, by least squares, for those who stand in the smallest sets.

ℓ of a person is what of their unit vector lies in the row space of the published sets: 1 − |e − Aᵀc|² with the c that
makes the remainder least. That is another road than the certificate's, which inverts Gram matrices. To outsiders a
person is one column, as if they answered the same each time; to colleagues, who subtract what they know, each pair is.
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
    Floats = NDArray[np.float64]

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
    yield from _above(_worst(row, person), 1 / stated.k, "people", release)
    yield from _above(_worst(row, unit), 1 / stated.account_k, "accounts", release)
    if stated.m > 1:
        for known in _who_knows_most(row, seller):
            left = ~np.isin(seller, known)
            near = np.isin(row, row[~left])
            most = _worst(row[left], pair[left], near[left])
            whose = "people, to a salesperson" if len(known) == 1 else "people, to two colleagues"
            yield from _above(most, 1 / stated.insider_k, whose, release)


def _members(truths: Sequence[Truth], whole: "Ints") -> "tuple[Ints, ...]":
    """Row, person, salesperson, account and number of every pair in a published set; rows of parts are below 0."""
    found, parts = [np.zeros((5, 0), dtype=np.int64)], 0
    for at, truth in enumerate(truths):
        inside = np.flatnonzero(np.isin(truth.block, whole))
        rows: list[tuple[Ints, Ints]] = [(truth.block[inside], inside)]
        rows += [
            (np.full(len(part.rows), -1 - parts - number), part.rows)
            for number, part in enumerate(truth.parts)
        ]
        parts += len(truth.parts)
        for row, chosen in rows:
            of = truth.person[chosen], truth.salesperson[chosen], truth.units[chosen]
            found.append(np.stack([row, *of, chosen * len(truths) + at]).astype(np.int64))
    return tuple(np.concatenate(found, axis=1))


def _who_knows_most(row: "Ints", seller: "Ints") -> "Iterator[Ints]":
    """The salespeople, and the two of one set, to whom the least of a set is left."""
    blocks, parts = Groups.by(row), Groups.by(row, seller)
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


def _worst(row: "Ints", column: "Ints", among: "NDArray[np.bool_] | None" = None) -> float:
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
