"""Customers of one salesperson are alike: standard errors that take whole salespeople for the unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kloof.domain.statistics.arms import LEAST_SALESPEOPLE, LEAST_WITH_PRACTICE
from kloof.domain.statistics.estimates import Estimate, estimate_of
from kloof.domain.statistics.values import TooFew

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]
    Matrix = Floats | Sequence[Sequence[float]]
    Labels = Sequence[Any] | NDArray[Any]

LEAST_CLUSTERS: Final = 10
"""Salespeople; under it an interval holds for these sellers' customers and for no others."""


@dataclass(frozen=True, slots=True)
class StandardisedEffect:
    """Deals with a practice minus deals without, one estimate per column, over products that have both.

    `n` and `n_other`: customers with and without, of those products; `salespeople`: theirs together.
    """

    columns: tuple[Estimate, ...]
    n: int
    n_other: int
    products: int
    salespeople: int

    @property
    def equal_clusters(self) -> int:
        """As how many equal salespeople they count, rounded down."""
        return int(self.columns[0].freedom + 1 + 1e-9)


def clustered_means(values: "Matrix", clusters: "Labels") -> tuple[Estimate, ...] | TooFew:
    """The mean of each column with its cluster-robust error and t with G − 1, from 10 clusters."""
    x, codes, count = _prepared(values, clusters)
    if count < LEAST_CLUSTERS:
        return TooFew(LEAST_CLUSTERS, count, "salespeople")
    pairs = zip(x.mean(axis=0), _error_of_mean(x, codes, count), strict=True)
    return tuple(estimate_of(float(mean), float(error), count - 1, len(x)) for mean, error in pairs)


def inflation(values: "Matrix", clusters: "Labels") -> "Floats | None":
    """Per column the robust standard error over the plain one, at least 1; None below 10 clusters.

    An interval that is widened by it takes t with G − 1, as the robust one does. A column in which all are the same
    has 1.
    """
    x, codes, count = _prepared(values, clusters)
    return widening(x, codes, count) if count >= LEAST_CLUSTERS else None


def widening(values: "Floats", codes: "Indices", count: int) -> "Floats":
    """The same of clusters that are numbered from 0 already, for millions of rows."""
    import numpy as np

    plain = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    robust = _error_of_mean(values, codes, count)
    spread = plain > 0
    found: Floats = np.maximum(1.0, np.divide(robust, plain, out=np.ones_like(plain), where=spread))
    return found


def clustered_difference(
    values: "Matrix", done: "Labels", clusters: "Labels", products: "Labels"
) -> StandardisedEffect | TooFew:
    """With a practice minus without, product by product, the products weighed by n₁n₀/(n₁ + n₀).

    These weights (Mantel & Haenszel 1959; the coefficient of least squares with a constant per product) are 0 for a
    product without both arms, whose customers are left out. Error: Σ_g T_g² with the factor
    G/(G − 1) · (N − 1)/(N − k), k = products + 1 (CR1; Cameron & Miller 2015), T_g the sum of a
    salesperson's influences. It is linear: the column of V minus that of R gives that of S exactly.

    t takes G* − 1 degrees, G* the effective number of salespeople (see `effective_clusters`): with G − 1, a practice
    of three out of twenty that does nothing shows an effect in 18%, with G* − 1 in 2%; of ten out of twenty 6 and 5%.
    From 20 customers and 3 salespeople in each arm, 3 being those of the products compared.
    """
    import numpy as np

    x, codes, _ = _prepared(values, clusters)
    treated = np.asarray(done, dtype=bool)
    kept, goods, count = _in_both_arms(treated, products)
    x, codes, treated = x[kept], codes[kept], treated[kept]
    short = _too_few(treated, codes)
    if short:
        return short
    share, level = _means(treated.astype(float)[:, None], goods, count), _means(x, goods, count)
    own = treated - share[goods, 0]
    weight = own / float(own @ own)
    effect = own @ (x - level[goods]) / float(own @ own)
    residuals = x - level[goods] - own[:, None] * effect
    _, members = np.unique(codes, return_inverse=True)
    groups = int(members.max()) + 1
    factor = groups / (groups - 1) * (len(x) - 1) / (len(x) - count - 1)
    error = np.sqrt(factor * np.square(_totals(weight[:, None] * residuals, members, groups)).sum(axis=0))
    freedom = max(1.0, effective_clusters(weight, members) - 1)
    n = int(treated.sum())
    columns = (estimate_of(float(b), float(se), freedom, len(x)) for b, se in zip(effect, error, strict=True))
    return StandardisedEffect(tuple(columns), n, len(x) - n, count, groups)


def effective_clusters(weights: "Floats", clusters: "Labels") -> float:
    """As how many equal clusters these count: (Σγ_g)²/Σγ_g², between 1 and their number.

    γ_g = (Σ|w_i|)² is what a cluster adds to the variance when all in it move together. The degrees of freedom are
    Satterthwaite's (1946) for a sum of squares of unequal parts; as a number of clusters: Carter, Schnepel &
    Steigerwald (2017).
    """
    import numpy as np

    _, codes = np.unique(np.asarray(clusters), return_inverse=True)
    parts = np.square(np.bincount(codes, np.abs(weights)))
    return float(parts.sum() ** 2 / np.square(parts).sum())


def _prepared(values: "Matrix", clusters: "Labels") -> "tuple[Floats, Indices, int]":
    import numpy as np

    x = np.asarray(values, dtype=np.float64)
    names, codes = np.unique(np.asarray(clusters), return_inverse=True)
    if x.ndim != 2 or len(x) != len(codes):
        raise ValueError(
            f"values of shape {x.shape} do not pair with {len(codes)} clusters: one row each is wanted"
        )
    return x, codes, len(names)


def _error_of_mean(x: "Floats", codes: "Indices", count: int) -> "Floats":
    """√(G/(G − 1) · Σ_g T_g²)/N, T_g the sum of residuals in a cluster (CR1: with k = 1 its (N − 1)/(N − k) is 1)."""
    import numpy as np

    totals = _totals(x - x.mean(axis=0), codes, count)
    found: Floats = np.sqrt(count / (count - 1) * np.square(totals).sum(axis=0)) / len(x)
    return found


def _totals(x: "Floats", codes: "Indices", count: int) -> "Floats":
    import numpy as np

    return np.column_stack([np.bincount(codes, column, count) for column in x.T])


def _means(x: "Floats", codes: "Indices", count: int) -> "Floats":
    import numpy as np

    return _totals(x, codes, count) / np.bincount(codes, minlength=count)[:, None]


def _in_both_arms(
    treated: "NDArray[np.bool_]", products: "Labels"
) -> "tuple[NDArray[np.bool_], Indices, int]":
    """Which rows are of a product with both arms; the products of these rows, by number; how many products."""
    import numpy as np

    _, codes = np.unique(np.asarray(products), return_inverse=True)
    both = (np.bincount(codes, treated) > 0) & (np.bincount(codes, ~treated) > 0)
    kept = both[codes]
    _, goods = np.unique(codes[kept], return_inverse=True)
    return kept, goods, int(both.sum())


def _too_few(treated: "NDArray[np.bool_]", codes: "Indices") -> TooFew | None:
    sellers = min(len(set(codes[arm].tolist())) for arm in (treated, ~treated))
    if sellers < LEAST_SALESPEOPLE:
        return TooFew(LEAST_SALESPEOPLE, sellers, "salespeople")
    customers = min(int(treated.sum()), int((~treated).sum()))
    return TooFew(LEAST_WITH_PRACTICE, customers) if customers < LEAST_WITH_PRACTICE else None
