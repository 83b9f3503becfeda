"""Figure 11 against scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kloof.domain import statistics as figures
from kloof.domain.statistics import Interval


@given(st.lists(st.floats(0, 1) | st.just(0.04), max_size=60))
def test_many_tests_are_adjusted_as_scipy_adjusts_them(p_values):
    expected = stats.false_discovery_control(p_values, method="bh") if p_values else []
    assert figures.adjusted(p_values) == pytest.approx(list(expected), abs=1e-12)


def test_a_difference_counts_only_if_it_stands_among_all_and_its_own_interval_leaves_zero_out():
    assert figures.demonstrable(0.08, Interval(0.1, 0.9))
    assert not figures.demonstrable(0.11, Interval(0.1, 0.9))
    assert not figures.demonstrable(0.08, Interval(-0.1, 0.9))
    assert not figures.demonstrable(0.0, Interval(0.0, 0.9))
