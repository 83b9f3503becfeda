"""A mean out of rounded sums, against scipy and statsmodels, by enumeration, and on simulated releases."""

import itertools
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import weightstats

from cast.random_answers import close, varied_customers
from kloof.domain.statistics.estimates import estimate, rounding_variance
from kloof.domain.statistics.values import Interval


@given(varied_customers(10))
def test_with_its_own_sd_and_no_rounding_it_is_the_paired_t_interval(pair):
    gaps = pair[0] - pair[1]
    found = estimate(gaps.mean(), gaps.std(ddof=1), len(gaps), len(gaps) - 1)
    reference = stats.ttest_rel(*pair)
    low, high = reference.confidence_interval()
    assert (found.interval.low, found.interval.high) == (close(low), close(high))
    assert found.p == close(reference.pvalue)


@given(st.floats(-5, 5), st.floats(0.1, 5), st.integers(1, 500), st.floats(1, 2000), st.floats(0, 4))
def test_with_a_pooled_sd_and_a_known_variance_it_is_that_of_statsmodels(mean, sd, n, freedom, known):
    found = estimate(mean, sd, n, freedom, known=known)
    error = np.sqrt(sd**2 / n + known)
    low, high = weightstats._tconfint_generic(mean, error, freedom, 0.05, "two-sided")
    assert (found.interval.low, found.interval.high) == (close(low), close(high))
    assert found.p == close(weightstats._tstat_generic(mean, 0, error, freedom, "two-sided")[1])
    assert found.indicative is (n < 30)


def test_without_any_spread_the_interval_is_the_mean_itself():
    found = estimate(0.5, 0.0, 12, 40)
    assert (found.interval, found.p) == (Interval(0.5, 0.5), 0.0)
    with pytest.raises(ValueError, match="no customers"):
        estimate(0.5, 1.0, 0, 40)


@pytest.mark.parametrize(("low", "high"), list(itertools.product([0, 1], range(2, 11))))
def test_rounding_at_random_adds_the_variance_that_enumeration_finds(low, high):
    """Every sum from 0 over a whole number of bases, both ways that it can go, in exact fractions."""
    base = Fraction(high - low, 2)
    sums = range(base.numerator * 6)
    variance = Fraction(0)
    for total in sums:
        below = floor(total / base) * base
        up = (total - below) / base
        assert (1 - up) * below + up * (below + base) == total
        variance += (1 - up) * (below - total) ** 2 + up * (below + base - total) ** 2
    assert rounding_variance(float(base), 1) == close(float(variance / len(sums)))
    assert rounding_variance(float(base), 7, sides=2) == close(14 * float(variance / len(sums)))


@pytest.mark.parametrize(("base", "variance"), [(2, 0.5), (3, 4 / 3), (5, 4), (4.5, 10 / 3), (1, 0)])
def test_rounding_to_half_a_scale_adds_what_the_formula_says(base, variance):
    assert rounding_variance(base, 1) == close(variance)


def test_a_base_that_is_no_width_is_refused():
    with pytest.raises(ValueError, match="cannot be rounded"):
        rounding_variance(0, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("low", "high"), [(0, 10), (1, 7), (1, 5), (1, 10)])
@pytest.mark.parametrize("blocks", [1, 4])
def test_the_interval_of_rounded_blocks_covers_the_true_gap_in_95_of_100(low, high, blocks):
    """Blocks of 12 with skew and a ceiling, in companies that differ; the SD from forty other blocks of each."""
    chance, covered, size = np.random.default_rng([low, high, blocks]), [], 12
    base, n = (high - low) / 2, blocks * size

    def answers(mean, *shape):
        return np.clip(np.rint(low + (high - low) * chance.beta(9 * mean, 9 * (1 - mean), shape)), low, high)

    def expected(mean):
        edges = (np.arange(low + 0.5, high) - low) / (high - low)
        return low + stats.beta.sf(edges, 9 * mean, 9 * (1 - mean)).sum()

    for _ in range(60):
        sides = chance.uniform(0.75, 0.92), chance.uniform(0.6, 0.85)
        truth = expected(sides[0]) - expected(sides[1])
        pool = answers(sides[0], 40 * size) - answers(sides[1], 40 * size)
        sums = [answers(mean, 300, blocks, size).sum(axis=2) for mean in sides]
        v, r = (base * (np.floor(one / base) + (chance.random(one.shape) < one / base % 1)) for one in sums)
        known = rounding_variance(base, blocks, sides=2) / n**2
        reach = estimate(0.0, pool.std(ddof=1), n, len(pool) - 1, known=known).interval.high
        covered.append((abs((v - r).sum(axis=1) / n - truth) <= reach).mean())
    assert 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.parametrize(("n", "covered"), [(10, 0.82), (24, 0.81), (60, 0.92)])
def test_where_one_customer_in_twenty_is_a_disaster_the_interval_covers_less_as_the_handbook_says(n, covered):
    """Nineteen in twenty lie about half a point short, give or take 0.8; one loses nine."""
    chance, worlds = np.random.default_rng(n), 20_000
    usual = np.rint(chance.normal(0.5, 0.8, (worlds, n)))
    gaps = np.where(chance.random((worlds, n)) < 0.05, 9.0, usual)
    true = 0.95 * float(np.rint(chance.normal(0.5, 0.8, 10**6)).mean()) + 0.05 * 9
    reach = stats.t.ppf(0.975, n - 1) * gaps.std(axis=1, ddof=1) / np.sqrt(n)
    assert (abs(gaps.mean(axis=1) - true) <= reach).mean() == pytest.approx(covered, abs=0.01)
