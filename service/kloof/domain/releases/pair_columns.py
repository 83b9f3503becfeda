"""Many pairs at once, as columns, and the sums over groups of them.

Answers are whole numbers on a short scale, so that a pair of answers is one of at most 121
combinations. Counting the combinations per group and aspect is one pass over the data; every statistic
that a block keeps is a product of those counts with a small table, exact in whole numbers. Only
customers with several deals in one group, whose deals are averaged first, are summed one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.top_box import countable, individual_range

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.domain.surveys.definition import Survey

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]
    Bytes = NDArray[np.uint8]


class Stat(IntEnum):
    """The columns of a block's sums; each is a sum over customers of something made of V, R and N."""

    N = 0
    V = 1
    R = 2
    VV = 3
    RR = 4
    VR = 5
    V_LOWEST = 6
    V_HIGHEST = 7
    R_LOWEST = 8
    R_HIGHEST = 9
    HIGHER = 10
    EQUAL = 11
    AT_NORM = 12
    GOOD = 13


_SIGNS = 3
_PAIRS_AT_ONCE = 65_536
_COUNTS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class PairColumns:
    """Complete pairs of one survey version, one row each; or, in another arm than ASKED, the one side that there is,
    as `expected` and `received` alike.

    id, customer, salesperson: row numbers of storage, of 32 bits or more like the next two. cell: index into the
    queue cells that came with it. waited: releases that passed while it queued. expected, received: uint8[n, core
    aspects], value − low + 1. promises: uint8[n, 4], how many were kept, partly kept, broken, too early to say.
    """

    survey: "Survey"
    id: "Ints"
    customer: "Ints"
    salesperson: "Ints"
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
        return self._of(slice(how_many))

    def take(self, rows: "Ints | NDArray[np.bool_]") -> "PairColumns":
        """The pairs at these rows."""
        return self._of(rows)

    def _of(self, rows: "Ints | NDArray[np.bool_] | slice") -> "PairColumns":
        return PairColumns(
            survey=self.survey,
            id=self.id[rows],
            customer=self.customer[rows],
            salesperson=self.salesperson[rows],
            cell=self.cell[rows],
            waited=self.waited[rows],
            expected=self.expected[rows],
            received=self.received[rows],
            promises=self.promises[rows],
            arm=self.arm,
        )


@dataclass(frozen=True, slots=True)
class GroupSums:
    """Sums per group.

    sums: float64[groups, aspects, len(Stat)]. alike: float64[groups, aspects], the largest share of
    customers with one and the same V, or R, or sign of V − R (where there are both). deals: per group.
    promises: int64[groups, 4].
    """

    sums: "Floats"
    alike: "Floats"
    deals: "Ints"
    promises: "Ints"

    @property
    def customers(self) -> "Ints":
        """Distinct customers per group."""
        return self.sums[:, 0, Stat.N].astype(np.int64)

    def near_an_end(self, survey: "Survey") -> "NDArray[np.bool_]":
        """Groups with a mean so near an end of the scale that nobody in them can be outside one half of
        it.

        With D the sum of the distances to an end, nobody is further from it than D; and how many gave a
        good mark tells a little more.
        """
        low, high = survey.scale.low, survey.scale.high
        n = self.sums[:, :, Stat.N]
        totals = self.sums[:, :, [Stat.V, Stat.R]]
        distance = np.minimum(n[:, :, None] * high - totals, totals - n[:, :, None] * low)
        near: NDArray[np.bool_] = np.any(distance <= (high - low) / 2, axis=(1, 2))
        room = individual_range(n, totals[:, :, 1], self.sums[:, :, Stat.GOOD], survey.scale)
        near |= np.any(room < (high - low) / 2, axis=1)
        return near


def group_sums(pairs: PairColumns, group: "Ints", groups: int) -> GroupSums:
    """The sums of the pairs by group number, from 0; a negative number belongs to no group.

    A customer's deals within a group are averaged first. A mean counts at the point that it rounds to, a
    half upwards. Of a group at most nine in ten count as good (see `good_marks`).
    """
    grouped = group >= 0
    several = _of_customers_with_several(pairs.customer, group) & grouped
    by_norm = {norm: _basis(pairs.survey, norm) for norm in set(_norms(pairs.survey))}
    basis = [by_norm[norm] for norm in _norms(pairs.survey)]
    sums = np.empty((groups, len(basis), len(Stat)))
    counts = np.zeros((groups, len(basis), 2 * len(pairs.survey.scale.points) + _SIGNS))
    counted = _combinations(pairs, np.where(grouped & ~several, group, groups), groups + 1)
    for aspect, ((statistics, margins), joint) in enumerate(zip(basis, counted, strict=True)):
        exact = joint[:groups].astype(np.float64)
        sums[:, aspect] = exact @ statistics
        counts[:, aspect] = exact @ margins
    if several.any():
        _add_means(pairs.take(several), group[several], sums, counts)
    size = np.maximum(sums[:, :, Stat.N], 1)
    if pairs.arm is not Arm.ASKED:
        counts = counts[:, :, :-_SIGNS]
    sums[:, :, Stat.GOOD] = countable(sums[:, :, Stat.GOOD], sums[:, :, Stat.N])
    return GroupSums(
        sums=sums,
        alike=counts.max(axis=2) / size,
        deals=np.bincount(group[grouped], minlength=groups),
        promises=_promises(pairs.promises[grouped], group[grouped], groups),
    )


def _combinations(pairs: PairColumns, group: "Ints", groups: int) -> "Iterator[Ints]":
    """Per aspect how often each combination of V and R occurs, int64[groups, points × points]; `group` is from 0."""
    points = len(pairs.survey.scale.points)
    numbers = groups * points * points
    # Few pairs at once, so that they stay in the processor's cache; but no fewer than there are counts to add to.
    step = max(_PAIRS_AT_ONCE, numbers)
    at_once = max(1, _COUNTS_AT_ONCE // numbers)
    for first in range(0, pairs.expected.shape[1], at_once):
        expected, received = (side[:, first : first + at_once] for side in (pairs.expected, pairs.received))
        found = np.zeros((expected.shape[1], numbers), dtype=np.int64)
        for start in range(0, len(pairs), step):
            rows = slice(start, start + step)
            base = group[rows] * (points * points) - (points + 1)  # since both answers are counted from 1
            codes = expected[rows] * np.uint16(points) + received[rows]
            for aspect, code in enumerate(np.ascontiguousarray(codes.T)):
                found[aspect] += np.bincount(base + code, minlength=numbers)
        yield from found.reshape(-1, groups, points * points)


def _of_customers_with_several(customer: "Ints", group: "Ints") -> "NDArray[np.bool_]":
    """Rows whose customer has another row in the same group."""
    several = np.zeros(len(customer), dtype=bool)
    maybe = (
        np.flatnonzero(np.bincount(customer)[customer] > 1) if len(customer) else np.array([], dtype=np.intp)
    )
    order = maybe[np.lexsort((customer[maybe], group[maybe]))]
    same = (customer[order][1:] == customer[order][:-1]) & (group[order][1:] == group[order][:-1])
    several[order[1:][same]] = True
    several[order[:-1][same]] = True
    return several


def _norms(survey: "Survey") -> list[float]:
    return [np.inf if aspect.norm is None else aspect.norm for aspect in survey.core]


def _basis(survey: "Survey", norm: float) -> "tuple[Floats, Floats]":
    points = np.array(survey.scale.points, dtype=np.float64)
    v, r = (side.ravel() for side in np.meshgrid(points, points, indexing="ij"))
    return _statistics(v, r, survey, norm), _margins(v, r, survey)


def _statistics(v: "Floats", r: "Floats", survey: "Survey", norm: "float | Floats") -> "Floats":
    """Per customer with mean answers v and r (any shape): the summands of every Stat, in a last axis."""
    low, high = survey.scale.low + 0.5, survey.scale.high - 0.5
    higher = v > r
    columns = (
        *(np.ones_like(v), v, r, v * v, r * r, v * r),
        *(v < low, v >= high, r < low, r >= high),
        *(higher, v == r, higher & (r >= norm) & (v > norm), r >= survey.scale.good),
    )
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=-1)


def _margins(v: "Floats", r: "Floats", survey: "Survey") -> "Floats":
    """Which V, which R and which sign of V − R each customer has, as ones and noughts in a last axis."""
    points = np.array(survey.scale.points)
    parts = (
        np.floor(v + 0.5)[..., None] == points,
        np.floor(r + 0.5)[..., None] == points,
        np.sign(v - r)[..., None] == np.arange(-1, _SIGNS - 1),
    )
    return np.concatenate(parts, axis=-1).astype(np.float64)


def _add_means(pairs: PairColumns, group: "Ints", sums: "Floats", counts: "Floats") -> None:
    keys = np.stack([group, pairs.customer], axis=1)
    unique, owner = np.unique(keys, axis=0, return_inverse=True)
    deals = np.bincount(owner).astype(np.float64)
    low = pairs.survey.scale.low

    def means(answers: "Bytes") -> "Floats":
        totals = np.zeros((len(unique), answers.shape[1]))
        np.add.at(totals, owner, answers.astype(np.float64) - 1 + low)
        return totals / deals[:, None]

    v, r = means(pairs.expected), means(pairs.received)
    np.add.at(sums, unique[:, 0], _statistics(v, r, pairs.survey, np.array(_norms(pairs.survey))))
    np.add.at(counts, unique[:, 0], _margins(v, r, pairs.survey))


def _promises(promises: "Bytes", group: "Ints", groups: int) -> "Ints":
    columns = [np.bincount(group, weights=column, minlength=groups) for column in promises.T]
    return np.stack(columns, axis=1).astype(np.int64)
