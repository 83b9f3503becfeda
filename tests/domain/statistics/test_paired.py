"""Figures 1, 2, 4 and 5 against scipy and numpy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cast.random_answers import SEVEN, TEN, close, customers, kiosk_aspects, mean, varied_customers
from kloof.domain import statistics as figures
from kloof.domain.statistics import Interval, TooFew
from kloof.domain.statistics.sums import PairedSums


def check_gap(v, r, scale):
    found = figures.gap(PairedSums.of(v, r, scale))
    reference = stats.ttest_rel(v, r)
    low, high = reference.confidence_interval()
    assert (found.difference.interval.low, found.difference.interval.high) == (close(low), close(high))
    assert found.difference.p == close(reference.pvalue)
    assert (found.expectation, found.reality) == (close(np.mean(v)), close(np.mean(r)))


def test_the_gap_of_each_kiosk_aspect_is_that_of_a_paired_t_test():
    for v, r in kiosk_aspects():
        check_gap(v, r, SEVEN)


@given(varied_customers(10))
def test_the_gap_of_any_answers_is_that_of_a_paired_t_test(pair):
    check_gap(*pair, TEN)


@given(mean, mean, st.integers(10, 40))
def test_when_everybody_has_the_same_gap_its_interval_is_that_gap(v, r, n):
    found = figures.gap(PairedSums.of([v] * n, [r] * n, TEN)).difference
    assert found.interval == Interval(found.mean, found.mean)
    assert found.mean == close(v - r)
    assert found.p == (1.0 if v == r else 0.0)


@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_fewer_than_ten_customers_have_no_gap(n):
    assert figures.gap(PairedSums.of([8] * n, [7] * n, TEN)) == TooFew(needed=10, have=n)


@pytest.mark.parametrize(("n", "indicative"), [(10, True), (29, True), (30, False)])
def test_a_gap_under_thirty_customers_is_indicative(n, indicative):
    assert figures.gap(PairedSums.of([8] * n, [7] * n, TEN)).difference.indicative is indicative


def test_ten_million_customers_in_a_thousand_blocks_give_the_exact_gap():
    """1 in 10,000 expects 10 and gets 9, the others expect and get 10: variance p(1 − p)·n/(n − 1)."""
    block = PairedSums.of([10] * 10_000, [10] * 9_999 + [9], TEN)
    found = figures.gap(sum((block for _ in range(1000)), PairedSums.empty(TEN))).difference
    n, share = 10**7, 1e-4
    assert (found.n, found.mean) == (n, share)
    assert found.sd == pytest.approx(math.sqrt(share * (1 - share) * n / (n - 1)), rel=1e-12)
    reach = 1.959964 * found.sd / math.sqrt(n)
    assert found.interval.high - share == pytest.approx(reach, rel=1e-6)


@given(customers(10), st.integers(0, 40).map(lambda quarter: quarter / 4))
def test_the_split_by_norm_adds_up_to_the_gap(pair, norm):
    moments = PairedSums.of(*pair, TEN)
    split, gap = figures.split_by_norm(moments, norm), figures.gap(moments)
    assert split.overpromise.mean + split.underdelivery.mean == pytest.approx(gap.difference.mean, abs=1e-12)


@given(varied_customers(10), mean)
def test_each_side_of_the_split_has_the_interval_of_a_one_sample_t_test(pair, norm):
    v, r = pair
    split = figures.split_by_norm(PairedSums.of(v, r, TEN), norm)
    for part, sample in ((split.overpromise, v - norm), (split.underdelivery, norm - r)):
        reference = stats.ttest_1samp(sample, 0)
        low, high = reference.confidence_interval()
        assert (part.interval.low, part.interval.high, part.p) == (
            close(low),
            close(high),
            close(reference.pvalue),
        )


def check_movement(v, r, scale):
    found = figures.movement(PairedSums.of(v, r, scale))
    matrix = np.cov(v, r)
    spread = np.var(np.subtract(v, r), ddof=1)
    assert found.expectation == pytest.approx((matrix[0, 0] - matrix[0, 1]) / spread, rel=1e-12, abs=1e-12)
    assert found.expectation + found.reality == pytest.approx(1, abs=1e-12)
    reference = stats.pearsonr(np.subtract(v, r), np.add(v, r))
    assert (found.pitman_morgan, found.p) == (close(reference.statistic), close(reference.pvalue))


def test_what_moves_the_gap_agrees_with_numpy_on_the_kiosk_answers():
    for v, r in kiosk_aspects():
        check_movement(v, r, SEVEN)


@given(varied_customers(30))
def test_what_moves_the_gap_agrees_with_numpy_on_any_answers(pair):
    check_movement(*pair, TEN)


def test_equal_spread_makes_it_fifty_fifty():
    one = [6, 7, 8, 9, 5] * 8
    found = figures.movement(PairedSums.of(one, one[::-1], TEN))
    assert found.expectation == pytest.approx(0.5)
    assert found.p == pytest.approx(1)


def test_when_only_expectation_differs_it_is_all_expectation():
    found = figures.movement(PairedSums.of([6, 9] * 20, [7] * 40, TEN))
    assert (found.expectation, found.reality, found.pitman_morgan, found.p) == (1, 0, 1, 0)


def test_when_all_gaps_are_the_same_nothing_moves():
    found = figures.movement(PairedSums.of([8, 9] * 20, [7, 8] * 20, TEN))
    assert (found.expectation, found.reality, found.pitman_morgan, found.p) == (None, None, 0, 1)


def test_what_moves_the_gap_needs_thirty_customers():
    assert figures.movement(PairedSums.of([8] * 29, [7] * 29, TEN)) == TooFew(needed=30, have=29)


@given(varied_customers(10))
def test_effect_sizes_are_their_formulas(pair):
    v, r = pair
    found = figures.effect_size(PairedSums.of(v, r, TEN))
    s = v - r
    d_av = s.mean() / math.sqrt((v.var(ddof=1) + r.var(ddof=1)) / 2)
    assert found.d_z == close(s.mean() / s.std(ddof=1))
    assert found.d_av == close(d_av)
    freedom = len(s) - 1
    exact_j = math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) / math.sqrt(freedom / 2)
    assert found.g_av == close(d_av * exact_j)


@given(customers(10))
def test_the_probability_of_superiority_is_counted_over_pairs(pair):
    v, r = pair
    found = figures.effect_size(PairedSums.of(v, r, TEN))
    assert found.superiority == close(np.mean(v > r) + np.mean(v == r) / 2)


def test_hedges_correction_is_near_its_well_known_approximation_and_still_right_at_ten_million():
    assert figures.hedges_j(62) == pytest.approx(1 - 3 / (4 * 62 - 1), abs=1e-5)
    assert figures.hedges_j(10**7) == pytest.approx(1 - 3 / (4 * 10**7), abs=1e-12)


def test_without_any_spread_there_is_no_effect_size():
    found = figures.effect_size(PairedSums.of([8] * 12, [7] * 12, TEN))
    assert (found.d_z, found.d_av, found.g_av, found.superiority) == (None, None, None, 1)


@given(customers(10), customers(10))
def test_figures_of_merged_blocks_are_those_of_the_pooled_customers(one, two):
    merged = PairedSums.of(*one, TEN, norm=7) + PairedSums.of(*two, TEN, norm=7)
    pooled = PairedSums.of(*np.concatenate([one, two], axis=1), TEN, norm=7)
    ours, theirs = figures.gap(merged).difference, figures.gap(pooled).difference
    assert (ours.interval.low, ours.interval.high) == (
        close(theirs.interval.low),
        close(theirs.interval.high),
    )
    assert figures.founding_claim(merged) == figures.founding_claim(pooled)
    assert figures.ceiling(merged) == figures.ceiling(pooled)


@given(varied_customers(10))
def test_the_split_over_one_aspect_is_the_split_of_that_aspect(pair):
    moments = PairedSums.of(*pair, TEN)
    whole, alone = figures.overall_split([(moments, 7.5)]), figures.split_by_norm(moments, 7.5)
    for one, other in ((whole.overpromise, alone.overpromise), (whole.underdelivery, alone.underdelivery)):
        assert (one.mean, one.interval.low) == (close(other.mean), close(other.interval.low))


def test_the_split_over_aspects_is_no_surer_than_the_answers_themselves():
    rng = np.random.default_rng(4)
    v, r = rng.integers(5, 11, (3, 40)), rng.integers(3, 11, (3, 40))
    norms = np.array([7.0, 7.5, 8.0])
    found = figures.overall_split(
        [(PairedSums.of(v[row].tolist(), r[row].tolist(), TEN), norms[row]) for row in range(3)]
    )
    sides = (
        (found.overpromise, (v - norms[:, None]).mean(axis=0)),
        (found.underdelivery, (norms[:, None] - r).mean(axis=0)),
    )
    for side, per_customer in sides:
        exact = stats.ttest_1samp(per_customer, 0).confidence_interval()
        assert side.mean == close(per_customer.mean())
        assert side.interval.low <= exact.low
        assert side.interval.high >= exact.high


def test_the_split_over_aspects_needs_ten_customers_who_answered_them_all():
    few = PairedSums.of([8] * 9, [7] * 9, TEN)
    assert figures.overall_split([(few, 7.0)]) == TooFew(needed=10, have=9)
    with pytest.raises(ValueError, match="the same customers"):
        figures.overall_split([(few, 7.0), (PairedSums.of([8] * 10, [7] * 10, TEN), 7.0)])
