"""Bounds for everybody, also who left: by construction, against a root of their equation, and on simulated years."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from cast.random_answers import close, customers, values
from kloof.domain.statistics.attrition import critical_value, worst_case
from kloof.domain.statistics.sums import Sample, Sums


def sample(column):
    return Sums.of(column).sample


@given(customers(20), values(0), st.integers(0, 30))
def test_each_bound_is_the_mean_of_all_with_the_missing_at_one_end_of_the_scale(pair, left, silent):
    gaps = pair[0] - pair[1]
    found = worst_case(sample(gaps), sample(left), 0, 10, silent=silent)
    lowest = np.concatenate([gaps, left - 10, np.full(silent, -10.0)])
    highest = np.concatenate([gaps, left - 0, np.full(silent, 10.0)])
    assert (found.bounds.low, found.bounds.high) == (close(lowest.mean()), close(highest.mean()))
    errors = [side.std(ddof=1) / math.sqrt(len(side)) for side in (lowest, highest)]
    reach = critical_value(highest.mean() - lowest.mean(), max(errors))
    assert found.interval.low == close(lowest.mean() - reach * errors[0])
    assert found.interval.high == close(highest.mean() + reach * errors[1])
    assert found.n == len(lowest)


@given(st.floats(0, 5), st.floats(0.01, 2))
def test_the_critical_value_is_the_root_of_the_equation_of_imbens_and_manski(width, error):
    def equation(reach):
        return stats.norm.cdf(reach + width / error) - stats.norm.cdf(-reach) - 0.95

    direct = optimize.bisect(equation, 0, 10, xtol=1e-13, rtol=1e-13)
    assert critical_value(width, error) == pytest.approx(direct, abs=1e-9)


def test_the_critical_value_runs_from_that_of_both_sides_to_that_of_one():
    assert critical_value(0, 1) == close(stats.norm.ppf(0.975))
    assert critical_value(100, 1) == close(stats.norm.ppf(0.95))


def test_when_nobody_left_and_all_agree_the_bounds_meet():
    found = worst_case(Sample(30, 1.0, 0.0), Sample(0, 0.0, 0.0), 0, 10)
    assert found.bounds == found.interval
    assert (found.bounds.low, found.bounds.high) == (1, 1)


def test_the_variance_of_rounding_widens_the_interval_and_moves_no_bound():
    pairs, left = Sample(60, 0.8, 2.0), Sample(40, 8.0, 1.5)
    plain, rounded = worst_case(pairs, left, 0, 10), worst_case(pairs, left, 0, 10, known=0.02)
    assert plain.bounds == rounded.bounds
    assert rounded.interval.low < plain.interval.low < plain.interval.high < rounded.interval.high


def test_one_customer_has_no_chance_counted():
    with pytest.raises(ValueError, match="two customers"):
        worst_case(Sample(1, 0.0, 0.0), Sample(0, 0.0, 0.0), 0, 10)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.02, 0.4])
@pytest.mark.parametrize("end", [0, 10])
def test_the_interval_covers_the_gap_of_all_even_when_those_who_left_are_at_an_end(share, end):
    chance, worlds, n, covered = np.random.default_rng([int(100 * share), end]), 1500, 150, 0
    truth = 8 - (7 * (1 - share) + end * share)
    for _ in range(worlds):
        v = np.clip(np.rint(chance.normal(8, 1, n)), 0, 10)
        r = np.clip(np.rint(chance.normal(7, 1, n)), 0, 10)
        gone = chance.random(n) < share
        found = worst_case(sample((v - r)[~gone]), sample(v[gone]), 0, 10)
        covered += found.interval.low <= truth + 0.005 and truth - 0.005 <= found.interval.high
    assert 0.93 <= covered / worlds <= 0.975
