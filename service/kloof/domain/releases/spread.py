"""How far the answers of a survey lie apart: one figure for all blocks, since of one block it would tell too much.

Computed in the room where blocks close, from the answers themselves, and coarsely rounded before it is kept.
"""

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.certificate.incidence import numbered
from kloof.domain.releases.guarantee import AspectSpread, SurveySpread
from kloof.domain.releases.pair_columns import PairColumns, Stat, group_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

LEAST_CUSTOMERS: Final = 30
LEAST_CLUSTERS: Final = 10
"""Salespeople from which it can be said how much alike the customers of one are."""
_FINE, _SHORT = 0.1, 0.05
_SHORT_WIDTH = 6
_FACTOR_STEP = 0.05


def spread(*some: PairColumns) -> SurveySpread | None:
    """The SDs of V, R and S (divisor n − 1) over these pairs of one survey version, to 0.1 of a point, on scales of
    fewer than seven points to 0.05; None below 30 customers.

    clustering: the standard error of the mean gap with salespeople as clusters (CR1 of Liang & Zeger 1986, with
    G/(G − 1)) over the plain one, rounded up to 0.05.
    """
    customers = numbered(np.concatenate([pairs.customer for pairs in some]))[0]
    if len(customers) < LEAST_CUSTOMERS:
        return None
    survey = some[0].survey
    step = _FINE if survey.scale.high - survey.scale.low >= _SHORT_WIDTH else _SHORT
    sellers, seller = numbered(np.concatenate([pairs.salesperson for pairs in some]))
    places = np.split(seller, np.cumsum([len(pairs) for pairs in some])[:-1])
    each = np.sum([_moments(*one, len(sellers)) for one in zip(some, places, strict=True)], axis=0)
    overall = np.sum([_overall(*one, len(sellers)) for one in zip(some, places, strict=True)], axis=0)
    return SurveySpread(
        survey=survey.id,
        version=survey.version,
        aspects={aspect.id: _of(each[:, number], step) for number, aspect in enumerate(survey.core)},
        overall=_of(overall, step, len(survey.core)),
        clusters=len(sellers) // 5 * 5 if len(sellers) >= LEAST_CLUSTERS else 0,
    )


_MOMENTS = [Stat.N, Stat.V, Stat.R, Stat.VV, Stat.RR, Stat.VR]


def _moments(pairs: PairColumns, seller: "Ints", sellers: int) -> "Ints":
    """Per salesperson and aspect the moments of the answers."""
    return group_sums(pairs, seller, sellers).sums[:, :, _MOMENTS].astype(np.int64)


def _overall(pairs: PairColumns, seller: "Ints", sellers: int) -> "Ints":
    """Per salesperson the moments of what each customer's answers in all aspects add up to."""
    low, aspects = pairs.survey.scale.low - 1, len(pairs.survey.core)
    v, r = (side.sum(axis=1, dtype=np.int64) + low * aspects for side in (pairs.expected, pairs.received))
    columns = (np.ones_like(v), v, r, v * v, r * r, v * r)
    summed = [np.bincount(seller, weights=column, minlength=sellers) for column in columns]
    return np.stack(summed, axis=1).astype(np.int64)


def _of(moments: "Ints", step: float, parts: int = 1) -> AspectSpread:
    """What these moments say, int64[salespeople, _MOMENTS]; of answers that were added up from so many parts."""
    n, v, r, vv, rr, vr = (int(total) for total in moments.sum(axis=0))

    def sd(total: int, squares: int) -> float:
        return math.sqrt((n * squares - total**2) / n / (n - 1)) / parts

    gaps, gap_squares = moments[:, 1] - moments[:, 2], vv + rr - 2 * vr
    return AspectSpread(
        v=_rounded(sd(v, vv), step),
        r=_rounded(sd(r, rr), step),
        s=_rounded(sd(v - r, gap_squares), step),
        clustering=clustering(moments[:, 0], gaps, gap_squares),
    )


def clustering(n: "Ints", totals: "NDArray[Any]", squares: float) -> float | None:
    """How many times the plain standard error of a mean the one is that takes clusters as units.

    At least 1, rounded up; None below ten clusters. n, totals: of each cluster how many values it has, and their
    sum. squares: the sum of the squares of all values.
    """
    clusters, everybody, total = len(n), n.sum().item(), totals.sum().item()
    if clusters < LEAST_CLUSTERS:
        return None
    plain = (everybody * squares - total**2) / everybody / (everybody - 1) / everybody
    if plain == 0:
        return 1.0
    per_cluster = totals - n * (total / everybody)
    robust = clusters / (clusters - 1) * float(np.square(per_cluster).sum()) / everybody**2
    return max(1.0, math.ceil(math.sqrt(robust / plain) / _FACTOR_STEP - 1e-9) * _FACTOR_STEP)


def _rounded(value: float, step: float) -> float:
    return round(round(value / step) * step, 2)
