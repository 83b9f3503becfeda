"""Figures about V and R of the same customers: the gap, and its split by the norm."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from kloof.domain.statistics.estimates import Estimate, estimate_of
from kloof.domain.statistics.printing import PrintedGap, printed_gap
from kloof.domain.statistics.rounded import PublishedSums, SideMean
from kloof.domain.statistics.values import INDICATIVE_BELOW, Interval, TooFew

LEAST_FOR_A_MEAN: Final = 10
TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean on the survey's scale; `estimate` is None where it is not known how far answers lie apart."""

    mean: float
    n: int
    estimate: Estimate | None

    @property
    def interval(self) -> Interval | None:
        return None if self.estimate is None else self.estimate.interval

    @property
    def indicative(self) -> bool:
        return self.n < INDICATIVE_BELOW


@dataclass(frozen=True, slots=True)
class Gap:
    """The mean of S = V − R with both its sides, which a difference alone hides. Positive: fell short.

    step: to a multiple of it all three are printed.
    """

    difference: Mean
    expectation: float
    reality: float
    step: Decimal = TENTH

    def printed(self, norm: float | None = None) -> PrintedGap:
        """The three, and with the norm its both sides, so that they add up in print; the norm itself in tenths."""
        if norm is None or self.step == TENTH:
            return printed_gap(self.expectation, self.reality, norm, self.step)
        coarse = printed_gap(self.expectation, self.reality, None, self.step)
        return PrintedGap(
            coarse.expectation, coarse.reality, Decimal(str(norm)).quantize(TENTH, ROUND_HALF_UP)
        )


@dataclass(frozen=True, slots=True)
class Split:
    """The gap through the norm: overpromise V̄ − N and underdelivery N − R̄, which add up to S̄."""

    overpromise: Mean
    underdelivery: Mean


def gap(sums: PublishedSums) -> Gap | TooFew:
    """Figure 1: the mean gap with Student's t interval, from 10 customers."""
    if sums.n < LEAST_FOR_A_MEAN:
        return TooFew(LEAST_FOR_A_MEAN, sums.n)
    return Gap(mean_of(sums.gap), sums.expectation.mean, sums.reality.mean, sums.step)


def split_by_norm(sums: PublishedSums, norm: float) -> Split | TooFew:
    """Figure 2: overpromise and underdelivery around `norm`, a t interval each, from 10 customers."""
    if sums.n < LEAST_FOR_A_MEAN:
        return TooFew(LEAST_FOR_A_MEAN, sums.n)
    expectation, reality = sums.expectation, sums.reality
    return Split(
        overpromise=mean_of(expectation, expectation.mean - norm),
        underdelivery=mean_of(reality, norm - reality.mean),
    )


def mean_of(side: SideMean, value: float | None = None) -> Mean:
    """The mean of a side, or a `value` that is as far off as that mean, with Student's t interval and test."""
    at = side.mean if value is None else value
    error = side.error
    return Mean(at, side.n, None if error is None else estimate_of(at, error, side.freedom, side.n))
