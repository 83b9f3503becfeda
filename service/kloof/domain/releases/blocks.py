"""Frozen building blocks: which waiting pairs close together, for good.

A queue closes into one block, or, when it is long, into several of alike make-up, so that one erasure
later does not take hundreds of answers off the site. What cannot close goes on waiting and rolls up
(see `queues`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.certificate.incidence import in_groups, numbered
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.closing import NewBlock, Plan, RoundedSums, Waiting, joined
from kloof.domain.releases.document import Level, WithheldReason
from kloof.domain.releases.overlap import without_overexposed
from kloof.domain.releases.pair_columns import PairColumns, first_of_each_customer
from kloof.domain.releases.queues import (
    ROLL_UP,
    FineCell,
    Judged,
    Queue,
    judge,
    queue_up,
    roll_up,
    surplus_of_accounts,
    surplus_of_the_largest,
)
from kloof.domain.releases.thresholds import Thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

PART = 30
"""Customers that each part of a long queue has at least."""
MOST_PARTS = 10


def plan(
    queued: Sequence[tuple[PairColumns, Sequence[FineCell]]],
    history: Membership,
    thresholds: Thresholds,
    chance: np.random.Generator,
) -> Plan:
    """The blocks that can close now, given all that ever closed.

    queued: per survey version and arm its queued pairs, and the cells that their `cell` points into. history: who
    is in which block, over every block that ever closed, retired ones too since past releases hold them, and in which
    part of a practice table. chance: what
    the rounding of their sums is drawn from.
    """
    rooms = [_Room(pairs, cells, thresholds, chance) for pairs, cells in queued]
    for level, _ in ROLL_UP:
        for room in rooms:
            history = joined(history, room.close(level, history))
    return Plan(
        blocks=tuple(block for room in rooms for block in room.closed),
        waiting=tuple(queue for room in rooms for queue in room.waiting()),
    )


@dataclass(slots=True)
class _Room:
    """The queued pairs of one survey version and arm. `reasons`: of queues that did not close, why."""

    pairs: PairColumns
    cells: Sequence[FineCell]
    thresholds: Thresholds
    chance: np.random.Generator
    closed: list[NewBlock] = field(default_factory=list)
    reasons: dict[Queue, WithheldReason] = field(default_factory=dict)

    def close(self, level: Level, history: Membership) -> list[NewBlock]:
        """Close what can close at this level, of the pairs that waited long enough, and give the new blocks."""
        waited = dict(roll_up(self.pairs.arm)).get(level)
        if waited is None:
            return []
        rows = np.flatnonzero(self._left() & (self.pairs.waited >= waited))
        blocks = without_overexposed(
            self._ready(level, rows, in_parts=True),
            history,
            self.thresholds,
            shrink=self._shrunk,
            in_one=lambda: self._ready(level, rows, in_parts=False),
        )
        self.closed += blocks
        return blocks

    def _left(self) -> "NDArray[np.bool_]":
        left = np.ones(len(self.pairs), dtype=bool)
        for block in self.closed:
            left[block.rows] = False
        return left

    def _ready(self, level: Level, rows: "Ints", *, in_parts: bool) -> list[NewBlock]:
        """The blocks that the rules for a single block allow, in parts where the queue is long.

        Each customer has one pair in a block; a second one waits for the next.
        """
        queues, queue = queue_up(self.pairs, self.cells, level)
        rows = rows[first_of_each_customer(self.pairs.take(rows), queue[rows])]
        pairs = self.pairs.take(rows)
        part = _parts(pairs, queue[rows]) if in_parts else np.zeros_like(rows)
        blocks, failed = self._close(queues, queue, rows, part, pairs)
        if in_parts and failed:
            rows = rows[np.isin(queue[rows], list(failed))]
            whole, failed = self._close(queues, queue, rows, np.zeros_like(rows))
            blocks += whole
        self.reasons |= {queues[number]: reason for number, reason in failed.items()}
        waiting = [number for number, reason in failed.items() if reason in _SURPLUS]
        places = in_groups(queue[rows], len(queues)) if waiting else []
        smaller = [(queues[number], self._without_surplus(rows[places[number]])) for number in waiting]
        return [*blocks, *(block for block in self._close_each(smaller) if block)]

    def _without_surplus(self, rows: "Ints") -> "Ints":
        """Those of a queue in which some have too many customers, when those that came last wait on."""
        for surplus in _SURPLUS.values():
            rows = rows[~surplus(self.pairs.take(rows))]
        return rows

    def _close_each(self, some: "Sequence[tuple[Queue, Ints]]") -> list[NewBlock | None]:
        """Of the pairs at each of these rows one block; None where they may not close."""
        found: list[NewBlock | None] = [None] * len(some)
        rows = np.concatenate([np.zeros(0, np.int64), *(rows for _, rows in some)])
        if not len(rows):
            return found
        group = np.repeat(np.arange(len(some)), [len(rows) for _, rows in some])
        judged = judge(self.pairs.take(rows), group, len(some), self.thresholds)
        closing = [number for number, reason in enumerate(judged.reasons) if reason is None]
        blocks = self._blocks([queue for queue, _ in some], rows, group, judged, closing)
        for number, block in zip(closing, blocks, strict=True):
            found[number] = block
        return found

    def _close(
        self,
        queues: list[Queue],
        queue: "Ints",
        rows: "Ints",
        part: "Ints",
        pairs: PairColumns | None = None,
    ) -> tuple[list[NewBlock], dict[int, WithheldReason]]:
        """The blocks of the queues of which every part may close, and of the others the reason.

        pairs: those at these rows, where they were taken before.
        """
        if not len(rows):
            return [], {}
        names, group = numbered(queue[rows] * MOST_PARTS + part)
        owners = names // MOST_PARTS
        judged = judge(pairs or self.pairs.take(rows), group, len(names), self.thresholds)
        verdicts = zip(owners, judged.reasons, strict=True)
        failed = {int(owner): reason for owner, reason in verdicts if reason is not None}
        closing = [number for number, owner in enumerate(owners.tolist()) if owner not in failed]
        return self._blocks([queues[owner] for owner in owners], rows, group, judged, closing), failed

    def _blocks(
        self, queues: list[Queue], rows: "Ints", group: "Ints", judged: Judged, closing: list[int]
    ) -> list[NewBlock]:
        """Of these groups the blocks; queues: of each group. Their sums are rounded here."""
        survey, arm = self.pairs.survey, self.pairs.arm
        figures = RoundedSums.of(judged.group_sums, np.array(closing, np.int64), survey, self.chance, arm)
        places, members = in_groups(group, len(queues)), judged.members_of_each()
        return [
            NewBlock(
                survey=survey.key,
                queue=queues[number],
                pairs=self.pairs.id[rows[places[number]]],
                members=members[number],
                figures=one,
                rows=rows[places[number]],
            )
            for number, one in zip(closing, figures, strict=True)
        ]

    def _shrunk(self, leaving: "Sequence[tuple[NewBlock, Ints]]") -> list[NewBlock | None]:
        """Each block without these customers; None where what remains may not close."""
        smaller = []
        for block, people in leaving:
            self.reasons[block.queue] = WithheldReason.CERTIFICATE
            smaller.append((block.queue, block.rows[~np.isin(self.pairs.customer[block.rows], people)]))
        return self._close_each(smaller)

    def waiting(self) -> Iterator[Waiting]:
        """Per queue with pairs that do not close, what waits and why; each pair at the widest level it reached."""
        rows = np.flatnonzero(self._left())
        waited = self.pairs.waited[rows]
        levels = roll_up(self.pairs.arm)
        reached = np.searchsorted([least for _, least in levels], waited, side="right") - 1
        for number, (level, _) in enumerate(levels):
            queues, queue = queue_up(self.pairs, self.cells, level)
            here = rows[reached == number]
            for one in np.unique(queue[here]):
                yield self._waiting(queues[one], self.pairs.take(here[queue[here] == one]))

    def _waiting(self, queue: Queue, pairs: PairColumns) -> Waiting:
        customers = len(np.unique(pairs.customer))
        short_of = max(0, self.thresholds.least_customers - customers)
        return Waiting(
            survey=self.pairs.survey.key,
            queue=queue,
            deals=len(pairs),
            customers=customers,
            salespeople=len(np.unique(pairs.salesperson)),
            reason=WithheldReason.TOO_FEW
            if short_of
            else self.reasons.get(queue, WithheldReason.CERTIFICATE),
            short_of=short_of,
            wider_after=max(0, ROLL_UP[-1][1] - int(pairs.waited.max())),
        )


def _parts(pairs: PairColumns, queue: "Ints") -> "Ints":
    """For each pair, one of each customer, the number of its part within its queue: 0 where the queue is short.

    They are dealt out like cards in order of salesperson, so that the parts have the same make-up.
    """
    sizes = np.bincount(queue)
    customers, customer = numbered(pairs.customer)
    sellers, seller = numbered(pairs.salesperson)
    dealt = np.argsort((queue * len(sellers) + seller) * len(customers) + customer)
    place = np.arange(len(dealt)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    part = np.empty(len(pairs), dtype=np.int64)
    part[dealt] = place % np.repeat(np.clip(sizes // PART, 1, MOST_PARTS), sizes)
    return part


_SURPLUS = {
    WithheldReason.TOO_FEW_SALESPEOPLE: surplus_of_the_largest,
    WithheldReason.TOO_FEW_ACCOUNTS: surplus_of_accounts,
}
