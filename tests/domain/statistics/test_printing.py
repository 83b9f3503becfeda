"""What is printed adds up, and stays beside what is true."""

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.statistics.printing import decimals_of, printed_gap
from kloof.domain.statistics.values import Interval

means = st.integers(0, 10_000).map(lambda thousandths: thousandths / 1000) | st.floats(0, 10)
steps = st.sampled_from([Decimal("0.1"), Decimal("0.01"), Decimal("0.5"), Decimal(1)])


def exact(value):
    return Decimal(str(value))


def within(printed, true, step):
    return abs(printed - true) <= step and (printed / step) % 1 == 0


@given(means, means, steps)
def test_expectation_less_reality_is_the_gap_rounded_from_the_true_one(v, r, step):
    found = printed_gap(v, r, step=step)
    assert found.expectation - found.reality == found.gap
    assert found.gap == ((exact(v) - exact(r)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    assert within(found.expectation, exact(v), step)
    assert within(found.reality, exact(r), step)
    assert (found.norm, found.overpromise, found.underdelivery) == (None, None, None)


@given(means, means, means, steps)
def test_with_the_norm_all_that_is_printed_adds_up_within_one_unit_of_what_is_true(v, r, n, step):
    found = printed_gap(v, r, n, step)
    assert found.expectation - found.reality == found.gap == found.overpromise + found.underdelivery
    assert found.expectation - found.norm == found.overpromise
    assert found.norm - found.reality == found.underdelivery
    assert found.gap == ((exact(v) - exact(r)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    v, r, n = exact(v), exact(r), exact(n)
    for printed, true in (
        (found.expectation, v),
        (found.reality, r),
        (found.norm, n),
        (found.overpromise, v - n),
        (found.underdelivery, n - r),
    ):
        assert within(printed, true, step)


@given(means, means, st.integers(0, 20).map(lambda half: half / 2))
def test_a_norm_in_whole_or_half_points_is_printed_as_it_is(v, r, n):
    assert printed_gap(v, r, n).norm == exact(n)


@given(means, means, steps)
def test_where_plain_rounding_adds_up_it_is_what_is_printed(v, r, step):
    plain = [(exact(one) / step).quantize(Decimal(1), ROUND_HALF_UP) * step for one in (v, r)]
    gap = ((exact(v) - exact(r)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    halves = any((exact(one) / step) % 1 == Decimal("0.5") for one in (v, r))
    if plain[0] - plain[1] == gap and not halves:
        found = printed_gap(v, r, step=step)
        assert [found.expectation, found.reality] == plain


@given(means, means, means)
def test_no_other_choice_of_neighbours_that_adds_up_is_nearer(v, r, n):
    found = printed_gap(v, r)
    beside = [[math.floor(one * 10), math.floor(one * 10) + 1] for one in (v, r)]
    target = int(found.gap * 10)
    off = float(abs(found.expectation - exact(v))) ** 2 + float(abs(found.reality - exact(r))) ** 2
    for a in beside[0]:
        for b in beside[1]:
            if a - b == target:
                assert off <= (a / 10 - v) ** 2 + (b / 10 - r) ** 2 + 1e-9


def test_the_example_of_the_handbook_adds_up():
    found = printed_gap(8.06, 7.19)  # plain rounding: 8.1 − 7.2 = 0.9
    assert [str(one) for one in (found.expectation, found.reality, found.gap)] == ["8.1", "7.2", "0.9"]
    found = printed_gap(8.14, 7.17)  # plain rounding: 8.1 − 7.2, and a gap of 1.0
    assert [str(one) for one in (found.expectation, found.reality, found.gap)] == ["8.2", "7.2", "1.0"]


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(0.04, 1.2, 2), (-0.9, -0.049, 2), (0.05, 1.2, 1), (-0.4, 0.4, 1), (0.0, 1.2, 1), (-0.001, 0.3, 2)],
)
def test_an_end_that_would_be_printed_as_nothing_gets_two_decimals(low, high, decimals):
    assert decimals_of(Interval(low, high)) == decimals
