"""Where complete pairs wait, and what keeps a group of them from closing into a block."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate.incidence import largest_two, part_sizes
from kloof.domain.releases.certificate.leverage import Membership, account_units
from kloof.domain.releases.document import Level, WithheldReason
from kloof.domain.releases.likeness import too_alike
from kloof.domain.releases.pair_columns import GroupSums, PairColumns, group_sums
from kloof.domain.releases.thresholds import (
    ACCOUNT_K,
    INSIDER_K,
    LEAST_OTHER_ACCOUNTS,
    MOST_BY_ONE_ACCOUNT,
    Thresholds,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]

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
    """Groups of pairs with their exact sums, their members (row = group), and per group why it may not close,
    or None.
    """

    group_sums: GroupSums
    members: Membership
    reasons: tuple[WithheldReason | None, ...]

    def members_of_each(self) -> list[Membership]:
        """Who is in each group."""
        bounds = np.searchsorted(self.members.row, np.arange(len(self.reasons) + 1)).tolist()
        return [self.members.take(slice(*some)) for some in pairwise(bounds)]


def judge(pairs: PairColumns, group: "Ints", groups: int, thresholds: Thresholds) -> Judged:
    """Each group against the rules for a block.

    `group` numbers the pairs' groups from 0, negative for none. In a group that cuts across blocks a customer may have
    a pair of each block, and is one customer.
    """
    sums = group_sums(pairs, group, groups)
    chosen = group >= 0
    members = Membership.of(
        group[chosen], pairs.customer[chosen], pairs.salesperson[chosen], pairs.account[chosen]
    )
    people = members.people(groups)
    few = people < thresholds.least_customers
    one_sided = ~_enough_salespeople(members, people, thresholds)
    one_account = ~_enough_accounts(members, people)
    alike = too_alike(pairs, group, groups)
    reasons = tuple(
        WithheldReason.TOO_FEW
        if few[at]
        else WithheldReason.TOO_FEW_SALESPEOPLE
        if one_sided[at]
        else WithheldReason.TOO_FEW_ACCOUNTS
        if one_account[at]
        else WithheldReason.HOMOGENEOUS
        if alike[at]
        else None
        for at in range(groups)
    )
    return Judged(sums, members, reasons)


def _enough_salespeople(members: Membership, n: "Ints", rules: Thresholds) -> "Bools":
    """At least m, none with more than their share, and without any one or two of them nobody or enough others.

    Two leave nobody where no third sells. Who bought from both is taken off twice, so that there more must be left.
    """
    count, first, second = largest_two(*part_sizes(members.row, members.salesperson), len(n))
    enough: Bools = (
        (count >= rules.m)
        & (first <= rules.most_by_one * n)
        & (n - first >= rules.least_left)
        & ((count <= 2) | (n - first - second >= rules.least_left))
    )
    return enough


def _enough_accounts(members: Membership, n: "Ints") -> "Bools":
    """Three at least, none with more than half, enough customers of others without any one of them; and none that
    outweighs the others: with c customers of each, c² is for none more than a third of all c² (see `leverage`).
    """
    if not members.account.any():
        # Everybody stands for themselves, and each weighs as much as any other.
        return np.asarray((n >= max(ACCOUNT_K, 1 + LEAST_OTHER_ACCOUNTS)) & (n > INSIDER_K))
    members = members.one_of_each_person()
    owner, sizes = part_sizes(members.row, members.units)
    count, first, _ = largest_two(owner, sizes, len(n))
    squares = np.bincount(owner, weights=sizes.astype(np.float64) ** 2, minlength=len(n)).astype(np.int64)
    enough: Bools = (
        (count >= max(ACCOUNT_K, 1 + LEAST_OTHER_ACCOUNTS))
        & (first <= MOST_BY_ONE_ACCOUNT * n)
        & (n - first >= INSIDER_K)
        & (ACCOUNT_K * first**2 <= squares)
    )
    return enough


def surplus_of_the_largest(pairs: PairColumns) -> "Bools":
    """Pairs that must go on waiting so that no salesperson has more customers here than all others together.

    The customers who came last wait.
    """
    sellers, seller, sold = np.unique(pairs.salesperson, return_inverse=True, return_counts=True)
    largest = int(sold.argmax()) if len(sellers) else 0
    too_many = max(0, 2 * int(sold.max(initial=0)) - len(pairs))
    return _last(pairs, np.flatnonzero(seller == largest), too_many)


def surplus_of_accounts(pairs: PairColumns) -> "Bools":
    """Pairs that must go on waiting so that no account outweighs the others; those that came last wait.

    With at most c customers of each account that has more, the largest c that will do.
    """
    units = account_units(pairs.customer, pairs.account)
    _, unit, sizes = np.unique(units, return_inverse=True, return_counts=True)
    rank = _rank_within(unit, pairs.id)
    for most in range(int(sizes.max(initial=0)), 0, -1):
        kept = np.minimum(sizes, most)
        if ACCOUNT_K * most**2 <= int((kept**2).sum()) and most <= MOST_BY_ONE_ACCOUNT * kept.sum():
            return np.asarray(rank >= most)
    return np.zeros(len(pairs), dtype=bool)


def _rank_within(part: "Ints", number: "Ints") -> "Ints":
    """The place of each within its part, in order of number."""
    order = np.lexsort((number, part))
    rank = np.empty(len(part), dtype=np.int64)
    rank[order] = np.arange(len(part)) - np.searchsorted(part[order], part[order])
    return rank


def _last(pairs: PairColumns, rows: "Ints", how_many: int) -> "Bools":
    surplus = np.zeros(len(pairs), dtype=bool)
    latest = rows[np.argsort(pairs.id[rows])][::-1][:how_many]
    surplus[latest] = True
    return surplus
