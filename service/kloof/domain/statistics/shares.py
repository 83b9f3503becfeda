"""Figures that count: how many of how many, with Wilson's interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from kloof.domain.statistics.sums import PairedSums, PromiseCounts
from kloof.domain.statistics.values import LEVEL, Interval, Share, TooFew

LEAST_DISAPPOINTED: Final = 20
LEAST_FOR_ENDS: Final = 30
LEAST_ASKED: Final = 20
LEAST_PROMISES: Final = 20
CEILING: Final = 0.15
"""A share at one end of the scale from which on the scale is said to have run out (Terwee et al. 2007)."""

_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class Ends:
    """Shares, from 0 to 1, of the customers at the lowest and at the highest point of the scale."""

    lowest: float
    highest: float

    @property
    def floor(self) -> bool:
        return self.lowest >= CEILING

    @property
    def ceiling(self) -> bool:
        return self.highest >= CEILING


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Where V and R ran into the ends of the scale."""

    expectation: Ends
    reality: Ends
    n: int


@dataclass(frozen=True, slots=True)
class Promises:
    """Promises of which the outcome is known, by outcome; `unknown` is the number that is not known yet."""

    kept: Share
    partly: Share
    broken: Share
    unknown: int


def wilson(count: int, n: int) -> Share:
    """`count` of `n` ≥ 1 with Wilson's score interval, without continuity correction (Wilson 1927)."""
    share, z2 = count / n, _Z * _Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if count == 0 else max(0.0, centre - reach)
    high = 1.0 if count == n else min(1.0, centre + reach)
    return Share(count, n, Interval(low, high))


def founding_claim(moments: PairedSums) -> Share | TooFew:
    """Figure 3: of the customers with S > 0, the share with R ≥ N and V > N; from 20 with S > 0."""
    return _share(moments.disappointed_at_norm, moments.disappointed, LEAST_DISAPPOINTED)


def ceiling(moments: PairedSums) -> Ceiling | TooFew:
    """Figure 6: the shares at both ends of the scale, the first and last of the counts, from 30 customers."""
    if moments.n < LEAST_FOR_ENDS:
        return TooFew(LEAST_FOR_ENDS, moments.n)
    return Ceiling(_ends(moments.v_counts), _ends(moments.r_counts), moments.n)


def response(answered: int, asked: int) -> Share | TooFew:
    """Figure 7: the share of those asked that answered, from 20 asked."""
    return _share(answered, asked, LEAST_ASKED)


def promises(counts: PromiseCounts) -> Promises | TooFew:
    """Figure 9: kept, partly and not kept, of 20 or more promises with a known outcome."""
    if counts.known < LEAST_PROMISES:
        return TooFew(LEAST_PROMISES, counts.known, "promises")
    return Promises(
        kept=wilson(counts.kept, counts.known),
        partly=wilson(counts.partly, counts.known),
        broken=wilson(counts.broken, counts.known),
        unknown=counts.unknown,
    )


def _share(count: int, n: int, needed: int) -> Share | TooFew:
    return wilson(count, n) if n >= needed else TooFew(needed, n)


def _ends(counts: Sequence[int]) -> Ends:
    customers = sum(counts)
    return Ends(lowest=counts[0] / customers, highest=counts[-1] / customers)
