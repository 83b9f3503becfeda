"""How far the answers of a survey lie apart: one figure for all blocks, since of one block it would tell too much.

Computed in the room where blocks close, from the answers themselves, and coarsely rounded before it is kept.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.cells import rounded_down, to_the_nearest
from kloof.domain.releases.certificate.incidence import numbered
from kloof.domain.releases.guarantee import ArmSpread, AspectSpread, PromiseSpread, SurveySpread
from kloof.domain.releases.pair_columns import PairColumns, Stat, group_sums
from kloof.domain.statistics.clusters import (
    LEAST_CLUSTERS,
    StandardisedEffect,
    clustered_difference,
)
from kloof.domain.statistics.practices import mix_of
from kloof.domain.statistics.shares import LEAST_PROMISES, share_inflation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.domain.surveys.definition import Survey

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer[Any]]
    Places = NDArray[np.intp]

LEAST_CUSTOMERS: Final = 30
_FINE, _SHORT = 0.1, 0.05
_SHORT_WIDTH = 6
_FACTOR_STEP, _ARM_STEP = 0.05, 0.1


def spread(*some: PairColumns) -> SurveySpread | None:
    """The SDs of V, R and S (divisor n − 1) over these pairs of one survey version, to 0.1 of a point, on scales of
    fewer than seven points to 0.05; None below 30 customers.

    clustering: the standard error of the mean of S, V and R with salespeople as clusters (CR1 of Liang & Zeger 1986,
    with G/(G − 1)) over the plain one, rounded up to 0.05. promises: the same of a share of promises.
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
        clusters=rounded_down(len(sellers)) if len(sellers) >= LEAST_CLUSTERS else 0,
        promises=_promises(some, seller, known=len(sellers) >= LEAST_CLUSTERS),
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
        clustering_v=clustering(moments[:, 0], moments[:, 1], vv),
        clustering_r=clustering(moments[:, 0], moments[:, 2], rr),
    )


def clustering(n: "Ints", totals: "NDArray[Any]", squares: float) -> float | None:
    """How many times the plain standard error of a mean the one is that takes clusters as units.

    At least 1, rounded up; None below ten clusters. n, totals: of each cluster how many values it has, and their
    sum. squares: the sum of the squares of all values.
    """
    return rounded_up(_widening(n, totals, squares), _FACTOR_STEP) if len(n) >= LEAST_CLUSTERS else None


def _widening(n: "Ints", totals: "NDArray[Any]", squares: float) -> float:
    clusters, everybody, total = len(n), n.sum().item(), totals.sum().item()
    plain = (everybody * squares - total**2) / everybody / (everybody - 1) / everybody
    if plain == 0:
        return 1.0
    per_cluster = totals - n * (total / everybody)
    robust = clusters / (clusters - 1) * float(np.square(per_cluster).sum()) / everybody**2
    return max(1.0, math.sqrt(robust / plain))


def rounded_up(factor: float, step: float) -> float:
    """To a multiple of `step`, never below the factor."""
    return round(math.ceil(factor / step - 1e-9) * step, 10)


def _promises(some: Sequence[PairColumns], seller: "Ints", *, known: bool) -> PromiseSpread | None:
    outcomes = np.concatenate([pairs.promises[:, :-1] for pairs in some]).astype(np.int64)
    if outcomes.sum() < LEAST_PROMISES:
        return None
    by_customer = share_inflation(outcomes, np.concatenate([pairs.customer for pairs in some]))
    by_salesperson = share_inflation(outcomes, seller) if known else None
    if by_customer is None:
        return None
    return PromiseSpread(
        by_customer=rounded_up(by_customer, _FACTOR_STEP),
        by_salesperson=None if by_salesperson is None else rounded_up(by_salesperson, _FACTOR_STEP),
    )


def arm_spreads(
    pairs: PairColumns, done: "Bools", product: "Places", names: Sequence[str]
) -> tuple[ArmSpread, ArmSpread]:
    """Of the arm with a practice and of the one without: the pairs of all blocks of their table, and of each whether
    it is in the first arm, and the place of its product among `names`.

    clustering: the robust standard error of the difference, product by product (see `statistics.clusters`), times
    √((G − 1)/(G − 2)) since two means are estimated, over what the difference would have if customers stood apart,
    rounded up to 0.1. Without it below ten salespeople who sell what is compared.
    """
    made_of = [
        {name: to_the_nearest(count) for name, count in zip(names, counts, strict=True) if count}
        for counts in (np.bincount(product[arm], minlength=len(names)).tolist() for arm in (done, ~done))
    ]
    gap = pairs.expected.astype(np.float64) - pairs.received
    found, shared = clustered_difference(gap, done, pairs.salesperson, product), {}
    common = mix_of(*made_of).common
    if isinstance(found, StandardisedEffect) and found.salespeople >= LEAST_CLUSTERS and common:
        apart = gap.std(axis=0, ddof=1) * math.sqrt((1 / done.sum() + 1 / (~done).sum()) / common)
        shared = {"clustering": _widened(pairs.survey, found, apart), "clusters": found.equal_clusters}
    arms = zip(made_of, (done, ~done), strict=True)
    one, other = (ArmSpread(products=made, **shared, **_own(pairs.take(arm))) for made, arm in arms)
    return one, other


def _widened(survey: "Survey", found: StandardisedEffect, apart: "Floats") -> dict[str, float]:
    two_means = math.sqrt((found.salespeople - 1) / (found.salespeople - 2))
    told = zip(survey.core, found.columns, apart.tolist(), strict=True)
    return {
        aspect.id: rounded_up(max(1.0, column.error * two_means / plain if plain else 1.0), _ARM_STEP)
        for aspect, column, plain in told
    }


def _own(pairs: PairColumns) -> dict[str, Any]:
    sellers, seller = numbered(pairs.salesperson)
    if len(sellers) < LEAST_CLUSTERS:
        return {}
    most = 1.0
    for n, v, r, vv, rr, vr in _moments(pairs, seller, len(sellers)).transpose(1, 2, 0):
        squares = vv.sum().item(), rr.sum().item(), (vv + rr - 2 * vr).sum().item()
        most = max([most, *(_widening(n, *side) for side in zip((v, r, v - r), squares, strict=True))])
    return {"own_clustering": rounded_up(most, _ARM_STEP), "own_clusters": rounded_down(len(sellers))}


def _rounded(value: float, step: float) -> float:
    return round(round(value / step) * step, 2)
