"""No difference that matters: two one-sided tests, against statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW, _tconfint_generic

from cast.random_answers import close, varied_customers
from kloof.domain.statistics.equivalence import Conclusion, concluded, equivalence
from kloof.domain.statistics.estimates import estimate


@given(varied_customers(10), st.floats(0.1, 3))
def test_both_one_sided_tests_are_those_of_statsmodels(pair, margin):
    gaps = pair[0] - pair[1]
    error = gaps.std(ddof=1) / np.sqrt(len(gaps))
    found = equivalence(gaps.mean(), error, len(gaps) - 1, margin)
    reference = DescrStatsW(gaps)
    p, (_, above, _), (_, below, _) = reference.ttost_mean(-margin, margin)
    assert (found.p, found.p_above, found.p_below) == (close(p), close(above), close(below))
    assert found.p_different == close(reference.ttest_mean(0)[1])


@given(st.floats(-2, 2), st.floats(0.01, 2), st.integers(5, 400), st.floats(0.1, 2))
def test_it_is_equivalent_just_where_the_interval_of_90_percent_lies_within_the_margin(
    mean, error, freedom, margin
):
    low, high = _tconfint_generic(mean, error, freedom, 0.10, "two-sided")
    within = -margin < low and high < margin
    assert (equivalence(mean, error, freedom, margin).p < 0.05) is bool(within)


@pytest.mark.parametrize(
    ("mean", "error", "says"),
    [
        (0.9, 0.2, Conclusion.DIFFERENT),
        (0.1, 0.1, Conclusion.EQUIVALENT),
        (0.1, 0.6, Conclusion.UNDECIDED),
        (0.2, 0.05, Conclusion.EQUIVALENT),
    ],
)
def test_a_wide_interval_never_says_that_there_is_no_difference(mean, error, says):
    assert equivalence(mean, error, 60, 0.5).conclusion is says
    assert equivalence(-mean, error, 60, 0.5).conclusion is says


def test_where_many_figures_decide_on_a_difference_their_word_is_taken():
    assert concluded(different=False, equivalent=False) is Conclusion.UNDECIDED
    assert concluded(different=True, equivalent=False) is Conclusion.DIFFERENT


def test_without_any_spread_the_mean_itself_is_held_against_the_margin():
    assert equivalence(0.4, 0.0, 10, 0.5).conclusion is Conclusion.EQUIVALENT
    assert equivalence(0.5, 0.0, 10, 0.5).conclusion is Conclusion.DIFFERENT
    assert equivalence(0.0, 0.0, 10, 0.5).p_different == 1


def test_a_margin_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        equivalence(0.1, 0.1, 10, 0.0)


def test_a_gap_as_large_as_the_margin_is_called_too_small_in_5_of_100_at_most():
    chance, n, margin = np.random.default_rng(6), 60, 0.5
    gaps = chance.normal(margin, 1.5, (4000, n))
    errors = gaps.std(axis=1, ddof=1) / np.sqrt(n)
    wrong = [
        equivalence(mean, error, n - 1, margin).conclusion is Conclusion.EQUIVALENT
        for mean, error in zip(gaps.mean(axis=1), errors, strict=True)
    ]
    assert np.mean(wrong) <= 0.06


def test_an_estimate_brings_what_the_tests_need():
    found = estimate(0.1, 1.2, 400, 900, known=0.001)
    assert equivalence(found.mean, found.error, found.freedom, 0.5).p_different == close(found.p)
