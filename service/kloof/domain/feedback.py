"""A salesperson's own feedback: named answers in full, the others only as a sum that hides each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kloof.domain.gap import AspectGap, Pair, mean_gap, of_customer

BATCH: Final = 5
"""Customers whose answers become visible together, in the order in which they answered: somebody who looks before and
after an answer sees either nothing new, or five more customers at once."""


@dataclass(frozen=True, slots=True)
class Total:
    """The mean gaps of `customers` people together, per core aspect in the survey's order."""

    customers: int
    gaps: tuple[AspectGap, ...]


@dataclass(frozen=True, slots=True)
class NotYet:
    """How many more customers have to answer before there is a first total."""

    needed: int


def total_of(pairs: Sequence[tuple[int, Pair]]) -> Total | NotYet:
    """The mean over whole batches of five customers.

    `pairs` holds (customer, pair) in order of completion, all of one survey version and complete in every core aspect,
    so that each aspect is about the same people. Each batch counts the customers' pairs that were there when it filled;
    a customer's deals are averaged first.
    """
    counted = pairs[: _length_of_whole_batches([customer for customer, _ in pairs])]
    own: dict[int, list[Pair]] = {}
    for customer, pair in counted:
        own.setdefault(customer, []).append(pair)
    if not own:
        return NotYet(BATCH - len({customer for customer, _ in pairs}))
    core = [aspect.id for aspect in counted[0][1].survey.core]
    means = [{gap.aspect: gap for gap in of_customer(theirs)} for theirs in own.values()]
    return Total(len(own), tuple(mean_gap(aspect, (mean[aspect] for mean in means)) for aspect in core))


def _length_of_whole_batches(customers: Sequence[int]) -> int:
    """How many of the first pairs fill batches: each batch ends at its fifth customer that no batch had before."""
    seen: set[int] = set()
    length = 0
    for position, customer in enumerate(customers, start=1):
        if customer not in seen:
            seen.add(customer)
            if len(seen) % BATCH == 0:
                length = position
    return length
