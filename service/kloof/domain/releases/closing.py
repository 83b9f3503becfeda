"""What a freeze decides: the blocks that close, and what waits on."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.certificate.leverage import NEW_BLOCKS, Membership
from kloof.domain.releases.document import WithheldReason
from kloof.domain.releases.pair_columns import GroupSums, Stat
from kloof.domain.releases.queues import Queue
from kloof.domain.releases.rounding import COUNT_BASE, base_of, rounded_by
from kloof.domain.surveys.definition import Survey, SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


class Counted(IntEnum):
    """The columns of a block's counts: pairs in which something holds."""

    HIGHER = 0
    EQUAL = 1
    GOOD = 2
    V_LOWEST = 3
    V_HIGHEST = 4
    R_LOWEST = 5
    R_HIGHEST = 6
    AT_NORM = 7
    DISAPPOINTED_AT_NORM = 8
    DISAPPOINTED_BELOW_NORM = 9


@dataclass(frozen=True, slots=True)
class RoundedSums:
    """All that is kept of what a group answered: every number rounded at random, once, when the group closed.

    sums: int64[aspects, 2], ΣV and ΣR in multiples of the scale's base. counts: int64[aspects, Counted], multiples of
    three. promises: int64[5], kept, partly kept, broken and too early to say, and how many customers know of one;
    multiples of three.
    """

    sums: "Ints"
    counts: "Ints"
    promises: "Ints"

    @classmethod
    def of(
        cls,
        exact: GroupSums,
        groups: "Ints",
        survey: Survey,
        chance: np.random.Generator,
        arm: Arm = Arm.ASKED,
    ) -> list[Self]:
        """Of each of these groups its exact sums, rounded; where there is one side only, once for both."""
        sums = exact.sums[groups]
        sides = [Stat.V, Stat.R] if arm is Arm.ASKED else [Stat.V]
        parts = (
            (sums[:, :, sides], base_of(survey.scale)),
            (sums[:, :, [Stat[one.name] for one in Counted]], COUNT_BASE),
            (np.column_stack([exact.promises[groups], exact.promisers[groups]]), COUNT_BASE),
        )
        # All that a group rests on is drawn for it at once, group after group.
        draws = chance.random((len(groups), sum(part[:1].size for part, _ in parts)))
        ends = np.cumsum([part[:1].size for part, _ in parts])[:-1]
        answers, counts, promises = (
            rounded_by(part, base, draw.reshape(part.shape))
            for (part, base), draw in zip(parts, np.split(draws, ends, axis=1), strict=True)
        )
        both = np.broadcast_to(answers, (*answers.shape[:2], 2))
        return [cls(*one) for one in zip(both, COUNT_BASE * counts, COUNT_BASE * promises, strict=True)]

    def __add__(self, other: "RoundedSums") -> "RoundedSums":
        """Both together; each is rounded already, and the sum is not rounded again."""
        return RoundedSums(self.sums + other.sums, self.counts + other.counts, self.promises + other.promises)


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block that closes: the ids of its pairs, who is in it, and its sums.

    members: one entry for each customer, in order of customer. rows: places of the pairs in the columns they came from.
    """

    survey: SurveyKey
    queue: Queue
    pairs: "Ints"
    members: Membership
    figures: RoundedSums
    rows: "Ints"

    @property
    def n(self) -> int:
        """Customers, each with one pair."""
        return len(self.pairs)

    @property
    def person(self) -> "Ints":
        return self.members.person


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue that goes on waiting: how many, why, and how many customers it lacks at least.

    wider_after: releases until the first of these pairs may close with a wider group; 0 where it may already.
    """

    survey: SurveyKey
    queue: Queue
    deals: int
    customers: int
    salespeople: int
    reason: WithheldReason
    short_of: int
    wider_after: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a freeze does: the blocks that close, and what waits on."""

    blocks: tuple[NewBlock, ...]
    waiting: tuple[Waiting, ...]


def joined(history: Membership, blocks: Sequence[NewBlock]) -> Membership:
    """The history with these blocks, numbered downwards from `NEW_BLOCKS`, or from what it has below."""
    last = min(NEW_BLOCKS, int(history.row.min(initial=0)))
    numbered = (block.members.numbered_from(last - number) for number, block in enumerate(blocks, start=1))
    return Membership.together([history, *numbered])
