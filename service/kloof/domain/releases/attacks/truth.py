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
        lowest = np.uint8(pairs.survey.scale.low)
        return cls(
            survey=pairs.survey,
            block=pairs.cell,
            person=pairs.customer,
            salesperson=pairs.salesperson,
            account=pairs.account,
            expected=pairs.expected - np.uint8(1) + lowest,
            received=pairs.received - np.uint8(1) + lowest,
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
        return {Arm.LEFT: ("V",), Arm.NOT_ASKED: ("R",)}.get(self.arm, ("V", "R"))

    def answers(self, side: str) -> "Bytes":
        return self.expected if side == "V" else self.received

    def totals(self, side: str) -> "NDArray[np.float64]":
        """Per block and aspect the rounded sum of this side, in points."""
        return np.asarray(self.sums[:, :, 0 if side == "V" else 1] * self.base, dtype=np.float64)

    @cached_property
    def units(self) -> "Ints":
        """The account of each pair; whoever stands for themselves is one of their own."""
        return np.where(self.account > 0, self.account, -1 - self.person)

    def of(self, rows: "Ints", numbers: "Ints") -> "Truth":
        """These pairs, and these places of the blocks."""
        return Truth(
            survey=self.survey,
            block=self.block[rows],
            person=self.person[rows],
            salesperson=self.salesperson[rows],
            account=self.account[rows],
            expected=self.expected[rows],
            received=self.received[rows],
            numbers=self.numbers[numbers],
            sums=self.sums[numbers],
            arm=self.arm,
        )

    def slices(self, only: "Ints", at_once: int = AT_ONCE) -> "Iterator[Truth]":
        """The blocks with these numbers, whole ones together, up to so many pairs at once; pairs in order of block."""
        order = np.argsort(self.block, kind="stable")
        order = order[np.isin(self.block[order], only)]
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


@dataclass(frozen=True, slots=True)
class Groups:
    """Pairs in groups: the number of each pair's group, and how many pairs each group has."""

    number: "Ints"
    n: "Ints"

    @classmethod
    def by(cls, *keys: "Ints") -> "Groups":
        """The groups of pairs that are alike in all of these."""
        number = np.zeros(len(keys[0]), dtype=np.int64)
        for key in keys:
            _, place = np.unique(key, return_inverse=True)
            _, number = np.unique(number * (int(place.max(initial=0)) + 1) + place, return_inverse=True)
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

    def counts(self, code: "Ints", kinds: int) -> "NDArray[np.int64]":
        """How many of each group are of each kind, [groups, kinds]."""
        return np.bincount(self.number * kinds + code, minlength=len(self) * kinds).reshape(len(self), kinds)
