"""Figures about V and R of the same customers: the gap, its split, what moves it, and how large it is."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kloof.domain.statistics.sums import PairedSums, Sample
from kloof.domain.statistics.values import LEVEL, Interval, Mean, TooFew

LEAST_FOR_A_MEAN: Final = 10
LEAST_FOR_MOVEMENT: Final = 30


@dataclass(frozen=True, slots=True)
class Gap:
    """The mean of S = V − R with both its sides, which a difference alone hides. Positive: fell short."""

    difference: Mean
    expectation: float
    reality: float


@dataclass(frozen=True, slots=True)
class Split:
    """The gap through the norm: overpromise V̄ − N and underdelivery N − R̄, which add up to S̄."""

    overpromise: Mean
    underdelivery: Mean


@dataclass(frozen=True, slots=True)
class Movement:
    """Which side the differences in gap between customers go with.

    `expectation` is (s²_V − s_VR) / s²_S, `reality` its complement; None where all gaps are the same.
    It is 50% by construction where V and R spread equally, and noise in V raises it, so it names no cause.
    `pitman_morgan` is the correlation of V − R with V + R, positive where V spreads more, and `p` its test of
    equal spread (Pitman 1939; Morgan 1939).
    """

    expectation: float | None
    pitman_morgan: float
    p: float
    n: int

    @property
    def reality(self) -> float | None:
        return None if self.expectation is None else 1 - self.expectation


@dataclass(frozen=True, slots=True)
class EffectSize:
    """How large the gap is beside the spread of the answers.

    d_z = S̄/s_S; d_av = S̄/√((s²_V + s²_R)/2); g_av = d_av with Hedges' exact J at n − 1 (Hedges 1981, eq. 6e).
    None where that spread is 0. `superiority`: P(V > R) + ½P(V = R), one half where neither side is higher.
    """

    d_z: float | None
    d_av: float | None
    g_av: float | None
    superiority: float
    n: int


def gap(moments: PairedSums) -> Gap | TooFew:
    """Figure 1: the mean gap with Student's t interval, from 10 customers."""
    if moments.n < LEAST_FOR_A_MEAN:
        return TooFew(LEAST_FOR_A_MEAN, moments.n)
    return Gap(mean_of(moments.gap), moments.expectation.mean, moments.reality.mean)


def overall_gap(aspects: Sequence[PairedSums]) -> Gap | TooFew:
    """The gap of the mean over `aspects`, all answered by the same customers, from 10 of them.

    How answers to different aspects go together is not in their sums, so the interval is the widest that can
    be: the SD of a mean is at most the mean of the SDs. Raises ValueError for no aspects or differing customers.
    """
    if len({moments.n for moments in aspects}) != 1:
        raise ValueError("a mean over aspects needs aspects that the same customers answered")
    n = aspects[0].n
    if n < LEAST_FOR_A_MEAN:
        return TooFew(LEAST_FOR_A_MEAN, n)
    widest = _mean(math.sqrt(moments.gap.variance) for moments in aspects)
    return Gap(
        mean_of(Sample(n, _mean(moments.gap.mean for moments in aspects), widest * widest)),
        expectation=_mean(moments.expectation.mean for moments in aspects),
        reality=_mean(moments.reality.mean for moments in aspects),
    )


def split_by_norm(moments: PairedSums, norm: float) -> Split | TooFew:
    """Figure 2: overpromise and underdelivery around `norm`, a t interval each, from 10 customers."""
    if moments.n < LEAST_FOR_A_MEAN:
        return TooFew(LEAST_FOR_A_MEAN, moments.n)
    expectation, reality = moments.expectation, moments.reality
    above = Sample(expectation.n, expectation.mean - norm, expectation.variance)
    below = Sample(reality.n, norm - reality.mean, reality.variance)
    return Split(overpromise=mean_of(above), underdelivery=mean_of(below))


def overall_split(aspects: Sequence[tuple[PairedSums, float]]) -> Split | TooFew:
    """The split of the mean over `aspects`, each with its norm, all answered by the same customers, from 10 of them.

    Both intervals are the widest that can be, as for `overall_gap`. Raises ValueError for no aspects or differing
    customers.
    """
    if len({moments.n for moments, _ in aspects}) != 1:
        raise ValueError("a mean over aspects needs aspects that the same customers answered")
    splits = [split_by_norm(moments, norm) for moments, norm in aspects]
    found = [split for split in splits if isinstance(split, Split)]
    if len(found) < len(splits):
        return TooFew(LEAST_FOR_A_MEAN, aspects[0][0].n)
    return Split(
        overpromise=_mean_over([split.overpromise for split in found]),
        underdelivery=_mean_over([split.underdelivery for split in found]),
    )


def _mean_over(means: Sequence[Mean]) -> Mean:
    widest = _mean(mean.sd for mean in means)
    return mean_of(Sample(means[0].n, _mean(mean.mean for mean in means), widest * widest))


def movement(moments: PairedSums) -> Movement | TooFew:
    """Figure 4: what goes with a larger gap, from 30 customers."""
    if moments.n < LEAST_FOR_MOVEMENT:
        return TooFew(LEAST_FOR_MOVEMENT, moments.n)
    of_v, of_r, of_s = moments.expectation.variance, moments.reality.variance, moments.gap.variance
    of_total = max(0.0, of_v + of_r + 2 * moments.covariance)
    spread = math.sqrt(of_s * of_total)
    correlation = max(-1.0, min(1.0, (of_v - of_r) / spread)) if spread > 0 else 0.0
    share = (of_v - moments.covariance) / of_s if of_s > 0 else None
    return Movement(share, correlation, _p_of_correlation(correlation, moments.n), moments.n)


def effect_size(moments: PairedSums) -> EffectSize | TooFew:
    """Figure 5: standardised gaps and the probability of superiority, from 10 customers."""
    if moments.n < LEAST_FOR_A_MEAN:
        return TooFew(LEAST_FOR_A_MEAN, moments.n)
    mean = moments.gap.mean
    d_av = _standardised(mean, (moments.expectation.variance + moments.reality.variance) / 2)
    return EffectSize(
        d_z=_standardised(mean, moments.gap.variance),
        d_av=d_av,
        g_av=None if d_av is None else d_av * hedges_j(moments.n - 1),
        superiority=(moments.higher + moments.equal / 2) / moments.n,
        n=moments.n,
    )


def mean_of(sample: Sample) -> Mean:
    """The mean of at least two values with Student's t interval and test."""
    error = math.sqrt(sample.variance / sample.n)
    low, high, p = t_interval(sample.mean, error, sample.n - 1)
    return Mean(sample.mean, Interval(low, high), math.sqrt(sample.variance), p, sample.n)


def t_interval(value: float, error: float, freedom: float) -> tuple[float, float, float]:
    """Low, high and two-sided p of `value` with standard error `error` and t at `freedom` degrees."""
    from scipy import special

    if error == 0:
        return value, value, 1.0 if value == 0 else 0.0
    reach = float(special.stdtrit(freedom, (1 + LEVEL) / 2)) * error
    p = 2 * float(special.stdtr(freedom, -abs(value) / error))
    return value - reach, value + reach, p


def hedges_j(freedom: int) -> float:
    """Γ(m/2) / (√(m/2) Γ((m−1)/2)), which takes the small-sample bias out of a standardised mean."""
    from scipy import special

    return float(special.poch((freedom - 1) / 2, 0.5)) / math.sqrt(freedom / 2)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found)


def _standardised(mean: float, variance: float) -> float | None:
    return mean / math.sqrt(variance) if variance > 0 else None


def _p_of_correlation(correlation: float, n: int) -> float:
    from scipy import special

    unexplained = 1 - correlation * correlation
    if unexplained <= 0:
        return 0.0
    return 2 * float(special.stdtr(n - 2, -abs(correlation) * math.sqrt((n - 2) / unexplained)))
