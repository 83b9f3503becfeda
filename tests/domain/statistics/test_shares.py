"""Shares and their intervals, against statsmodels; coarse ones of clustered promises, on simulated customers."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats import proportion

from cast.random_answers import close
from kloof.domain import statistics as figures
from kloof.domain.releases.closing import COUNT_BASE
from kloof.domain.releases.coarse_shares import share as published
from kloof.domain.releases.rounding import rounded_at_random
from kloof.domain.statistics import TooFew, coarse_share, rounding_variance
from kloof.domain.statistics.shares import share_inflation


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_has_the_wilson_interval_of_statsmodels(count_of):
    count, n = count_of
    found = figures.wilson(count, n)
    low, high = proportion.proportion_confint(count, n, method="wilson")
    assert found.share == count / n
    assert (found.interval.low, found.interval.high) == (close(max(0.0, low)), close(min(1.0, high)))


def test_the_response_is_a_share_of_who_was_asked_from_a_hundred_on():
    assert figures.response(60, 100) == figures.wilson(60, 100)
    assert figures.response(60, 95) == TooFew(100, 95, "deals")


def promises(chance, customers, shares, alike):
    """Kept, partly and broken of each customer: up to five promises, the chances of each drawn around `shares`."""
    known = chance.integers(1, 6, customers)
    own = chance.dirichlet(np.array(shares) * (1 - alike) / alike, customers)
    return np.array([chance.multinomial(n, p) for n, p in zip(known, own, strict=True)])


@given(st.integers(0, 2**32 - 1), st.integers(20, 60), st.floats(0.05, 0.9))
def test_the_inflation_of_shares_is_that_of_statsmodels_the_largest_of_all_outcomes(seed, customers, alike):
    counts = promises(np.random.default_rng(seed), customers, (0.6, 0.3, 0.1), alike)
    assume((counts.sum(axis=0) > 0).all())
    each = np.repeat(np.tile(np.arange(3), customers), counts.ravel())
    owners = np.repeat(np.arange(customers), counts.sum(axis=1))
    n, ratios = len(each), []
    for outcome in range(3):
        y = (each == outcome).astype(float)
        robust = sm.OLS(y, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": owners}).bse[0]
        # CR1 of statsmodels has (n − 1)/(n − 1) for a constant alone; the plain error divides by n.
        ratios.append(robust / np.sqrt(y.mean() * (1 - y.mean()) / n))
    assert share_inflation(counts, np.arange(customers)) == close(max(1.0, *ratios))


def test_customers_without_a_known_promise_do_not_count_and_twelve_are_needed():
    counts = np.array([[2, 1, 0]] * 12 + [[0, 0, 0]] * 9)
    assert share_inflation(counts, np.arange(21)) == share_inflation(counts[:12], np.arange(12)) == 1.0
    assert share_inflation(counts[:11], np.arange(11)) is None
    assert share_inflation(np.array([[3, 0, 0]] * 20), np.arange(20)) == 1.0


@given(st.integers(2, 18).map(lambda step: 5 * step), st.integers(30, 400), st.floats(1, 2))
def test_a_coarse_share_has_wilsons_interval_at_both_ends_of_what_it_could_be(percent, n, factor):
    found = coarse_share(percent, n, factor=factor, clusters=40)
    size = min(n, n / factor**2 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 39)) ** 2)
    low, high = ((percent + off) / 100 for off in (-2.5, 2.5))
    ends = [proportion.proportion_confint(p * size, size, method="wilson") for p in (low, high)]
    assert (found.interval.low, found.interval.high) == (close(ends[0][0]), close(ends[1][1]))


def test_what_rounding_added_widens_the_interval_as_its_equation_says():
    found = coarse_share(60, 100, factor=1.2, clusters=30, added=0.002)
    size = 100 / 1.44 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 29)) ** 2
    z2 = stats.norm.ppf(0.975) ** 2
    for share, end, inside in (
        (0.575, found.interval.low, (0.0, 0.575)),
        (0.625, found.interval.high, (0.625, 1)),
    ):
        root = optimize.brentq(lambda p, s=share: (s - p) ** 2 - z2 * (p * (1 - p) / size + 0.002), *inside)
        assert end == pytest.approx(root, abs=1e-9)


def test_the_ends_are_as_wide_as_what_they_stand_for():
    assert coarse_share(5, 60, factor=1.0, clusters=40).interval.low == 0.0
    assert coarse_share(5, 60, factor=1.0, clusters=40).interval.high > 0.1
    assert coarse_share(95, 60, factor=1.0, clusters=40).interval.low < 0.9
    assert coarse_share(95, 60, factor=1.0, clusters=40).interval.high == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.8, 0.15, 0.05), (0.93, 0.05, 0.02)])
@pytest.mark.parametrize("alike", [0.1, 0.5])
def test_a_coarse_share_of_rounded_counts_of_clustered_promises_covers_95_of_100(shares, alike):
    """Five blocks of twelve customers, each count rounded to three, the share to five per cent: what a release does."""
    chance, worlds, covered = np.random.default_rng([int(10 * shares[0]), int(10 * alike)]), 600, np.zeros(3)
    for _ in range(worlds):
        counts = promises(chance, 60, shares, alike)
        told = COUNT_BASE * rounded_at_random(counts.reshape(5, 12, 3).sum(axis=1), COUNT_BASE, chance).sum(
            axis=0
        )
        known, factor = int(told.sum()), share_inflation(counts, np.arange(60))
        for at, share in enumerate(shares):
            percent = published(int(told[at]), known)
            p = percent / 100
            added = rounding_variance(COUNT_BASE, 5) / known**2 * ((1 - p) ** 2 + 2 * p * p)
            found = coarse_share(percent, 5 * round(known / 5), factor=factor, clusters=60, added=added)
            covered[at] += found.interval.holds(share)
    assert (covered / worlds >= 0.95).all()
