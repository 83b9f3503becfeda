"""Figure 10: deals with a practice beside deals without, product by product, with the salesperson for the unit."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from kloof.domain.statistics.arms import LEAST_SALESPEOPLE, LEAST_WITH_PRACTICE
from kloof.domain.statistics.estimates import estimate_of
from kloof.domain.statistics.paired import TENTH, Mean
from kloof.domain.statistics.printing import PrintedGap, printed_gap
from kloof.domain.statistics.rounded import PublishedSums, SideMean
from kloof.domain.statistics.values import TooFew

_TO_FIVE: Final = 25 / 12
"""The variance of what rounding a count to the nearest five adds, as if all remainders were as likely."""


@dataclass(frozen=True, slots=True)
class PracticeArm:
    """One arm of a practice table; products: how many of its customers are of which product, as counts in fives."""

    sums: PublishedSums
    products: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Clustering:
    """By how much customers of one salesperson being alike widens an interval, and as how many equal salespeople they
    count.
    """

    factor: float
    clusters: int


@dataclass(frozen=True, slots=True)
class PracticeEffect:
    """Deals with a practice minus deals without of the same products, in V and R; `gap` is their difference.

    Of `n` deals with and `n_other` without; printed to `step`.
    """

    expectation: float
    reality: float
    gap: Mean
    n: int
    n_other: int
    step: Decimal = TENTH

    @property
    def printed(self) -> PrintedGap:
        return printed_gap(self.expectation, self.reality, step=self.step)


class Mix(NamedTuple):
    """How far the make-up of two arms differs. shares: per product its share of the one arm less that of the other.

    common: Σ n₁n₀/(n₁ + n₀) over products, as a share of what it is when both arms have the same make-up; 1 − R² of
    the arm on the products. n, n_other: customers of products that both arms have.
    """

    shares: Mapping[str, float]
    common: float
    n: int
    n_other: int


def practice(
    done: PracticeArm,
    not_done: PracticeArm,
    products: Mapping[str, PublishedSums],
    clustering: Clustering | None,
    *,
    salespeople: int,
) -> PracticeEffect | TooFew:
    """The difference product by product, the products weighed by n₁n₀/(n₁ + n₀), from what a release holds.

    Those weights (Mantel & Haenszel 1959) are those of least squares with a constant for each product, and that needs
    no sums per arm and product (Frisch & Waugh 1933): it is the plain difference of the arms, less what the products'
    own means make of their make-up, over `common`. products: the published sums of each product that either arm has.
    clustering: None where it is not known, and then how certain the effect is is not known either.
    From 20 customers of the same products and 3 salespeople in each arm.
    """
    if salespeople < LEAST_SALESPEOPLE:
        return TooFew(LEAST_SALESPEOPLE, salespeople, "salespeople")
    mix = mix_of(done.products, not_done.products)
    customers = min(mix.n, mix.n_other, done.sums.n, not_done.sums.n)
    if customers < LEAST_WITH_PRACTICE:
        return TooFew(LEAST_WITH_PRACTICE, customers)

    expectation = _effect(_means(done.sums, not_done.sums, products, "expectation"), mix)
    reality = _effect(_means(done.sums, not_done.sums, products, "reality"), mix)
    gaps = _means(done.sums, not_done.sums, products, "gap")
    error = _error(done.sums, not_done.sums, gaps, mix)
    n = min(done.sums.n, not_done.sums.n)
    estimate = None
    if clustering is not None and error is not None:
        sampling, rounding = error
        whole = math.sqrt(clustering.factor**2 * sampling + rounding)
        estimate = estimate_of(expectation - reality, whole, max(1, clustering.clusters - 1), n)
    gap, step = Mean(expectation - reality, n, estimate), max(done.sums.step, not_done.sums.step)
    return PracticeEffect(expectation, reality, gap, done.sums.n, not_done.sums.n, step)


def mix_of(done: Mapping[str, int], not_done: Mapping[str, int]) -> Mix:
    """How the make-up of two arms differs, from the customers that each has of each product."""
    names = sorted({*done, *not_done})
    pairs = {name: (done.get(name, 0), not_done.get(name, 0)) for name in names}
    one, other = (sum(pair[arm] for pair in pairs.values()) for arm in (0, 1))
    both = [pair for pair in pairs.values() if all(pair)]
    if not both:
        return Mix({}, 0.0, 0, 0)
    common = math.fsum(a * b / (a + b) for a, b in both) * (1 / one + 1 / other)
    shares = {name: a / one - b / other for name, (a, b) in pairs.items()}
    return Mix(shares, common, sum(a for a, _ in both), sum(b for _, b in both))


class _Means(NamedTuple):
    """One quantity of both arms, and of each product."""

    done: SideMean
    not_done: SideMean
    products: Mapping[str, SideMean]


def _means(
    done: PublishedSums, not_done: PublishedSums, products: Mapping[str, PublishedSums], side: str
) -> _Means:
    of: dict[str, SideMean] = {name: getattr(sums, side) for name, sums in products.items()}
    return _Means(getattr(done, side), getattr(not_done, side), of)


def _effect(means: _Means, mix: Mix) -> float:
    made_up = math.fsum(share * means.products[name].mean for name, share in mix.shares.items())
    return (means.done.mean - means.not_done.mean - made_up) / mix.common


def _error(
    done: PublishedSums, not_done: PublishedSums, gaps: _Means, mix: Mix
) -> tuple[float, float] | None:
    """Two squared errors of the effect on the gap: by who was asked, were customers apart, and by what was rounded.

    Rounded are the sums of both arms, those of the products, and how many of an arm are of which product.
    """
    if done.spread is None:
        return None
    sampling = done.spread.s**2 * (1 / done.n + 1 / not_done.n) / mix.common
    told = gaps.products
    middle = math.fsum(told[name].mean for name in mix.shares) / len(mix.shares)
    counts = math.fsum((told[name].mean - middle) ** 2 for name in mix.shares)
    counts *= _TO_FIVE * (1 / done.n**2 + 1 / not_done.n**2)
    products = math.fsum(share**2 * told[name].rounding for name, share in mix.shares.items())
    return sampling, (gaps.done.rounding + gaps.not_done.rounding + products + counts) / mix.common**2
