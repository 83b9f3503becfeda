"""How far the answers of a survey lie apart: one figure for all blocks, since of one block it would tell too much.

Computed in the room where blocks close, from the answers themselves, and coarsely rounded before it is kept.
"""

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.guarantee import AspectSpread, SurveySpread
from kloof.domain.releases.pair_columns import PairColumns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Answers = NDArray[Any]

LEAST_CUSTOMERS: Final = 30
LEAST_CLUSTERS: Final = 10
"""Salespeople from which it can be said how much alike the customers of one are."""
_FINE, _SHORT = 0.1, 0.05
_SHORT_WIDTH = 6
_FACTOR_STEP = 0.05


def spread(pairs: PairColumns) -> SurveySpread | None:
    """The SDs of V, R and S (divisor n − 1) over these pairs of one survey version, to 0.1 of a point, on scales of
    fewer than seven points to 0.05; None below 30 customers.

    clustering: the standard error of the mean gap with salespeople as clusters (CR1 of Liang & Zeger 1986, with
    G/(G − 1)) over the plain one, rounded up to 0.05.
    """
    if len(np.unique(pairs.customer)) < LEAST_CUSTOMERS:
        return None
    scale = pairs.survey.scale
    step = _FINE if scale.high - scale.low >= _SHORT_WIDTH else _SHORT
    sellers, seller = np.unique(pairs.salesperson, return_inverse=True)

    def of(v: "Answers", r: "Answers") -> AspectSpread:
        gap = v - r
        return AspectSpread(
            v=_rounded(v.std(ddof=1), step),
            r=_rounded(r.std(ddof=1), step),
            s=_rounded(gap.std(ddof=1), step),
            clustering=clustering(gap, seller, len(sellers)),
        )

    told = {}
    both = np.zeros((2, len(pairs)))
    for number, aspect in enumerate(pairs.survey.core):
        v, r = (side[:, number].astype(np.float64) for side in (pairs.expected, pairs.received))
        told[aspect.id] = of(v, r)
        both += [v, r]
    return SurveySpread(
        survey=pairs.survey.id,
        version=pairs.survey.version,
        aspects=told,
        overall=of(*(both / len(pairs.survey.core))),
        clusters=len(sellers) // 5 * 5 if len(sellers) >= LEAST_CLUSTERS else 0,
    )


def clustering(values: "Floats", cluster: "NDArray[np.integer[Any]]", clusters: int) -> float | None:
    """How many times the plain standard error of the mean of `values` the one is that takes clusters as units.

    At least 1, rounded up; None below ten clusters. cluster: of each value the number of its cluster, from 0.
    """
    if clusters < LEAST_CLUSTERS:
        return None
    n, around = len(values), values - values.mean()
    plain = float(np.square(around).sum()) / (n - 1) / n
    if plain == 0:
        return 1.0
    per_cluster = np.bincount(cluster, weights=around, minlength=clusters)
    robust = clusters / (clusters - 1) * float(np.square(per_cluster).sum()) / n**2
    return max(1.0, math.ceil(math.sqrt(robust / plain) / _FACTOR_STEP - 1e-9) * _FACTOR_STEP)


def _rounded(value: float, step: float) -> float:
    return round(round(value / step) * step, 2)
