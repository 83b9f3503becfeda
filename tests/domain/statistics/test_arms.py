"""Figures 7, 8 and 10: two groups beside each other, against scipy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from cast.random_answers import TEN, close, customers, mean, values, varied_customers
from kloof.domain import statistics as figures
from kloof.domain.statistics import Interval, TooFew
from kloof.domain.statistics.sums import PairedSums, Sums


def check_welch(found, one, other):
    reference = stats.ttest_ind(one, other, equal_var=False)
    low, high = reference.confidence_interval()
    assert (found.interval.low, found.interval.high) == (close(low), close(high))
    assert found.p == close(reference.pvalue)
    assert found.value == close(np.mean(one) - np.mean(other))


@pytest.mark.filterwarnings("ignore:Precision loss")  # scipy's word for an arm that is constant
@given(values(20), values(20))
def test_who_stayed_is_compared_by_welch(one, other):
    assume(np.std(one) + np.std(other) > 1e-6)
    check_welch(figures.who_stayed(Sums.of(one).sample, Sums.of(other).sample), one, other)


@pytest.mark.filterwarnings("ignore:Precision loss")  # scipy's word for an arm that is constant
@given(values(30), values(30))
def test_the_effect_of_asking_is_compared_by_welch(one, other):
    assume(np.std(one) + np.std(other) > 1e-6)
    check_welch(figures.measurement_effect(Sums.of(one).sample, Sums.of(other).sample), one, other)


@given(mean, mean)
def test_two_groups_without_spread_differ_by_exactly_that(one, other):
    found = figures.who_stayed(Sums.of([one] * 20).sample, Sums.of([other] * 25).sample)
    assert found.interval == Interval(found.value, found.value)
    assert found.p == (1.0 if found.value == 0 else 0.0)


def test_two_groups_below_their_least_size_are_not_compared():
    small, large = Sums.of([7] * 19).sample, Sums.of([8] * 50).sample
    assert figures.who_stayed(large, small) == TooFew(needed=20, have=19)
    assert figures.measurement_effect(Sums.of([7] * 29).sample, large) == TooFew(needed=30, have=29)


@given(customers(20), values(0), st.data())
def test_no_answer_of_the_missing_can_leave_the_bounds(pair, left, data):
    v, r = pair
    bounds = figures.bounds_with_missing(PairedSums.of(v, r, TEN), Sums.of(left), TEN)
    unseen = data.draw(values(len(left), len(left)))
    everybody = np.concatenate([v - r, left - unseen])
    assert bounds.low - 1e-9 <= everybody.mean() <= bounds.high + 1e-9


def test_the_bounds_are_reached_when_all_the_missing_give_an_end_of_the_scale():
    pairs = PairedSums.of([8] * 20, [7] * 20, TEN)
    bounds = figures.bounds_with_missing(pairs, Sums.of([9] * 20), TEN)
    assert (bounds.low, bounds.high) == (close((20 * 1 + 20 * -1) / 40), close((20 * 1 + 20 * 9) / 40))


@given(varied_customers(20), varied_customers(20))
def test_a_practice_is_compared_by_welch_and_its_sides_add_up(done, other):
    found = figures.practice(
        PairedSums.of(*done, TEN), PairedSums.of(*other, TEN), salespeople=3, salespeople_other=4
    )
    check_welch(found.gap, done[0] - done[1], other[0] - other[1])
    check_welch(found.expectation, done[0], other[0])
    check_welch(found.reality, done[1], other[1])
    assert found.gap.value == pytest.approx(found.expectation.value - found.reality.value, abs=1e-12)


def test_a_practice_needs_twenty_customers_and_three_salespeople_in_each_arm():
    few, many = PairedSums.of([8] * 19, [7] * 19, TEN), PairedSums.of([8] * 40, [7] * 40, TEN)
    assert figures.practice(many, few, salespeople=9, salespeople_other=9) == TooFew(20, 19)
    assert figures.practice(many, many, salespeople=2, salespeople_other=9) == TooFew(3, 2, "salespeople")


@given(st.lists(values(30, 30), min_size=2, max_size=5))
def test_over_several_aspects_the_mean_is_right_and_the_spread_never_too_small(aspects):
    found = figures.over_aspects([Sums.of(one).sample for one in aspects])
    per_customer = np.mean(aspects, axis=0)
    assert found.mean == close(per_customer.mean())
    assert found.variance >= per_customer.var(ddof=1) - 1e-9


def test_aspects_of_different_customers_have_no_mean_together():
    with pytest.raises(ValueError, match="same customers"):
        figures.over_aspects([Sums.of([7, 8]).sample, Sums.of([7, 8, 9]).sample])
