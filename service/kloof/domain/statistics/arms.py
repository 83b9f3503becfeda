"""Figures that compare two groups of customers: who stayed, the effect of asking, and new with earlier."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kloof.domain.statistics.attrition import WorstCase, worst_case
from kloof.domain.statistics.estimates import Estimate, estimate_of
from kloof.domain.statistics.paired import LEAST_FOR_A_MEAN, TENTH
from kloof.domain.statistics.rounded import SideMean
from kloof.domain.statistics.sums import Sample
from kloof.domain.statistics.values import INDICATIVE_BELOW, Interval, TooFew
from kloof.domain.surveys.definition import Scale

LEAST_FOR_A_SPREAD: Final = 30
LEAST_STAYED: Final = 20
LEAST_ASKED_ARM: Final = 30
LEAST_WITH_PRACTICE: Final = 20
LEAST_SALESPEOPLE: Final = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of `n` customers minus that of `n_other` others, on the survey's scale, printed to `step`."""

    estimate: Estimate
    n: int
    n_other: int
    step: Decimal = TENTH

    @property
    def value(self) -> float:
        return self.estimate.mean

    @property
    def interval(self) -> Interval:
        return self.estimate.interval

    @property
    def indicative(self) -> bool:
        return min(self.n, self.n_other) < INDICATIVE_BELOW


def difference(one: SideMean, other: SideMean) -> Difference | TooFew:
    """The mean of one group minus that of another, with one SD for both and what rounding added to each.

    From 10 customers in each; TooFew also where the SD is not known, which takes 30.
    """
    smallest = min(one.n, other.n)
    if smallest < LEAST_FOR_A_MEAN:
        return TooFew(LEAST_FOR_A_MEAN, smallest)
    if one.sampling is None or other.sampling is None:
        return _unknown(one.n + other.n)
    error = math.sqrt(one.sampling + one.rounding + other.sampling + other.rounding)
    n = one.n + other.n
    freedom = one.freedom if one.clustered else n - 2
    step = max(one.step, other.step)
    return Difference(estimate_of(one.mean - other.mean, error, freedom, n), one.n, other.n, step)


def who_stayed(stayed: SideMean, left: SideMean) -> Difference | TooFew:
    """Figure 7: V of those who answered twice minus V of those who answered at sale only, from 20 in each."""
    return _compared(stayed, left, LEAST_STAYED)


def bounds_with_missing(pairs: SideMean, left: SideMean, scale: Scale) -> WorstCase | TooFew:
    """Figure 7: where the gap of all who answered at sale lies, whatever those who left would have given.

    pairs: S of who answered twice; left: V of who did not. From 20 of each.
    """
    smallest = min(pairs.n, left.n)
    if smallest < LEAST_STAYED:
        return TooFew(LEAST_STAYED, smallest)
    if pairs.sampling is None or left.sampling is None:
        return _unknown(pairs.n + left.n)
    everybody = pairs.n + left.n
    known = ((pairs.n / everybody) ** 2) * pairs.rounding + ((left.n / everybody) ** 2) * left.rounding
    answered = Sample(pairs.n, pairs.mean, pairs.sampling * pairs.n)
    gone = Sample(left.n, left.mean, left.sampling * left.n)
    return worst_case(answered, gone, scale.low, scale.high, known=known)


def measurement_effect(asked: SideMean, not_asked: SideMean) -> Difference | TooFew:
    """Figure 8: R where V was asked minus R where, by lot, it was not; from 30 in each."""
    return _compared(asked, not_asked, LEAST_ASKED_ARM)


def _compared(one: SideMean, other: SideMean, needed: int) -> Difference | TooFew:
    smallest = min(one.n, other.n)
    return difference(one, other) if smallest >= needed else TooFew(needed, smallest)


def _unknown(n: int) -> TooFew:
    """A release holds an SD from 30 pairs on, so where there is none there were fewer."""
    return TooFew(LEAST_FOR_A_SPREAD, min(LEAST_FOR_A_SPREAD - 1, n))
