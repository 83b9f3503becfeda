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
    codes, treated = codes[kept], treated[kept]
    short = _too_few(treated, codes)
    if short:
        return short
    cells = _Cells.of(x if kept.all() else x[kept], codes, goods, treated)
    share, level = _of_good(cells.treated * cells.n, cells, count), _of_good(cells.totals, cells, count)
    own = cells.treated - share[cells.good]
    whole = float(own * own @ cells.n)
    effect = own @ (cells.totals - cells.n[:, None] * level[cells.good]) / whole
    expected = level[cells.good] + own[:, None] * effect
    residuals = cells.totals - cells.n[:, None] * expected
    _, members = np.unique(cells.cluster, return_inverse=True)
    groups, n = int(members.max()) + 1, len(codes)
    factor = groups / (groups - 1) * (n - 1) / (n - count - 1)
    influence = _totals((own / whole)[:, None] * residuals, members, groups)
    error = np.sqrt(factor * np.square(influence).sum(axis=0))
    freedom = max(1.0, effective_clusters(cells.n * own / whole, members) - 1)
    columns = (estimate_of(float(b), float(se), freedom, n) for b, se in zip(effect, error, strict=True))
    with_it = int(treated.sum())
    return StandardisedEffect(tuple(columns), with_it, n - with_it, count, groups)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rows of one cluster, product and arm added up: all that a difference with its error needs of them."""

    cluster: "Indices"
    good: "Indices"
    treated: "Floats"
    n: "Floats"
    totals: "Floats"

    @classmethod
    def of(cls, x: "Floats", cluster: "Indices", good: "Indices", treated: "NDArray[np.bool_]") -> "_Cells":
        import numpy as np

        goods = int(good.max()) + 1
        code, place = np.unique((cluster * goods + good) * 2 + treated, return_inverse=True)
        n = np.bincount(place, minlength=len(code)).astype(np.float64)
        inside = code // 2
        return cls(inside // goods, inside % goods, code % 2.0, n, _totals(x, place, len(code)))


def _of_good(totals: "Floats", cells: _Cells, goods: int) -> "Floats":
    """The mean of each product, from the totals of its cells."""
    import numpy as np

    size = np.bincount(cells.good, cells.n, goods)
    if totals.ndim == 1:
        return np.bincount(cells.good, totals, goods) / size
    return _totals(totals, cells.good, goods) / size[:, None]


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

    return np.column_stack([np.bincount(codes, column, count) for column in np.ascontiguousarray(x.T)])


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
