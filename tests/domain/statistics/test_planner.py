"""How many pairs, against statsmodels, and when."""

import datetime

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower

from kloof.domain.statistics.planner import closes_about, pairs_exactly, pairs_needed, power

TODAY = datetime.date(2026, 11, 29)


@given(st.floats(0.03, 2), st.floats(0.3, 4))
def test_the_pairs_that_a_gap_needs_are_those_of_statsmodels(size, sd):
    reference = TTestPower().solve_power(effect_size=size, power=0.8, alpha=0.05)
    assert pairs_exactly(size * sd, sd) == pytest.approx(reference, rel=1e-6)


@given(st.floats(0.03, 2), st.integers(3, 5000))
def test_the_power_is_that_of_statsmodels(size, pairs):
    reference = TTestPower().power(size, pairs, 0.05)
    assume(
        not np.isnan(reference)
    )  # where it is 1 for all that anybody knows, statsmodels may have no number
    assert power(size, 1.0, pairs) == pytest.approx(reference, abs=1e-9)


def test_a_gap_of_half_a_point_with_the_usual_spread_needs_about_66_pairs():
    assert pairs_needed(0.5, 1.43) == 67


def test_with_the_pairs_that_it_needs_a_gap_is_seen_in_80_of_100():
    n = pairs_needed(0.5, 1.5)
    gaps = np.random.default_rng(4).normal(0.5, 1.5, (4000, n))
    assert 0.78 <= (stats.ttest_1samp(gaps, 0, axis=1).pvalue <= 0.05).mean() <= 0.83


@given(st.floats(0.05, 50), st.floats(2, 1e6))
def test_the_power_grows_to_one_and_never_beyond(size, pairs):
    assert 0.05 <= power(size, 1.0, pairs) <= power(size, 1.0, pairs * 2) + 1e-9 <= 1 + 2e-9


def test_a_gap_that_towers_over_the_spread_needs_two_pairs():
    assert pairs_needed(100, 1) == 2


@pytest.mark.parametrize(("gap", "sd"), [(0, 1), (0.5, 0), (-1, 1), (1e-9, 1)])
def test_what_no_number_of_pairs_can_show_is_refused(gap, sd):
    with pytest.raises(ValueError, match="gap of"):
        pairs_exactly(gap, sd)


@pytest.mark.parametrize(
    ("waiting", "per_day", "day"),
    [
        (12, 0.0, TODAY),
        (15, 1.0, TODAY),
        (4, 0.5, TODAY + datetime.timedelta(days=16)),
        (11, 0.3, TODAY + datetime.timedelta(days=4)),
        (11, 0.0, None),
        (0, 1e-9, None),
    ],
)
def test_a_queue_closes_when_it_has_enough_at_the_present_pace(waiting, per_day, day):
    assert closes_about(waiting, 12, per_day, TODAY) == day
