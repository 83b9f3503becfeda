"""What a freeze decides: the blocks that close, and what waits on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.releases.document import WithheldReason
from kloof.domain.releases.leverage import Membership
from kloof.domain.releases.queues import (
    Queue,
)
from kloof.domain.surveys.definition import SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block that closes: the ids of its pairs, who is in it, and its sums.

    person, salesperson: one entry for each customer and who sold to them. sums: float64[aspects, Stat].
    promises: kept, partly kept, broken, too early to say. rows: places of the pairs in the columns they
    came from.
    """

    survey: SurveyKey
    queue: Queue
    pairs: "Ints"
    person: "Ints"
    salesperson: "Ints"
    sums: "Floats"
    promises: "Ints"
    rows: "Ints"

    @property
    def customers(self) -> int:
        """Distinct customers."""
        return int(self.sums[0, 0])


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
    """The history with these blocks, numbered downwards from what it has, since a closed block has a positive
    number.
    """
    last = min(0, int(history.row.min(initial=0)))
    sizes = [len(block.person) for block in blocks]
    none = np.zeros(0, dtype=np.int64)
    return history + Membership(
        row=np.repeat(last - 1 - np.arange(len(blocks)), sizes),
        person=np.concatenate([none, *(block.person for block in blocks)]),
        salesperson=np.concatenate([none, *(block.salesperson for block in blocks)]),
    )
