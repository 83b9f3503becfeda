"""Naming single answers: how many are left of each target, in closed form, for three kinds of insider.

Sums are separable and answers whole, so what somebody could name of a sum that was rounded is its remainder, within the
ends of the scale (see `bounds.answers_left`). The tests hold this against integer programmes.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.attacks.truth import Truth
from kloof.domain.releases.guarantee import AttackResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]

ONE = "insider who knows V and their own customers"
TWO = "two colleagues"
ALL_BUT_ONE = "all but one of a block"
WITH_PRACTICES = "all but one of a block and of each practice table"
_SLACK = 1e-6


@dataclass
class Tally:
    """Targets tried, and how many answers were left of them."""

    tried: int = 0
    certain: int = 0
    two_left: int = 0

    def count(self, left: "NDArray[Any]", times: "NDArray[Any] | int" = 1) -> None:
        """So many candidates were left of each, of so many targets alike."""
        weight = np.broadcast_to(times, left.shape)
        self.tried += int(weight.sum())
        self.certain += int(weight[left <= 1].sum())
        self.two_left += int(weight[left <= 2].sum())

    def add(self, other: "Tally") -> None:
        """These targets too."""
        self.tried += other.tried
        self.certain += other.certain
        self.two_left += other.two_left

    def told(self, name: str) -> AttackResult:
        return AttackResult(name=name, tried=self.tried, certain=self.certain, two_left=self.two_left)


def name_answers(truth: Truth, tallies: "Mapping[str, Tally]") -> None:
    """Every target of these blocks, for each kind of insider; those who gave the same answer count at once."""
    blocks, sellers = truth.blocks, truth.sellers
    owner = truth.owner
    first, second = pairs_within(owner)
    everybody = np.arange(len(blocks))[:, None]
    left = blocks.n[owner[first]] - sellers.n[first] - sellers.n[second]
    points = np.array(truth.survey.scale.points)
    for side in truth.sides:
        for aspect, totals in enumerate(truth.totals(side).T):
            window = Window.of(truth, totals)
            gave, gave_by = truth.gave(side, aspect)
            theirs = gave_by @ points
            if side == "R":
                others = blocks.n[owner] - sellers.n
                tallies[ONE].count(window.left(owner, theirs, others), others)
                known, unknown = theirs[:, None] - points, others[:, None] + 1
                tallies[ONE].count(window.left(owner[:, None], known, unknown), gave_by)
            tallies[TWO].count(window.left(owner[first], theirs[first] + theirs[second], left), left)
            rest = (gave @ points)[:, None] - points
            tallies[ALL_BUT_ONE].count(window.left(everybody, rest, np.ones_like(rest)), gave)


def pairs_within(owner: "Ints") -> "tuple[Ints, Ints]":
    """Every two places with the same owner; owners ascend."""
    starts = np.searchsorted(owner, np.unique(owner))
    sizes = np.diff(np.append(starts, len(owner)))
    first: list[Ints] = [np.zeros(0, dtype=np.int64)]
    second: list[Ints] = [np.zeros(0, dtype=np.int64)]
    for size in np.unique(sizes):
        one, other = np.triu_indices(int(size), 1)
        at = starts[sizes == size][:, None]
        first.append((at + one).ravel())
        second.append((at + other).ravel())
    return np.concatenate(first), np.concatenate(second)


@dataclass(frozen=True, slots=True)
class Window:
    """Between what the exact sum of each block lies, and the scale of its answers."""

    least: "Floats"
    most: "Floats"
    low: int
    high: int

    @classmethod
    def of(cls, truth: Truth, totals: "Floats") -> "Window":
        """Less than a base from what was published; answers are whole."""
        scale = truth.survey.scale
        least = np.floor(totals - truth.base + _SLACK) + 1
        most = np.ceil(totals + truth.base - _SLACK) - 1
        return cls(least, most, scale.low, scale.high)

    def range(self, block: "Ints", known: "Ints", unknown: "Ints") -> "tuple[Floats, Floats]":
        """Between what one answer lies, of so many that are not known beside a known sum, per place of a block."""
        lowest = np.maximum(self.low, self.least[block] - known - (unknown - 1) * self.high)
        highest = np.minimum(self.high, self.most[block] - known - (unknown - 1) * self.low)
        return lowest, highest

    def left(self, block: "Ints", known: "Ints", unknown: "Ints") -> "Floats":
        """How many answers are left of each of them."""
        lowest, highest = self.range(block, known, unknown)
        return np.asarray(highest - lowest + 1)


def with_practices(truth: Truth, whole: "Ints", tally: Tally) -> None:
    """Of everybody in a practice table: every sum that they are in was rounded by itself, and all must fit."""
    within = np.zeros(len(truth.block), dtype=bool)
    for part in truth.parts:
        within[part.rows] = True
    rows = np.flatnonzero(within & np.isin(truth.block, whole))
    if not len(rows):
        return
    blocks = truth.blocks
    place = np.minimum(np.searchsorted(truth.numbers, truth.block), len(truth.numbers) - 1)
    for side in truth.sides:
        answers, totals = truth.answers(side), truth.totals(side)
        for aspect in range(answers.shape[1]):
            answer = answers[:, aspect].astype(np.int64)
            rest = blocks.total(answer)[blocks.number] - answer
            lowest, highest = Window.of(truth, totals[:, aspect]).range(place, rest, np.ones_like(rest))
            for part in truth.parts:
                total = np.array([part.sums[aspect, 0 if side == "V" else 1] * truth.base])
                others = answer[part.rows].sum() - answer[part.rows]
                low, high = Window.of(truth, total).range(np.zeros_like(others), others, np.ones_like(others))
                lowest[part.rows] = np.maximum(lowest[part.rows], low)
                highest[part.rows] = np.minimum(highest[part.rows], high)
            tally.count((highest - lowest + 1)[rows])
