"""Promises come several to a customer: the share that was kept, with the customer for the unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

from kloof.domain.statistics.shares import LEAST_PROMISES
from kloof.domain.statistics.values import LEVEL, Interval, TooFew

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = Sequence[int] | NDArray[Any]

LEAST_CUSTOMERS: Final = 12

_Z: Final = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class ClusteredShare:
    """`count` of `n` promises of `customers`; `error` of the share, and as how many promises apart they `count_as`."""

    count: int
    n: int
    customers: int
    error: float
    count_as: float
    interval: Interval

    @property
    def share(self) -> float:
        return self.count / self.n


def share_by_customer(kept: "Counts", known: "Counts") -> ClusteredShare | TooFew:
    """The share Σkept/Σknown over customers, one number each of both, from 20 promises of 12 customers.

    The share is a ratio of two sums over customers; its variance is C/(C − 1) · Σ(kept − p·known)² / (Σknown)²
    (Cochran 1977, ch. 6), the cluster-robust one of a mean. The interval is Wilson's at the effective number of
    promises n* = p(1 − p)/variance (Kott & Carr 1997; Franco, Little, Louis & Slud 2019), times (z/t)² for C − 1
    degrees of freedom (Korn & Graubard 1998), at most all promises. Where all or none were kept the variance says
    nothing, and n* is the number of customers: as if each had made up one mind. Raises ValueError for counts that
    cannot be.
    """
    import numpy as np

    hits, sizes = np.asarray(kept, dtype=np.int64), np.asarray(known, dtype=np.int64)
    if hits.shape != sizes.shape or np.any(hits < 0) or np.any(hits > sizes):
        raise ValueError("of each customer's promises between none and all were kept")
    hits, sizes = hits[sizes > 0], sizes[sizes > 0]
    count, n, customers = int(hits.sum()), int(sizes.sum()), len(sizes)
    if n < LEAST_PROMISES:
        return TooFew(LEAST_PROMISES, n, "promises")
    if customers < LEAST_CUSTOMERS:
        return TooFew(LEAST_CUSTOMERS, customers)
    share = count / n
    variance = customers / (customers - 1) * float(np.square(hits - share * sizes).sum()) / n**2
    size = _effective(share, variance, n, customers)
    return ClusteredShare(count, n, customers, variance**0.5, size, _wilson(share, size))


def _effective(share: float, variance: float, n: int, customers: int) -> float:
    from scipy import special

    apart = float(customers)
    if 0 < share < 1:
        apart = share * (1 - share) / variance if variance > 0 else float(n)
    t = float(special.stdtrit(customers - 1, (1 + LEVEL) / 2))
    return min(apart * (_Z / t) ** 2, float(n))


def _wilson(share: float, n: float) -> Interval:
    centre = (share + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    reach = _Z * (share * (1 - share) / n + _Z * _Z / (4 * n * n)) ** 0.5 / (1 + _Z * _Z / n)
    low = 0.0 if share == 0 else max(0.0, centre - reach)
    return Interval(low, 1.0 if share == 1 else min(1.0, centre + reach))
