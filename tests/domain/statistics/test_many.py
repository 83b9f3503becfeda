"""Figures 11 and 12 against scipy and statsmodels."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import meta_analysis

from kloof.domain import statistics as figures
from kloof.domain.statistics import Interval, TooFew
from kloof.domain.statistics.sums import Sample


@given(st.lists(st.floats(0, 1) | st.just(0.04), max_size=60))
def test_many_tests_are_adjusted_as_scipy_adjusts_them(p_values):
    expected = stats.false_discovery_control(p_values, method="bh") if p_values else []
    assert figures.adjusted(p_values) == pytest.approx(list(expected), abs=1e-12)


def test_a_difference_counts_only_if_it_stands_among_all_and_its_own_interval_leaves_zero_out():
    assert figures.demonstrable(0.08, Interval(0.1, 0.9))
    assert not figures.demonstrable(0.11, Interval(0.1, 0.9))
    assert not figures.demonstrable(0.08, Interval(-0.1, 0.9))
    assert not figures.demonstrable(0.0, Interval(0.0, 0.9))


groups = st.lists(
    st.builds(Sample, st.integers(2, 200), st.floats(0, 10), st.floats(0.5, 9)), min_size=5, max_size=25
)


@given(groups)
def test_small_groups_are_shrunk_with_the_variance_between_that_statsmodels_finds(found_groups):
    within = sum((g.n - 1) * g.variance for g in found_groups) / sum(g.n - 1 for g in found_groups)
    errors = np.array([within / g.n for g in found_groups])
    means = np.array([g.mean for g in found_groups])
    found = figures.shrink(found_groups)
    by_chance = np.sum((means - np.average(means, weights=1 / errors)) ** 2 / errors) <= len(means) - 1
    between, converged = meta_analysis._fit_tau_iterative(means, errors, atol=1e-9, maxiter=1000)
    assume(converged or by_chance)  # it gives 0 up when its last step goes a hair too far
    assert found.between == pytest.approx(between, rel=1e-6, abs=1e-6)
    weights = between / (between + errors)
    assert [g.weight for g in found.groups] == pytest.approx(list(weights), abs=1e-6)
    centre = np.average(means, weights=1 / (between + errors))
    assert [g.mean for g in found.groups] == pytest.approx(
        list(centre + weights * (means - centre)), abs=1e-6
    )


@given(groups)
def test_a_shrunk_mean_lies_between_its_own_mean_and_the_centre(found_groups):
    found = figures.shrink(found_groups)
    for group in found.groups:
        low, high = sorted((group.raw, found.centre))
        assert low - 1e-9 <= group.mean <= high + 1e-9


def test_groups_that_differ_by_less_than_chance_all_get_the_same_mean():
    found = figures.shrink([Sample(20, 7 + step / 100, 4.0) for step in range(5)])
    assert found.between == 0
    assert {round(group.mean, 9) for group in found.groups} == {round(found.centre, 9)}


def test_groups_without_any_spread_inside_keep_their_own_means():
    found = figures.shrink([Sample(12, float(value), 0.0) for value in (5, 6, 7, 8, 9)])
    assert [group.mean for group in found.groups] == [5, 6, 7, 8, 9]


def test_five_identical_groups_without_spread_stay_what_they_are():
    found = figures.shrink([Sample(12, 7.0, 0.0)] * 5)
    assert (found.between, found.centre, {group.mean for group in found.groups}) == (0, 7, {7})


def test_fewer_than_five_groups_are_not_shrunk():
    assert figures.shrink([Sample(12, 7.0, 1.0)] * 4) == TooFew(needed=5, have=4, unit="groups")


def test_a_group_of_nobody_is_refused():
    with pytest.raises(ValueError, match="without customers"):
        figures.shrink([Sample(12, 7.0, 1.0)] * 4 + [Sample(0, 0.0, 0.0)])
