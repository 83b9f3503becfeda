"""Figures that compare two groups of customers: who stayed, the effect of asking, and practices."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kloof.domain.statistics.paired import t_interval
from kloof.domain.statistics.sums import PairedSums, Sample, Sums
from kloof.domain.statistics.values import Difference, Interval, TooFew
from kloof.domain.surveys.definition import Scale

LEAST_STAYED: Final = 20
LEAST_ASKED_ARM: Final = 30
LEAST_WITH_PRACTICE: Final = 20
LEAST_SALESPEOPLE: Final = 3


@dataclass(frozen=True, slots=True)
class PracticeEffect:
    """Deals with a practice minus deals without: the gap, and both its sides. gap = expectation − reality."""

    gap: Difference
    expectation: Difference
    reality: Difference


def welch(one: Sample, other: Sample) -> Difference:
    """The mean of `one` minus that of `other`, both n ≥ 2, with unequal variances (Welch 1947).

    Where neither group has any spread, the interval is the difference itself.
    """
    first, second = one.variance / one.n, other.variance / other.n
    freedom: float = one.n + other.n - 2
    if first + second > 0:
        freedom = (first + second) ** 2 / (first**2 / (one.n - 1) + second**2 / (other.n - 1))
    value = one.mean - other.mean
    low, high, p = t_interval(value, math.sqrt(first + second), freedom)
    return Difference(value, Interval(low, high), p, one.n, other.n)


def over_aspects(aspects: Sequence[Sample]) -> Sample:
    """The mean over `aspects` of the same customers, with the widest spread that it can have.

    How answers to different aspects go together is not in their sums; the SD of a mean is at most the mean of the
    SDs. Raises ValueError for no aspects or differing customers.
    """
    if len({sample.n for sample in aspects}) != 1:
        raise ValueError("a mean over aspects needs aspects that the same customers answered")
    count = len(aspects)
    widest = math.fsum(math.sqrt(sample.variance) for sample in aspects) / count
    return Sample(aspects[0].n, math.fsum(sample.mean for sample in aspects) / count, widest * widest)


def who_stayed(stayed: Sample, left: Sample) -> Difference | TooFew:
    """Figure 7: V of those who answered twice minus V of those who answered at sale only, from 20 in each."""
    return _compared(stayed, left, LEAST_STAYED)


def bounds_with_missing(pairs: PairedSums, left: Sums, scale: Scale) -> Interval | TooFew:
    """Figure 7: where S̄ of all lies, whatever those with only a V would have answered (Manski 1989)."""
    if pairs.n < LEAST_STAYED:
        return TooFew(LEAST_STAYED, pairs.n)
    everybody = pairs.n + left.n
    known = pairs.v + left.total - pairs.r
    return Interval((known - left.n * scale.high) / everybody, (known - left.n * scale.low) / everybody)


def measurement_effect(asked: Sample, not_asked: Sample) -> Difference | TooFew:
    """Figure 8: R where V was asked minus R where, by lot, it was not; from 30 in each."""
    return _compared(asked, not_asked, LEAST_ASKED_ARM)


def practice(
    done: PairedSums, not_done: PairedSums, *, salespeople: int, salespeople_other: int
) -> PracticeEffect | TooFew:
    """Figure 10: deals with a practice minus deals without, from 20 customers and 3 salespeople in each arm.

    A customer with deals in both arms counts once in each; the interval is then a little too wide.
    """
    sellers = min(salespeople, salespeople_other)
    if sellers < LEAST_SALESPEOPLE:
        return TooFew(LEAST_SALESPEOPLE, sellers, "salespeople")
    customers = min(done.n, not_done.n)
    if customers < LEAST_WITH_PRACTICE:
        return TooFew(LEAST_WITH_PRACTICE, customers)
    return PracticeEffect(
        gap=welch(done.gap, not_done.gap),
        expectation=welch(done.expectation, not_done.expectation),
        reality=welch(done.reality, not_done.reality),
    )


def _compared(one: Sample, other: Sample, needed: int) -> Difference | TooFew:
    smallest = min(one.n, other.n)
    return welch(one, other) if smallest >= needed else TooFew(needed, smallest)
