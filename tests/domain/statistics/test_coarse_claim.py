"""The founding claim out of published shares: never surer than the customers whose shares were rounded."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from cast.synthetic import share
from kloof.domain.statistics import Interval, TooFew, coarse_claim
from kloof.domain.statistics.claim import claim_table


@given(st.integers(60, 600), st.floats(0.3, 0.7), st.floats(0, 1), st.floats(0, 1))
def test_the_interval_holds_that_of_the_counts_before_they_were_rounded(n, at_norm, one, other):
    met = round(n * at_norm)
    some, others = round(met * one), round((n - met) * other)
    exact = claim_table(met=met, met_disappointed=some, missed=n - met, missed_disappointed=others)
    coarse = coarse_claim(n, share(met, n), share(some, met), share(others, n - met))
    if isinstance(coarse.interval, Interval) and not isinstance(exact, TooFew):
        slack = 2 / met + 2 / (n - met)  # whole customers
        assert coarse.interval.low <= exact.interval.low + slack
        assert coarse.interval.high >= exact.interval.high - slack


def test_it_has_no_interval_where_a_side_of_the_norm_may_be_too_small():
    assert isinstance(coarse_claim(30, 50, 20, 70).interval, TooFew)
    assert isinstance(coarse_claim(200, 95, 20, 70).interval, TooFew)
    assert isinstance(coarse_claim(60, 50, 20, 70).interval, Interval)


def test_had_all_expected_the_norm_those_below_it_would_be_disappointed():
    claim = coarse_claim(200, 60, 20, 70)
    assert (claim.more, claim.if_all_expected_the_norm) == (50, 40)


@given(st.integers(1, 10**4), *(st.sampled_from(range(5, 100, 5)) for _ in range(3)))
def test_whatever_is_published_can_be_said(n, at_norm, one, other):
    found = coarse_claim(n, at_norm, one, other).interval
    assert isinstance(found, TooFew) or -1 <= found.low <= found.high <= 1


def test_a_share_codes_its_ends():
    assert [share(count, 100) for count in (0, 9, 10, 52, 53, 90, 91, 100)] == [5, 5, 10, 50, 55, 90, 95, 95]
    assert {share(count, n) for n, count in product([7, 30], range(8))} <= set(range(5, 100, 5))
