"""How far answers lie apart, against numpy, and against statsmodels where salespeople are clusters."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.worlds import a_survey, columns
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.spread import arm_spreads, clustering, spread


def drawn(
    n: int, sellers: int, *, low: int = 0, high: int = 10, aspects: int = 3, seed: int = 0
) -> PairColumns:
    """Pairs of which the customers of one salesperson are somewhat alike."""
    rng = np.random.default_rng(seed)
    survey = a_survey(aspects, low=low, high=high, norm=None)
    seller = np.concatenate([np.arange(sellers), rng.integers(0, sellers, n - sellers)])
    width = high - low
    taste = rng.normal(0, 0.1, (2, sellers, 1))[:, seller]
    middle = low + width * (0.6 + taste + rng.normal(0, 0.2, (2, n, aspects)))
    sheets = np.clip(np.rint(middle), low, high).astype(int)
    return columns(survey, range(1, n + 1), (100 + seller).tolist(), *sheets)


def nearest(value: float, step: float) -> float:
    return round(round(value / step) * step, 2)


def robust_over_plain(values: np.ndarray, cluster: np.ndarray) -> float:
    """The standard error of a mean with clusters over the plain one, by ordinary least squares on a constant alone."""
    one = np.ones_like(values)
    clustered = sm.OLS(values, one).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False, "df_correction": False}
    )
    groups = len(np.unique(cluster))
    return float(clustered.bse[0] * np.sqrt(groups / (groups - 1)) / sm.OLS(values, one).fit().bse[0])


def clustered(values: np.ndarray, cluster: np.ndarray, clusters: int) -> float | None:
    """What `clustering` says of these values."""
    totals = np.bincount(cluster, weights=values, minlength=clusters)
    return clustering(np.bincount(cluster, minlength=clusters), totals, float(np.square(values).sum()))


def upwards(value: float) -> float:
    """To the next 0.05, and at least 1."""
    steps = Fraction(value).limit_denominator(10**9) / Fraction(1, 20)
    return max(1.0, float(-(-steps // 1) / 20))


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(10, 20), st.integers(20, 120))
def test_clustering_is_what_statsmodels_finds_rounded_up_to_a_twentieth(seed, sellers, n):
    rng = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(sellers), rng.integers(0, sellers, n)])
    values = rng.normal(0, 1, sellers + n) + rng.normal(0, rng.choice([0, 0.5, 2]), sellers)[cluster]
    exact = robust_over_plain(values, cluster)
    found = clustered(values, cluster, sellers)
    assert found == pytest.approx(upwards(exact - 1e-9), abs=1e-9)
    assert found >= exact - 1e-9


def test_before_it_is_rounded_clustering_is_that_of_statsmodels_to_nine_decimals(monkeypatch):
    monkeypatch.setattr("kloof.domain.releases.spread._FACTOR_STEP", 1e-12)
    rng = np.random.default_rng(3)
    for _ in range(20):
        cluster = np.concatenate([np.arange(12), rng.integers(0, 12, 60)])
        values = rng.integers(-10, 11, 72) + 3.0 * rng.normal(0, 1, 12)[cluster]
        found = clustered(values, cluster, 12)
        assert found == pytest.approx(max(1.0, robust_over_plain(values, cluster)), abs=1e-9)


def test_clusters_never_make_anybody_surer():
    """Every salesperson with as many above the mean as below: the clustered standard error is nought."""
    assert clustered(np.tile([1.0, -1.0], 40), np.repeat(np.arange(20), 4), 20) == 1.0


def test_where_all_say_the_same_there_is_nothing_to_widen():
    assert clustered(np.full(40, 3.0), np.arange(40) % 10, 10) == 1.0


def test_below_ten_salespeople_nobody_can_say_how_alike_their_customers_are():
    nine, ten = (spread(drawn(60, sellers)) for sellers in (9, 10))
    assert nine is not None
    assert ten is not None
    assert [one.clustering for one in (*nine.aspects.values(), nine.overall)] == [None] * 4
    assert nine.clusters == 0
    assert all(one.clustering is not None for one in (*ten.aspects.values(), ten.overall))
    assert ten.clusters == 10


@pytest.mark.parametrize(("sellers", "told"), [(10, 10), (14, 10), (15, 15), (23, 20)])
def test_the_number_of_clusters_is_rounded_down_to_a_multiple_of_five(sellers, told):
    found = spread(drawn(60, sellers))
    assert found is not None
    assert found.clusters == told


def test_below_thirty_pairs_nothing_is_said():
    assert spread(drawn(29, 12)) is None
    assert spread(drawn(30, 12)) is not None


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(0, 10, 0.1), (1, 10, 0.1), (1, 7, 0.1), (0, 5, 0.05), (1, 5, 0.05), (1, 6, 0.05)],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_sd_is_that_of_numpy_to_a_tenth_and_on_short_scales_to_a_twentieth(low, high, step, seed):
    pairs = drawn(80, 12, low=low, high=high, seed=seed)
    found = spread(pairs)
    assert found is not None
    v, r = (side.astype(float) - 1 + low for side in (pairs.expected, pairs.received))
    for at, aspect in enumerate(pairs.survey.core):
        told = found.aspects[aspect.id]
        expected = [nearest(np.std(one[:, at], ddof=1), step) for one in (v, r, v - r)]
        assert [told.v, told.r, told.s] == expected
        sides = (v - r)[:, at], v[:, at], r[:, at]
        exact = [upwards(robust_over_plain(one, pairs.salesperson) - 1e-9) for one in sides]
        assert [told.clustering, told.clustering_v, told.clustering_r] == pytest.approx(exact, abs=1e-9)


def test_overall_is_of_each_customers_mean_over_the_aspects():
    pairs = drawn(80, 12, seed=5)
    found = spread(pairs)
    assert found is not None
    v, r = (side.mean(axis=1) for side in (pairs.expected, pairs.received))
    told = [nearest(np.std(one, ddof=1), 0.1) for one in (v, r, v - r)]
    assert [found.overall.v, found.overall.r, found.overall.s] == told
    assert found.overall.clustering == pytest.approx(
        upwards(robust_over_plain(v - r, pairs.salesperson) - 1e-9), abs=1e-9
    )


def test_one_answer_more_or_less_mostly_changes_no_spread():
    """Fifty customers of two hundred, each taken out in turn: the figures of the rest are the same in nearly all."""
    pairs = drawn(200, 12, seed=6)
    whole = spread(pairs)
    assert whole is not None
    without = [spread(pairs.take(np.delete(np.arange(200), gone))) for gone in range(50)]
    same = [one is not None and one.overall.s == whole.overall.s for one in without]
    assert sum(same) > 40


def test_a_survey_version_is_named_with_its_spread():
    pairs = drawn(40, 12)
    found = spread(replace(pairs, survey=a_survey(3, version=7, norm=None)))
    assert found is not None
    assert (found.survey, found.version) == ("installation", 7)


def divided(pairs: PairColumns, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Who is in the arm, mostly customers of some salespeople, and of which of three products each is."""
    rng = np.random.default_rng(seed)
    often = np.where(pairs.salesperson % 3 == 0, 0.8, 0.3)
    return rng.random(len(pairs)) < often, rng.integers(0, 3, len(pairs))


@pytest.mark.parametrize("seed", range(4))
def test_the_widening_of_a_difference_is_that_of_statsmodels_product_by_product(seed):
    pairs = drawn(200, 14, seed=seed)
    done, product = divided(pairs, seed)
    one, other = arm_spreads(pairs, done, product, ("a", "b", "c"))
    gap = pairs.expected.astype(float) - pairs.received
    design = np.column_stack([done, *(product == p for p in range(3))]).astype(float)
    n, n_other = int(done.sum()), int((~done).sum())
    weights = [one.products[p] * other.products[p] / (one.products[p] + other.products[p]) for p in "abc"]
    common = sum(weights) * (1 / sum(one.products.values()) + 1 / sum(other.products.values()))
    for at, aspect in enumerate(pairs.survey.core):
        clustered = {"cov_type": "cluster", "cov_kwds": {"groups": pairs.salesperson}}
        robust = sm.OLS(gap[:, at], design).fit(**clustered).bse[0]
        plain = gap[:, at].std(ddof=1) * np.sqrt((1 / n + 1 / n_other) / common)
        exact = max(1.0, robust * np.sqrt(13 / 12) / plain)
        assert exact - 1e-9 <= one.clustering[aspect.id] < exact + 0.1
        assert round(one.clustering[aspect.id] * 10, 6) % 1 == 0
    assert (one.clustering, one.clusters) == (other.clustering, other.clusters)
    assert 4 <= one.clusters <= 14


def test_an_arm_tells_its_products_in_fives_and_how_alike_its_own_customers_are():
    pairs = drawn(200, 14, seed=2)
    done, product = divided(pairs)
    spreads = arm_spreads(pairs, done, product, ("a", "b", "c"))
    for told, arm in zip(spreads, (done, ~done), strict=True):
        exact = np.bincount(product[arm], minlength=3)
        assert all(abs(told.products[p] - exact[at]) <= 2 for at, p in enumerate("abc"))
        assert not any(count % 5 for count in told.products.values())
        v, r = (side[arm].astype(float) for side in (pairs.expected, pairs.received))
        most = max(
            robust_over_plain(one[:, at], pairs.salesperson[arm]) for one in (v, r, v - r) for at in range(3)
        )
        assert most - 1e-9 <= told.own_clustering < most + 0.1
        assert told.own_clusters == 10


def test_below_ten_salespeople_arms_tell_their_products_and_no_more():
    pairs = drawn(120, 9)
    for told in arm_spreads(pairs, *divided(pairs), ("a", "b", "c")):
        assert told.products
        assert (told.clustering, told.clusters, told.own_clustering, told.own_clusters) == ({}, 0, None, 0)


def test_a_practice_of_one_product_alone_is_compared_with_nothing():
    pairs = drawn(120, 12)
    done = np.arange(120) < 60
    for told in arm_spreads(pairs, done, done.astype(int), ("a", "b")):
        assert (told.clustering, told.clusters) == ({}, 0)
        assert told.own_clustering is not None


def with_promises(n: int, sellers: int, alike: float = 0.0) -> PairColumns:
    """Two promises of each customer, of which `alike` of the customers saw both kept or both broken."""
    rng = np.random.default_rng(5)
    first, second = rng.integers(0, 3, (2, n))
    second = np.where(rng.random(n) < alike, first, second)
    counts = np.zeros((n, 4), dtype=np.uint8)
    for one in (first, second):
        counts[np.arange(n), one] += 1
    return replace(drawn(n, sellers), promises=counts)


def test_promises_of_one_customer_widen_their_intervals_and_those_by_one_salesperson_from_ten_on():
    told = spread(with_promises(200, 12, alike=1.0))
    assert told is not None
    assert told.promises is not None
    assert told.promises.by_customer == pytest.approx(np.sqrt(2), abs=0.06)
    assert told.promises.by_salesperson is not None
    apart = spread(with_promises(200, 9))
    assert apart is not None
    assert apart.promises is not None
    assert apart.promises.by_customer <= 1.1
    assert apart.promises.by_salesperson is None


def test_too_few_promises_tell_nothing_of_their_own():
    assert spread(drawn(60, 12)).promises is None  # type: ignore[union-attr]
    few = with_promises(60, 12)
    few.promises[9:] = 0
    assert spread(few).promises is None  # type: ignore[union-attr]
