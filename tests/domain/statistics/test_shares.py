"""Shares and their intervals, against statsmodels."""

from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import proportion

from cast.random_answers import close
from kloof.domain import statistics as figures
from kloof.domain.statistics import TooFew


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
