"""A mean out of rounded sums, with an interval that holds the spread of customers and that of the rounding."""

import math
from dataclasses import dataclass
from fractions import Fraction

from kloof.domain.statistics.values import INDICATIVE_BELOW, LEVEL, Interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` customers, its standard error, and Student's t interval and two-sided p at `freedom` degrees.

    Where the error is 0 the interval is the mean itself, and p is 1 at 0 and 0 elsewhere.
    """

    mean: float
    error: float
    freedom: float
    interval: Interval
    p: float
    n: int

    @property
    def indicative(self) -> bool:
        return self.n < INDICATIVE_BELOW


def estimate(mean: float, sd: float, n: int, freedom: float, *, known: float = 0.0) -> Estimate:
    """The mean of `n` ≥ 1 customers whose SD, at `freedom` degrees, may come from a larger pool.

    `known` is a variance of the mean that adds to the sampling's, such as the rounding's: the half-width is
    t(freedom) · √(sd²/n + known). t is used for the whole, which is a little too wide where `known` is large.
    Raises ValueError for no customers.
    """
    if n < 1:
        raise ValueError("a mean of no customers has no interval")
    return estimate_of(mean, math.sqrt(sd * sd / n + known), freedom, n)


def estimate_of(mean: float, error: float, freedom: float, n: int) -> Estimate:
    """The same from a standard error that is known already, as that of clustered answers."""
    low, high, p = t_interval(mean, error, freedom)
    return Estimate(mean, error, freedom, Interval(low, high), p, n)


def rounding_variance(base: float, blocks: int, *, sides: int = 1) -> float:
    """What rounding adds to the variance of a sum over `blocks`; divided by n² it is that of the mean.

    Each block's sum of whole answers goes to a multiple of `base` next to it, upwards with probability
    r/base for a remainder r, so that it is right on average and has the variance r(base − r). Remainders lie on
    a grid of step g = gcd(1, base), m = base/g of them, all as likely:
    g² · Σ j(m − j) / m over j = 0 … m − 1, which is g²(m² − 1)/6 = (base² − g²)/6.
    `sides`: 2 for V − R, whose sides are rounded apart. Raises ValueError for a base that is not above 0.
    """
    if base <= 0:
        raise ValueError(f"a sum cannot be rounded to a multiple of {base}")
    width = Fraction(base)
    step = Fraction(1, width.denominator)
    return float(blocks * sides * (width * width - step * step) / 6)


def t_interval(value: float, error: float, freedom: float) -> tuple[float, float, float]:
    """Low, high and two-sided p of `value` with standard error `error` and t at `freedom` degrees."""
    from scipy import special

    if error == 0:
        return value, value, 1.0 if value == 0 else 0.0
    reach = float(special.stdtrit(freedom, (1 + LEVEL) / 2)) * error
    p = 2 * float(special.stdtr(freedom, -abs(value) / error))
    return value - reach, value + reach, p
