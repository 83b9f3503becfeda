"""Many pairs at once, as columns, and the sums over groups of them.

Answers are whole numbers on a short scale, so that a pair of answers is one of at most 121 combinations. Counting the
combinations per group and aspect is one pass over the data; every statistic is a product of those counts with a small
table, exact in whole numbers. These exact sums live for as long as a block takes to close (see `rounding`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate.incidence import numbered
from kloof.domain.side_by_side import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.domain.surveys.definition import Survey

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]
    Bytes = NDArray[np.uint8]


class Stat(IntEnum):
    """The columns of exact sums; each is a sum over pairs of something made of V, R and N."""

    N = 0
    V = 1
    R = 2
    VV = 3
    RR = 4
    VR = 5
    HIGHER = 6
    EQUAL = 7
    GOOD = 8
    V_LOWEST = 9
    V_HIGHEST = 10
    R_LOWEST = 11
    R_HIGHEST = 12
    AT_NORM = 13
    DISAPPOINTED_AT_NORM = 14
    DISAPPOINTED_BELOW_NORM = 15


_PAIRS_AT_ONCE = 65_536
_COUNTS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class PairColumns:
    """Complete pairs of one survey version, one row each; or, in another arm than ASKED, the one side that there is,
    as `expected` and `received` alike.

    id, customer, salesperson: row numbers of storage, of 32 bits or more like the next three. account: the
    organisation for which the customer answers, 0 where they stand for themselves. cell: index into the queue cells
    that came with it. waited: releases that passed while it queued. expected, received: uint8[n, core aspects], value −
    low + 1. promises: uint8[n, 4], how many were kept, partly kept, broken, too early to say.
    """

    survey: "Survey"
    id: "Ints"
    customer: "Ints"
    salesperson: "Ints"
    account: "Ints"
    cell: "Ints"
    waited: "Ints"
    expected: "Bytes"
    received: "Bytes"
    promises: "Bytes"
    arm: Arm = Arm.ASKED

    def __len__(self) -> int:
        return len(self.id)

    def first(self, how_many: int) -> "PairColumns":
        """The pairs in front, in the same memory."""
        return self._of(lambda column: column[:how_many])

    def take(self, rows: "Ints | NDArray[np.bool_]") -> "PairColumns":
        """The pairs at these rows; all of them in order stay where they are."""
        if _is_everything(rows, len(self)):
            return self
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        return self._of(lambda column: np.take(column, places, axis=0))

    def _of(self, some: "Callable[[NDArray[Any]], NDArray[Any]]") -> "PairColumns":
        return PairColumns(
            survey=self.survey,
            id=some(self.id),
            customer=some(self.customer),
            salesperson=some(self.salesperson),
            account=some(self.account),
            cell=some(self.cell),
            waited=some(self.waited),
            expected=some(self.expected),
            received=some(self.received),
            promises=some(self.promises),
            arm=self.arm,
        )


def _is_everything(rows: "Ints | NDArray[np.bool_]", length: int) -> bool:
    if len(rows) != length:
        return False
    if rows.dtype == bool:
        return bool(rows.all())
    return not length or bool(rows[0] == 0 and rows[-1] == length - 1 and (np.diff(rows) == 1).all())


@dataclass(frozen=True, slots=True)
class GroupSums:
    """Exact sums per group.

    sums: float64[groups, aspects, len(Stat)]. n: pairs per group. promises: int64[groups, 4]. promisers: pairs of which
    the outcome of a promise is known.
    """

    sums: "Floats"
    n: "Ints"
    promises: "Ints"
    promisers: "Ints"


def first_of_each_customer(pairs: PairColumns, group: "Ints") -> "NDArray[np.bool_]":
    """Per pair whether it is the first, by its number, that its customer has in its group."""
    customers, customer = numbered(pairs.customer)
    again = np.flatnonzero(np.bincount(customer, minlength=len(customers))[customer] > 1)
    order = again[np.lexsort((pairs.id[again], customer[again], group[again]))]
    same = (np.diff(customer[order]) == 0) & (np.diff(group[order]) == 0)
    first = np.ones(len(pairs), dtype=bool)
    first[order[1:][same]] = False
    return first


def group_sums(pairs: PairColumns, group: "Ints", groups: int) -> GroupSums:
    """The sums of the pairs by group number, from 0; a negative number belongs to no group."""
    grouped = group >= 0
    basis = {norm: _statistics(pairs.survey, norm) for norm in set(norms(pairs.survey))}
    sums = np.empty((groups, len(pairs.survey.core), len(Stat)))
    counted = _combinations(pairs, np.where(grouped, group, groups), groups + 1)
    for aspect, (norm, joint) in enumerate(zip(norms(pairs.survey), counted, strict=True)):
        sums[:, aspect] = joint[:groups].astype(np.float64) @ basis[norm]
    known = grouped & (pairs.promises[:, :-1].sum(axis=1) > 0)
    return GroupSums(
        sums=sums,
        n=np.bincount(group[grouped], minlength=groups),
        promises=_promises(pairs.promises[grouped], group[grouped], groups),
        promisers=np.bincount(group[known], minlength=groups),
    )


def norms(survey: "Survey") -> list[float]:
    """The norm of each core aspect; out of reach where the company has none."""
    return [np.inf if aspect.norm is None else aspect.norm for aspect in survey.core]


def _combinations(pairs: PairColumns, group: "Ints", groups: int) -> "Iterator[Ints]":
    """Per aspect how often each combination of V and R occurs, int64[groups, points × points]; `group` is from 0."""
    points = len(pairs.survey.scale.points)
    numbers = groups * points * points
    # Few pairs at once, so that they stay in the processor's cache; but no fewer than there are counts to add to.
    step = max(_PAIRS_AT_ONCE, numbers)
    aspects = pairs.expected.shape[1]
    at_once = min(max(1, _COUNTS_AT_ONCE // numbers), -(-aspects // 2))

    def counted(first: int) -> "Ints":
        expected, received = (side[:, first : first + at_once] for side in (pairs.expected, pairs.received))
        found = np.zeros((expected.shape[1], numbers), dtype=np.int64)
        for start in range(0, len(pairs), step):
            rows = slice(start, start + step)
            base = group[rows] * (points * points) - (points + 1)  # since both answers are counted from 1
            codes = expected[rows] * np.uint16(points) + received[rows]
            for aspect, code in enumerate(np.ascontiguousarray(codes.T)):
                found[aspect] += np.bincount(base + code, minlength=numbers)
        return found.reshape(-1, groups, points * points)

    for found in side_by_side(counted, range(0, aspects, at_once), len(pairs)):
        yield from found


def _statistics(survey: "Survey", norm: float) -> "Floats":
    """The summands of every Stat, float64[points × points, len(Stat)], for each combination of V and R."""
    points = np.array(survey.scale.points, dtype=np.float64)
    v, r = (side.ravel() for side in np.meshgrid(points, points, indexing="ij"))
    low, high = survey.scale.low, survey.scale.high
    fell_short, met = v > r, r >= norm
    columns = (
        *(np.ones_like(v), v, r, v * v, r * r, v * r),
        *(fell_short, v == r, r >= survey.scale.good),
        *(v == low, v == high, r == low, r == high),
        *(met, fell_short & met, fell_short & ~met),
    )
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=-1)


def _promises(promises: "Bytes", group: "Ints", groups: int) -> "Ints":
    columns = [np.bincount(group, weights=column, minlength=groups) for column in promises.T]
    return np.stack(columns, axis=1).astype(np.int64)
