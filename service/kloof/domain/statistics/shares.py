"""How many of how many, with Wilson's interval; also where what is counted is clustered, rounded, and told coarsely."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

from kloof.domain.statistics.values import LEVEL, Interval, Share, TooFew

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Labels = NDArray[np.integer[Any]]

LEAST_ASKED: Final = 100
LEAST_PROMISES: Final = 20
LEAST_PROMISERS: Final = 12
CEILING: Final = 15
"""Per cent at one end of the scale from which on the scale is said to have run out (Terwee et al. 2007)."""

_LOWEST, _HIGHEST = 5, 95
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


def wilson(count: float, n: float) -> Share:
    """`count` of `n` > 0 with Wilson's score interval, without continuity correction (Wilson 1927)."""
    share, z2 = count / n, _Z * _Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if count == 0 else max(0.0, centre - reach)
    high = 1.0 if count == n else min(1.0, centre + reach)
    return Share(count, n, Interval(low, high))


def response(answered: int, asked: int) -> Share | TooFew:
    """Figure 7: the share of those asked that answered, from 100 asked: both are rounded to five."""
    return wilson(answered, asked) if asked >= LEAST_ASKED else TooFew(LEAST_ASKED, asked, "deals")


def share_inflation(counts: "Counts", cluster: "Labels") -> float | None:
    """By how much the standard error of a share grows since what is counted comes several to a cluster; at least 1.

    counts: int[rows, outcomes]; of each row how many had which outcome. The share of an outcome is a ratio of two sums
    over clusters, with the variance C/(C − 1) · Σ(count − share · all)² / (Σ all)² (Cochran 1977, ch. 6), which is
    the cluster-robust one; over p(1 − p)/n it is the design effect (Kish 1965), and this is the largest root of it
    among the outcomes. None for fewer than 12 clusters in which anything is counted.
    """
    import numpy as np

    known = counts.sum(axis=1)
    names, codes = np.unique(cluster[known > 0], return_inverse=True)
    clusters = len(names)
    if clusters < LEAST_PROMISERS:
        return None
    inside = counts[known > 0]
    by_cluster = np.column_stack([np.bincount(codes, one, clusters) for one in inside.T])
    sizes = by_cluster.sum(axis=1, keepdims=True)
    share, n = by_cluster.sum(axis=0) / sizes.sum(), float(sizes.sum())
    robust = clusters / (clusters - 1) * np.square(by_cluster - share * sizes).sum(axis=0) / n**2
    plain = share * (1 - share) / n
    told = plain > 0
    return max(1.0, math.sqrt(float(np.max(robust[told] / plain[told], initial=0.0))))


@dataclass(frozen=True, slots=True)
class CoarseShare:
    """A share as it is published, in per cent, with the interval that holds the true one, from 0 to 1."""

    percent: int
    interval: Interval


def coarse_share(percent: int, n: float, *, factor: float, clusters: int, added: float = 0.0) -> CoarseShare:
    """The widest score interval of all shares that are published as `percent`.

    n: what is counted, of which the standard error is `factor` times as large as if each stood by itself (Kott & Carr
    1997), found with `clusters` clusters: n counts as n/factor² · (z/t)², t at clusters − 1 degrees (Korn & Graubard
    1998), at most as n. added: the variance of the share by what was rounded before; it makes the interval
    (p − π)² ≤ z²(π(1 − π)/n* + added), which without it is Wilson's.
    """
    from scipy import special

    t = float(special.stdtrit(max(1, clusters - 1), (1 + LEVEL) / 2))
    size = min(n, n / factor**2 * (_Z / t) ** 2)
    low, high = could_be(percent)
    return CoarseShare(percent, Interval(_score(low, size, added)[0], _score(high, size, added)[1]))


def _score(share: float, n: float, added: float) -> tuple[float, float]:
    """Both roots π of (share − π)² = z²(π(1 − π)/n + added), within 0 and 1."""
    z2 = _Z * _Z
    square, linear = 1 + z2 / n, 2 * share + z2 / n
    reach = math.sqrt(max(0.0, linear**2 - 4 * square * (share**2 - z2 * added)))
    return max(0.0, (linear - reach) / (2 * square)), min(1.0, (linear + reach) / (2 * square))


def could_be(percent: int) -> tuple[float, float]:
    """Between which shares the one lies that is published as `percent`: "under 10" and "over 90" at the ends."""
    if percent <= _LOWEST:
        return 0.0, 0.1
    if percent >= _HIGHEST:
        return 0.9, 1.0
    return (percent - 2.5) / 100, (percent + 2.5) / 100
