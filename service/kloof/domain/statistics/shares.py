"""How many of how many, with Wilson's interval."""

import math
from statistics import NormalDist
from typing import Final

from kloof.domain.statistics.values import LEVEL, Interval, Share, TooFew

LEAST_ASKED: Final = 100
LEAST_PROMISES: Final = 20
CEILING: Final = 15
"""Per cent at one end of the scale from which on the scale is said to have run out (Terwee et al. 2007)."""

_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


def wilson(count: int, n: int) -> Share:
    """`count` of `n` ≥ 1 with Wilson's score interval, without continuity correction (Wilson 1927)."""
    share, z2 = count / n, _Z * _Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if count == 0 else max(0.0, centre - reach)
    high = 1.0 if count == n else min(1.0, centre + reach)
    return Share(count, n, Interval(low, high))


def response(answered: int, asked: int) -> Share | TooFew:
    """Figure 7: the share of those asked that answered, from 100 asked: both are rounded to five."""
    return wilson(answered, asked) if asked >= LEAST_ASKED else TooFew(LEAST_ASKED, asked, "deals")
