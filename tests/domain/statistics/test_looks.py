"""Many looks at one aspect: against published boundaries and scipy, and over simulated years of releases."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from kloof.domain.statistics.looks import (
    TUNED_FOR,
    always_valid_p,
    always_valid_reach,
    levels,
    open_ended,
    spent,
)


def boundaries(sizes, spending):
    return [stats.norm.isf(level / 2) for level in levels(sizes, spending)]


def test_five_equal_looks_have_the_published_boundaries_of_o_brien_and_fleming():
    """As the program of Reboussin, DeMets, Kim & Lan (2000) and the R package ldbounds print them."""
    used = [spent(0.05, look / 5) for look in range(1, 6)]
    spending = np.diff(used, prepend=0)
    assert used[-1] == pytest.approx(0.05, abs=1e-12)
    assert boundaries(range(1, 6), spending) == pytest.approx(
        [4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4
    )


@given(st.lists(st.integers(12, 300), min_size=2, max_size=3), st.floats(0.001, 0.03), st.floats(0.001, 0.03))
def test_each_look_is_the_first_to_be_wrong_with_just_the_chance_that_it_spends(new, first, second):
    """Against scipy's multivariate normal distribution of the first two looks."""
    sizes = np.cumsum(new)[:2]
    one, two = boundaries(sizes, [first, second])
    together = math.sqrt(sizes[0] / sizes[1])
    inside = stats.multivariate_normal(cov=[[1, together], [together, 1]])
    kept = inside.cdf([one, two], lower_limit=[-one, -two])
    assert 1 - kept == pytest.approx(first + second, abs=1e-6)


def test_a_first_look_is_as_strict_as_what_it_spends():
    assert levels([40], [0.025]) == (0.025,)
    assert levels([], []) == ()


def test_a_plan_without_an_end_spends_no_more_than_alpha_however_long_it_lasts():
    assert open_ended(3, 0.06) == pytest.approx((0.03, 0.01, 0.005))
    assert math.fsum(open_ended(5000)) < 0.05


def test_without_new_customers_a_look_is_as_strict_as_the_one_before():
    spending = open_ended(4)
    found = levels([40, 40, 90, 90.05], spending)
    assert found[0] == found[1]
    assert found[2] == found[3]


def test_when_a_block_was_retired_the_look_spends_its_share_by_itself():
    spending = open_ended(3)
    assert levels([80, 60, 120], spending)[1] == spending[1]


@pytest.mark.parametrize(("sizes", "spending"), [([0, 40], (0.02, 0.01)), ([20, 40], (0.0, 0.05))])
def test_a_look_at_nobody_or_one_that_spends_nothing_is_refused(sizes, spending):
    with pytest.raises(ValueError, match="at least one customer"):
        levels(sizes, spending)


@pytest.mark.slow
@pytest.mark.parametrize("new", [12, 500, 20_000])
def test_few_new_customers_beside_many_old_ones_are_still_integrated_rightly(new):
    sizes, spending = [10_000, 10_000 + new], (0.025, 0.008)
    one, two = boundaries(sizes, spending)

    def crosses(u):
        spread = math.sqrt(new / sizes[1])
        shift = u * math.sqrt(sizes[0] / sizes[1])
        beyond = stats.norm.sf((two - shift) / spread) + stats.norm.cdf((-two - shift) / spread)
        return stats.norm.pdf(u) * beyond

    edges = np.linspace(-one, one, 200)
    total = sum(integrate.quad(crosses, a, b)[0] for a, b in pairwise(edges))
    assert total == pytest.approx(spending[1], abs=1e-9)


def cumulative(chance, worlds, looks):
    """Sizes of `looks` releases with 30 to 100 new customers each, and the z of `worlds` companies without a gap."""
    new = chance.integers(30, 101, looks)
    sums = np.sqrt(new) * chance.standard_normal((worlds, looks))
    return new.cumsum(), sums.cumsum(axis=1) / np.sqrt(new.cumsum())


def ever_wrong(chance, years, looks):
    """The share of companies that ever call a gap, over `years` of other sizes with 2,000 companies each."""
    found = []
    for _ in range(years):
        sizes, z = cumulative(chance, 2000, looks)
        found.append((abs(z) >= boundaries(sizes.tolist(), open_ended(looks))).any(axis=1).mean())
    return np.mean(found)


def test_a_plain_test_at_each_of_twelve_releases_is_wrong_some_time_in_a_fifth_of_the_companies():
    _, z = cumulative(np.random.default_rng(7), 20_000, 12)
    assert (abs(z) > stats.norm.isf(0.025)).any(axis=1).mean() == pytest.approx(0.21, abs=0.02)


@pytest.mark.slow
def test_over_twelve_releases_without_a_gap_one_is_ever_called_in_5_of_100_companies():
    assert 0.04 <= ever_wrong(np.random.default_rng(8), 20, 12) <= 0.055


@pytest.mark.slow
def test_over_five_years_of_monthly_releases_it_is_still_5_of_100():
    assert 0.04 <= ever_wrong(np.random.default_rng(9), 5, 60) <= 0.06


@pytest.mark.slow
def test_whole_answers_that_run_into_the_end_of_the_scale_change_nothing_of_that():
    """V and R on 0 to 10, a t test of all so far at each release."""
    chance, worlds, new = np.random.default_rng(10), 2000, [40] * 12
    n = sum(new)
    v, r = (np.clip(np.rint(chance.normal(8, 1.6, (worlds, n))), 0, 10) for _ in range(2))
    sizes = np.cumsum(new)
    strict = levels(sizes.tolist(), open_ended(12))
    wrong = np.zeros(worlds, dtype=bool)
    for size, level in zip(sizes, strict, strict=True):
        wrong |= stats.ttest_rel(v[:, :size], r[:, :size], axis=1).pvalue <= level
    assert wrong.mean() <= 0.07


def test_what_many_looks_cost_in_width_beside_a_single_one():
    """At the first, second, sixth and twelfth of equal releases; what always holds costs more until then."""
    found = np.array(boundaries([65 * look for look in range(1, 13)], open_ended(12))) / stats.norm.isf(0.025)
    assert found[[0, 1, 5, 11]] == pytest.approx([1.14, 1.27, 1.47, 1.60], abs=0.005)
    always = [always_valid_reach(1, 65 * look) * math.sqrt(65 * look) / 1.959964 for look in (1, 2, 6, 12)]
    assert always == pytest.approx([1.58, 1.55, 1.57, 1.61], abs=0.005)


@given(st.floats(-2, 2), st.floats(0.5, 3), st.integers(10, 5000))
def test_the_p_that_always_holds_is_one_over_robbins_mixture(mean, sd, n):
    """The mixture is integrated here as it is written: a bet on every mean, weighed by a normal distribution."""
    rho = tuned()
    total = n * mean / sd

    def bet(x):
        return math.exp(x * total - x * x * n / 2 - x * x * rho / 2) * math.sqrt(rho / (2 * math.pi))

    peak, width = total / (n + rho), 1 / math.sqrt(n + rho)
    if abs(total * peak) < 600:
        won = integrate.quad(bet, peak - 12 * width, peak + 12 * width, epsabs=0, epsrel=1e-11, limit=200)[0]
        assert always_valid_p(mean, sd, n) == pytest.approx(min(1, 1 / won), rel=1e-8)


def tuned():
    """The mixture at which the reach no longer falls or grows at `TUNED_FOR`: the root of its derivative."""

    def slope(rho):
        return math.log((TUNED_FOR + rho) / (0.05**2 * rho)) - TUNED_FOR / rho

    return optimize.brentq(slope, 1, 500, xtol=1e-12)


@given(st.floats(0.5, 3), st.integers(10, 5000))
def test_where_its_interval_ends_the_p_that_always_holds_is_5_percent(sd, n):
    assert always_valid_p(always_valid_reach(sd, n), sd, n) == pytest.approx(0.05, rel=1e-9)


def test_without_any_spread_the_p_that_always_holds_is_one_or_nothing():
    assert (always_valid_p(0, 0, 20), always_valid_p(1, 0, 20)) == (1, 0)


@pytest.mark.slow
def test_looked_at_after_every_single_customer_it_is_wrong_in_5_of_100_at_most():
    chance, worlds, most = np.random.default_rng(11), 1000, 2000
    sums = chance.standard_normal((worlds, most)).cumsum(axis=1)
    reach = np.array([always_valid_reach(1, n) * n for n in range(1, most + 1)])
    assert (abs(sums) > reach).any(axis=1).mean() <= 0.05
