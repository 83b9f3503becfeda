"""Two groups beside each other, from rounded sums: against statsmodels, and what no answer can leave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import weightstats

from cast.random_answers import TEN, close
from kloof.domain import statistics as figures
from kloof.domain.releases.rounding import base_of, variance_of
from kloof.domain.statistics import PublishedSums, Rounding, SideSpread, Spread, TooFew
from kloof.domain.statistics.attrition import worst_case
from kloof.domain.statistics.sums import Sample

FIVES = Rounding(variance_of(base_of(TEN)))
SPREAD = Spread(1.2, 1.6, 1.9)
size = st.integers(30, 200)
parts = st.integers(1, 8)


def sums(n, blocks, v=8.0, r=7.0, spread=SPREAD):
    return PublishedSums(n, v * n, r * n, blocks, FIVES, spread)


def left(n, blocks, v=7.5, spread=SPREAD):
    return figures.one_sided(v * n, n, blocks, FIVES, spread and spread.expectation)


@given(size, parts, size, parts)
def test_two_groups_are_compared_with_one_sd_and_what_rounding_added_to_each(n, blocks, other, others):
    found = figures.who_stayed(sums(n, blocks).expectation, left(other, others))
    error = np.sqrt(1.2**2 / n + 1.2**2 / other + 4.0 * blocks / n**2 + 4.0 * others / other**2)
    low, high = weightstats._tconfint_generic(0.5, error, n + other - 2, 0.05, "two-sided")
    assert found.value == close(0.5)
    assert (found.interval.low, found.interval.high) == (close(low), close(high))


def test_groups_of_the_same_salespeople_are_compared_with_salespeople_for_the_unit():
    alike = Spread(1.2, 1.6, 1.9, clustering=1.5, clusters=12)
    found = figures.measurement_effect(
        sums(60, 5, spread=alike).reality, sums(40, 3, r=6.0, spread=alike).reality
    )
    assert found.estimate.freedom == 11
    noise = 4.0 * 5 / 60**2 + 4.0 * 3 / 40**2
    assert found.estimate.error == close(np.sqrt((1.5 * 1.6) ** 2 * (1 / 60 + 1 / 40) + noise))


def test_expectation_and_reality_are_each_widened_by_their_own_factor_where_it_is_known():
    alike = Spread(1.2, 1.6, 1.9, clustering=1.5, clusters=12, of_v=2.0, of_r=1.1)
    one = sums(60, 5, spread=alike)
    told = [side.sampling for side in (one.expectation, one.reality, one.gap)]
    assert told == close([(2.0 * 1.2) ** 2 / 60, (1.1 * 1.6) ** 2 / 60, (1.5 * 1.9) ** 2 / 60])
    assert sums(60, 5, spread=alike.elsewhere()).expectation.sampling == close(1.2**2 / 60)


def test_two_groups_below_their_least_size_are_not_compared():
    assert figures.who_stayed(sums(60, 5).expectation, left(19, 1)) == TooFew(20, 19)
    assert figures.measurement_effect(sums(60, 5).reality, sums(29, 2).reality) == TooFew(30, 29)


def test_without_a_published_spread_nothing_is_compared():
    few = sums(25, 2, spread=None)
    assert figures.who_stayed(few.expectation, left(25, 2, spread=None)) == TooFew(30, 29)
    assert figures.bounds_with_missing(few.gap, left(25, 2, spread=None), TEN) == TooFew(30, 29)


@given(size, size, st.floats(5, 9), st.floats(4, 8), st.floats(4, 9))
def test_no_answer_of_the_missing_can_leave_the_bounds(n, gone, v, r, said):
    found = figures.bounds_with_missing(sums(n, 3, v, r).gap, left(gone, 3, said), TEN)
    for answer in (0, 5, 10):
        gap = (n * (v - r) + gone * (said - answer)) / (n + gone)
        assert found.bounds.low - 1e-9 <= gap <= found.bounds.high + 1e-9
    assert found.interval.low <= found.bounds.low
    assert found.interval.high >= found.bounds.high
    assert found.n == n + gone


def test_the_bounds_carry_chance_as_those_of_exact_answers_do_and_that_of_rounding_besides():
    exact = worst_case(Sample(60, 1.0, 1.9**2), Sample(40, 7.5, 1.2**2), 0, 10)
    found = figures.bounds_with_missing(sums(60, 5).gap, left(40, 3), TEN)
    assert (found.bounds.low, found.bounds.high) == (close(exact.bounds.low), close(exact.bounds.high))
    known = 2 * 4.0 * 5 / 100**2 + 4.0 * 3 / 100**2
    wider = worst_case(Sample(60, 1.0, 1.9**2), Sample(40, 7.5, 1.2**2), 0, 10, known=known)
    assert (found.interval.low, found.interval.high) == (
        close(wider.interval.low),
        close(wider.interval.high),
    )
    assert found.interval.low < exact.interval.low


def test_a_difference_is_printed_as_coarsely_as_the_smaller_of_its_groups():
    assert str(figures.who_stayed(sums(36, 3).expectation, left(24, 2)).step) == "0.5"
    assert str(figures.who_stayed(sums(36, 3).expectation, left(36, 3)).step) == "0.1"


def test_over_aspects_the_mean_is_right_and_rounding_averages_out():
    sides = [left(40, 3, 7.0), left(40, 3, 8.0)]
    both = figures.over_sides(sides, SideSpread(1.0))
    assert both.mean == close(7.5)
    assert both.error == close(np.sqrt(1.0 / 40 + 4.0 * 3 / 40**2 / 2))


@pytest.mark.slow
def test_what_is_left_of_sums_that_grew_is_independent_of_what_was_there():
    """New deals against earlier ones where nothing changed: called a change in about 5%."""
    from kloof.domain.releases.rounding import rounded_at_random

    chance, wrong, reps = np.random.default_rng(7), 0, 2000
    for _ in range(reps):
        gaps = np.clip(np.rint(chance.normal([8.0, 7.2], 1.5, (20, 12, 2))), 0, 10)
        blocks = rounded_at_random(gaps.sum(axis=1), 5.0, chance) * 5.0
        flat = gaps.reshape(-1, 2)
        spread = Spread(*(float(x.std(ddof=1)) for x in (flat[:, 0], flat[:, 1], flat[:, 0] - flat[:, 1])))
        earlier = PublishedSums(180, *map(float, blocks[:15].sum(axis=0)), 15, FIVES, spread)
        now = PublishedSums(240, *map(float, blocks.sum(axis=0)), 20, FIVES, spread)
        wrong += not figures.difference(now.without(earlier).gap, earlier.gap).interval.holds(0)
    assert wrong / reps <= 0.07
