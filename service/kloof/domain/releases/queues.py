"""Where complete pairs wait, and what keeps a group of them from closing into a block."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import Level, WithheldReason
from kloof.domain.releases.leverage import Membership
from kloof.domain.releases.pair_columns import GroupSums, PairColumns, group_sums
from kloof.domain.releases.thresholds import MOST_ALIKE, Thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

ROLL_UP = ((Level.TEAM, 0), (Level.REGION, 2), (Level.PRODUCT, 2), (Level.COMPANY, 2))
"""The levels at which a pair may close, each with the releases that it has to wait before; the finest is tried
first.
"""


def roll_up(arm: Arm) -> tuple[tuple[Level, int], ...]:
    """The levels of one arm: what tells one side alone is few, and closes for the company as a whole."""
    return ROLL_UP if arm is Arm.ASKED else ((Level.COMPANY, 0),)


@dataclass(frozen=True, slots=True)
class FineCell:
    """Product × team, and the region of the team: where a pair starts to queue."""

    product: str
    region: str
    team: str

    def at(self, level: Level, arm: Arm = Arm.ASKED) -> "Queue":
        """The queue at this level that this cell rolls up into."""
        return Queue(
            arm=arm,
            level=level,
            product="" if level is Level.COMPANY else self.product,
            region=self.region if level in (Level.REGION, Level.TEAM) else "",
            team=self.team if level is Level.TEAM else "",
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """Product × team, product × region, product, or the company, of one arm; what a level does not name is empty."""

    level: Level
    product: str = ""
    region: str = ""
    team: str = ""
    arm: Arm = Arm.ASKED


def queue_up(pairs: PairColumns, cells: Sequence[FineCell], level: Level) -> "tuple[list[Queue], Ints]":
    """The queues of this level, and for each pair the index of its queue."""
    numbers: dict[Queue, int] = {}
    of_cell = [numbers.setdefault(cell.at(level, pairs.arm), len(numbers)) for cell in cells]
    return list(numbers), np.array(of_cell, dtype=np.int64)[pairs.cell]


@dataclass(frozen=True, slots=True)
class Judged:
    """Groups of pairs with their sums, their members (row = group), and per group why it may not close,
    or None.
    """

    group_sums: GroupSums
    members: Membership
    reasons: tuple[WithheldReason | None, ...]

    def members_of(self, group: int) -> Membership:
        """Who is in one group."""
        start, end = np.searchsorted(self.members.row, [group, group + 1])
        return self.members.take(np.arange(start, end))


def judge(pairs: PairColumns, group: "Ints", groups: int, thresholds: Thresholds) -> Judged:
    """Each group against the rules for a block; `group` numbers the pairs' groups from 0, negative for
    none.
    """
    sums = group_sums(pairs, group, groups)
    chosen = group >= 0
    members = Membership.of(group[chosen], pairs.customer[chosen], pairs.salesperson[chosen])
    few = sums.customers < thresholds.least_customers
    one_sided = ~_enough_salespeople(members, sums.customers, thresholds)
    alike = (sums.alike > MOST_ALIKE).any(axis=1) | sums.near_an_end(pairs.survey)
    reasons = tuple(
        WithheldReason.TOO_FEW
        if few[at]
        else WithheldReason.TOO_FEW_SALESPEOPLE
        if one_sided[at]
        else WithheldReason.HOMOGENEOUS
        if alike[at]
        else None
        for at in range(groups)
    )
    return Judged(sums, members, reasons)


def _enough_salespeople(members: Membership, customers: "Ints", rules: Thresholds) -> "NDArray[np.bool_]":
    """At least m, none with more than their share, and enough customers of others left without any one of
    them.
    """
    groups = len(customers)
    sellers, seller = np.unique(members.salesperson, return_inverse=True)
    pair = members.row * len(sellers) + seller
    pairs, theirs = np.unique(pair, return_counts=True)
    row = pairs // max(len(sellers), 1)
    count = np.bincount(row, minlength=groups)
    largest = np.zeros(groups)
    np.maximum.at(largest, row, theirs)
    known, exclusive = np.unique(pair[_by_one_only(members)], return_counts=True)
    lost = np.zeros(groups)
    np.maximum.at(lost, known // max(len(sellers), 1), exclusive)
    enough: NDArray[np.bool_] = (
        (count >= rules.m)
        & (largest <= rules.most_by_one * customers)
        & (customers - lost >= rules.least_without_one)
    )
    return enough


def _by_one_only(members: Membership) -> "NDArray[np.bool_]":
    """Entries of customers with one salesperson in that set; entries are in order of set and customer."""
    same = (np.diff(members.row) == 0) & (np.diff(members.person) == 0)
    alone = np.ones(len(members.row), dtype=bool)
    alone[1:] &= ~same
    alone[:-1] &= ~same
    return alone


def surplus_of_the_largest(pairs: PairColumns) -> "NDArray[np.bool_]":
    """Pairs that must go on waiting so that no salesperson has more customers here than all others
    together.

    The customers who came last wait; whoever bought from several salespeople does not.
    """
    sellers, seller = np.unique(pairs.salesperson, return_inverse=True)
    people, person = np.unique(pairs.customer, return_inverse=True)
    sold = np.zeros((len(people), len(sellers)), dtype=bool)
    sold[person, seller] = True
    largest = int(sold.sum(axis=0).argmax())
    has, only = sold[:, largest], sold[:, largest] & (sold.sum(axis=1) == 1)
    too_many = int(has.sum() - (~has).sum())
    surplus = np.flatnonzero(only)[::-1][: max(too_many, 0)]
    return np.isin(person, surplus)
