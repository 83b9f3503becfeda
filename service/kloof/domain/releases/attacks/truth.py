"""The truth, as the company's own machine holds it: who is in which block, through whom, and what they answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cells import ClosedBlock
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.practice_tables import Part
from kloof.domain.releases.rounding import base_of
from kloof.domain.surveys.definition import Survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]

AT_ONCE: Final = 50_000
"""Pairs of one slice, so that a million of them need no more memory than these."""

_DENSE = 8
"""Up to so many places for each value, marking them takes less time than sorting."""
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class TruePart:
    """One part of an arm of a practice table: the pairs at `rows`, rounded together by themselves.

    sums: int64[aspects, 2], ΣV and ΣR in multiples of the base.
    """

    practice: str
    done: bool
    rows: "Ints"
    sums: "Ints"


@dataclass(frozen=True)
class Truth:
    """Every block of one survey version and arm that ever closed, live ones and those retired since.

    block, person, salesperson, account: of each pair; account 0 where the customer stands for themselves. expected,
    received: uint8[n, core aspects], answers on the scale; alike in an arm that tells one side. numbers: the blocks,
    ascending, with their sums int64[blocks, aspects, 2]: ΣV and ΣR in multiples of the base. Of a retired block pairs
    may be missing: what was erased is not here.
    """

    survey: Survey
    block: "Ints"
    person: "Ints"
    salesperson: "Ints"
    account: "Ints"
    expected: "Bytes"
    received: "Bytes"
    numbers: "Ints"
    sums: "Ints"
    arm: Arm = Arm.ASKED
    parts: tuple[TruePart, ...] = ()

    @classmethod
    def of_columns(cls, pairs: PairColumns, blocks: Sequence[ClosedBlock], parts: Sequence[Part]) -> "Truth":
        """What these pairs tell, whose `cell` is the block, with the blocks and parts that are made of them."""
        ours = [block for block in blocks if (block.survey, block.queue.arm) == (pairs.survey.key, pairs.arm)]
        # Answers are counted from 1; below that bytes come round again.
        shift = np.uint8((pairs.survey.scale.low - 1) % 256)
        return cls(
            survey=pairs.survey,
            block=pairs.cell,
            person=pairs.customer,
            salesperson=pairs.salesperson,
            account=pairs.account,
            expected=pairs.expected + shift,
            received=pairs.received + shift,
            numbers=np.array([block.number for block in ours], dtype=np.int64),
            sums=np.array([block.figures.sums for block in ours]),
            arm=pairs.arm,
            parts=tuple(
                one for part in parts if part.survey == pairs.survey.key for one in _both_arms(pairs, part)
            )
            if pairs.arm is Arm.ASKED
            else (),
        )

    @property
    def base(self) -> float:
        """Of what every sum is a multiple, in points."""
        return base_of(self.survey.scale)

    @property
    def sides(self) -> tuple[str, ...]:
        """What its pairs tell."""
        return self.arm.sides

    def answers(self, side: str) -> "Bytes":
        return self.expected if side == "V" else self.received

    def totals(self, side: str) -> "NDArray[np.float64]":
        """Per block and aspect the rounded sum of this side, in points."""
        return np.asarray(self.sums[:, :, 0 if side == "V" else 1] * self.base, dtype=np.float64)

    @cached_property
    def units(self) -> "Ints":
        """The account of each pair; whoever stands for themselves is one of their own."""
        return np.where(self.account > 0, self.account, -1 - self.person)

    @cached_property
    def blocks(self) -> "Groups":
        """The pairs by block."""
        return Groups.by(self.block)

    @cached_property
    def sellers(self) -> "Groups":
        """The pairs by block and salesperson."""
        return Groups.by(self.block, self.salesperson)

    @cached_property
    def customers(self) -> "Groups":
        """The pairs by block and customer."""
        return Groups.by(self.block, self.person)

    @cached_property
    def organisations(self) -> "Groups":
        """The pairs by block and account, or customer who stands for themselves."""
        return Groups.by(self.block, self.units) if self.account.any() else self.customers

    def gave(self, side: str, aspect: int) -> "tuple[Ints, Ints]":
        """How many gave each answer, from the lowest: of each block, and of each of `sellers`."""
        if (side, aspect) not in self._gave:
            code = self.answers(side)[:, aspect].astype(np.int64) - self.survey.scale.low
            self._gave[side, aspect] = self.counted(code, len(self.survey.scale.points))
        return self._gave[side, aspect]

    def counted(self, code: "Ints", kinds: int) -> "tuple[Ints, Ints]":
        """How many are of each kind: of each block, and of each of `sellers`, which are in order of block."""
        by_seller = self.sellers.counts(code, kinds)
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        return np.add.reduceat(by_seller, starts, axis=0), by_seller

    @cached_property
    def owner(self) -> "Ints":
        """Of each of `sellers` the place of the block."""
        return self.sellers.first(self.blocks.number)

    @cached_property
    def _gave(self) -> "dict[tuple[str, int], tuple[Ints, Ints]]":
        return {}

    def of(self, rows: "Ints", numbers: "Ints") -> "Truth":
        """These pairs, and these places of the blocks."""
        return Truth(
            survey=self.survey,
            block=self.block[rows],
            person=self.person[rows],
            salesperson=self.salesperson[rows],
            account=self.account[rows],
            expected=np.take(self.expected, rows, axis=0),
            received=np.take(self.received, rows, axis=0),
            numbers=self.numbers[numbers],
            sums=self.sums[numbers],
            arm=self.arm,
        )

    def slices(self, only: "Ints", at_once: int = AT_ONCE) -> "Iterator[Truth]":
        """The blocks with these numbers, whole ones together, up to so many pairs at once; pairs in order of block."""
        chosen = np.flatnonzero(np.isin(self.block, only))
        # Numpy sorts short whole numbers in one pass.
        block = place_of(self.block[chosen])
        short = len(only) < np.iinfo(np.uint16).max
        order = chosen[np.argsort(block.astype(np.uint16) if short else block, kind="stable")]
        blocks, starts = np.unique(self.block[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        first = 0
        while first < len(blocks):
            last = int(np.searchsorted(ends, starts[first] + at_once, side="right"))
            last = max(last, first + 1)
            yield self.of(
                order[starts[first] : ends[last - 1]], np.searchsorted(self.numbers, blocks[first:last])
            )
            first = last


def _both_arms(pairs: PairColumns, part: Part) -> Iterator[TruePart]:
    people = int(max(pairs.customer.max(initial=0), part.members.person.max(initial=0))) + 1
    did = np.isin(
        pairs.cell.astype(np.int64) * people + pairs.customer, part.members.row * people + part.members.person
    )
    inside = np.isin(pairs.cell, part.blocks)
    for done in (True, False):
        rows = np.flatnonzero(inside & (did == done))
        yield TruePart(part.practice, done, rows, part.arm(done=done).sums)


def place_of(values: "Ints") -> "Ints":
    """Of each value its place among the different ones, in order."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    least, most = int(values.min()), int(values.max())
    if most - least > _DENSE * len(values) + 1000:
        return np.unique(values, return_inverse=True)[1]
    seen = np.zeros(most - least + 1, dtype=bool)
    moved = (values - least).astype(np.int64)
    seen[moved] = True
    return (np.cumsum(seen) - 1)[moved]


@dataclass(frozen=True, slots=True)
class Groups:
    """Pairs in groups: the number of each pair's group, and how many pairs each group has."""

    number: "Ints"
    n: "Ints"

    @classmethod
    def by(cls, *keys: "Ints") -> "Groups":
        """The groups of pairs that are alike in all of these."""
        number = place_of(keys[0])
        for key in keys[1:]:
            moved = key - key.min() if len(key) else key
            if int(moved.max(initial=0)) >= _LARGEST // max(len(key), 1):
                moved = place_of(key)
            number = place_of(number * (int(moved.max(initial=0)) + 1) + moved.astype(np.int64))
        return cls(number, np.bincount(number))

    def __len__(self) -> int:
        return len(self.n)

    def total(self, values: "NDArray[Any]") -> "NDArray[np.int64]":
        """The sum of whole numbers over each group."""
        return np.bincount(self.number, weights=values, minlength=len(self)).astype(np.int64)

    def first(self, values: "NDArray[Any]") -> "NDArray[Any]":
        """Of each group what is the same for all in it."""
        found = np.empty(len(self), dtype=values.dtype)
        found[self.number] = values
        return found

    def having(self, chosen: "Bools") -> "Bools":
        """Of each group whether it has one of these pairs."""
        found = np.zeros(len(self), dtype=bool)
        found[self.number[chosen]] = True
        return found

    def counts(self, code: "Ints", kinds: int) -> "NDArray[np.int64]":
        """How many of each group are of each kind, [groups, kinds]; side by side lie the groups of one kind."""
        each = np.bincount(code * len(self) + self.number, minlength=len(self) * kinds)
        return each.reshape(kinds, len(self)).T
