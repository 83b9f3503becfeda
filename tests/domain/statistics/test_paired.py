"""The gap and its split, from rounded sums, against scipy and statsmodels and on simulated blocks."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import weightstats

from cast.random_answers import TEN, close, customers, kiosk_aspects, varied_customers
from kloof.domain import statistics as figures
from kloof.domain.releases.rounding import base_of, rounded_at_random, variance_of
from kloof.domain.statistics import Gap, PublishedSums, Rounding, Spread, TooFew

EXACT = Rounding(0.0)
BASE = base_of(TEN)
FIVES = Rounding(variance_of(BASE))


def sd(values):
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def spread_of(v, r, **clustered):
    return Spread(sd(v), sd(r), sd(v - r), **clustered)


def exact(v, r):
    return PublishedSums(len(v), float(v.sum()), float(r.sum()), 1, EXACT, spread_of(v, r))


def check_gap(v, r):
    found = figures.gap(exact(v, r))
    reference = stats.ttest_rel(v, r)
    low, high = reference.confidence_interval()
    assert found.difference.mean == close(np.mean(v - r))
    assert (found.difference.interval.low, found.difference.interval.high) == (close(low), close(high))
    assert found.difference.estimate.p == close(reference.pvalue)
    assert (found.expectation, found.reality) == (close(v.mean()), close(r.mean()))


def test_without_rounding_the_gap_of_each_kiosk_aspect_is_that_of_a_paired_t_test():
    for v, r in kiosk_aspects():
        check_gap(v, r)


@given(varied_customers(10))
def test_without_rounding_the_gap_of_any_answers_is_that_of_a_paired_t_test(pair):
    check_gap(*pair)


@given(customers(10), st.integers(1, 8))
def test_rounding_adds_its_known_variance_of_both_sides_and_of_each_block(pair, parts):
    v, r = pair
    n = len(v)
    sums = PublishedSums(n, float(v.sum()), float(r.sum()), parts, FIVES, spread_of(v, r))
    error = np.sqrt(sd(v - r) ** 2 / n + 2 * parts * 4.0 / n**2)
    low, high = weightstats._tconfint_generic(np.mean(v - r), error, n - 1, 0.05, "two-sided")
    found = figures.gap(sums).difference
    assert (found.interval.low, found.interval.high) == (close(low), close(high))
    one = figures.mean_of(sums.expectation)
    assert one.estimate.error == close(np.sqrt(sd(v) ** 2 / n + parts * 4.0 / n**2))


def test_customers_of_one_salesperson_being_alike_widens_the_sampling_and_counts_salespeople():
    v, r = np.tile([8, 9, 7, 8], 15), np.tile([7, 8, 8, 6], 15)
    plain = PublishedSums(60, 480.0, 435.0, 5, FIVES, spread_of(v, r))
    wider = PublishedSums(60, 480.0, 435.0, 5, FIVES, spread_of(v, r, clustering=1.5, clusters=15))
    one, other = figures.gap(plain).difference.estimate, figures.gap(wider).difference.estimate
    noise = 2 * 5 * 4.0 / 60**2
    assert other.error**2 - noise == close(1.5**2 * (one.error**2 - noise))
    assert (one.freedom, other.freedom) == (59, 14)
    apart = PublishedSums(
        60, 480.0, 435.0, 5, FIVES, spread_of(v, r, clustering=1.5, clusters=15).elsewhere()
    )
    assert figures.gap(apart) == figures.gap(plain)


def test_the_mean_over_aspects_is_rounded_as_often_but_averages_the_rounding_out():
    one = PublishedSums(24, 190.0, 150.0, 2, FIVES, None)
    other = PublishedSums(24, 200.0, 170.0, 2, FIVES, None)
    both = PublishedSums.over([one, other], Spread(1.0, 1.0, 1.2))
    assert (both.expectation.mean, both.reality.mean) == (close(195 / 24), close(160 / 24))
    assert both.gap.error == close(np.sqrt(1.2**2 / 24 + 2 * 2 * 4.0 / 24**2 / 2))
    with pytest.raises(ValueError, match="same customers"):
        PublishedSums.over([one, PublishedSums(25, 1.0, 1.0, 2, FIVES, None)], None)


def test_before_thirty_pairs_are_published_a_gap_has_no_interval_and_nothing_is_tested():
    found = figures.gap(PublishedSums(12, 95.0, 85.0, 1, FIVES, None))
    assert isinstance(found, Gap)
    assert (found.difference.estimate, found.difference.interval) == (None, None)
    assert found.difference.mean == close(10 / 12)


def test_fewer_than_ten_have_no_gap_and_no_split():
    few = PublishedSums(9, 70.0, 60.0, 1, FIVES, None)
    assert figures.gap(few) == figures.split_by_norm(few, 7.5) == TooFew(10, 9)


@pytest.mark.parametrize(("n", "indicative"), [(29, True), (30, False)])
def test_a_gap_under_thirty_customers_is_indicative(n, indicative):
    assert figures.gap(PublishedSums(n, 8.0 * n, 7.0 * n, 1, FIVES, None)).difference.indicative is indicative


@given(varied_customers(10), st.floats(0, 10))
def test_the_split_by_norm_adds_up_and_each_side_has_the_interval_of_a_one_sample_t_test(pair, norm):
    v, r = pair
    split = figures.split_by_norm(exact(v, r), norm)
    assert split.overpromise.mean + split.underdelivery.mean == close(np.mean(v - r))
    for side, values in ((split.overpromise, v - norm), (split.underdelivery, norm - r)):
        low, high = stats.ttest_1samp(values, 0).confidence_interval()
        assert (side.interval.low, side.interval.high) == (close(low), close(high))


@pytest.mark.parametrize(
    ("n", "blocks", "low", "high", "step"),
    [
        (12, 1, 0, 10, "0.5"),
        (24, 2, 0, 10, "0.5"),
        (36, 3, 0, 10, "0.1"),
        (20, 1, 0, 10, "0.1"),
        (12, 1, 1, 7, "0.3"),
        (12, 1, 1, 5, "0.2"),
        (40, 3, 1, 5, "0.2"),
        (12, 1, 0, 2, "0.1"),
    ],
)
def test_means_are_printed_no_finer_than_a_tenth_of_what_rounding_leaves(n, blocks, low, high, step):
    scale = TEN.model_copy(update={"low": low, "high": high})
    rounding = Rounding(variance_of(base_of(scale)), high - low)
    assert figures.step(n, blocks, rounding) == Decimal(step)


def test_one_block_of_twelve_is_printed_to_half_a_point_and_still_adds_up():
    printed = figures.gap(PublishedSums(12, 95.0, 80.0, 1, FIVES, None)).printed(7.3)
    assert (printed.expectation, printed.reality, printed.gap) == (
        Decimal("8.0"),
        Decimal("6.5"),
        Decimal("1.5"),
    )
    assert printed.norm == Decimal("7.3")
    assert printed.overpromise + printed.underdelivery == printed.gap


@given(st.integers(1, 12), st.integers(0, 9), st.integers(0, 9), st.none() | st.floats(0, 10))
def test_whatever_the_sums_v_minus_r_is_s_and_both_sides_of_the_norm_add_up_in_print(blocks, v, r, norm):
    sums = PublishedSums(12 * blocks, blocks * (60.0 + 5 * v), blocks * (55.0 + 5 * r), blocks, FIVES, None)
    gap = figures.gap(sums)
    printed = gap.printed(norm)
    assert printed.expectation - printed.reality == printed.gap
    assert abs(float(printed.gap) - gap.difference.mean) <= float(gap.step) / 2 + 1e-9
    for shown, mean in ((printed.expectation, gap.expectation), (printed.reality, gap.reality)):
        assert shown % gap.step == 0
        assert abs(float(shown) - mean) < float(gap.step)
    if norm is not None:
        assert printed.overpromise + printed.underdelivery == printed.gap


def released(chance, answers):
    """Blocks of twelve, each sum of each aspect rounded once, as when a block closes: v and r per aspect."""
    blocks = answers.reshape(-1, 12, *answers.shape[1:]).sum(axis=1)
    return (rounded_at_random(blocks, BASE, chance) * BASE).sum(axis=0)


@pytest.mark.slow
@pytest.mark.parametrize(("blocks", "skewed"), [(1, False), (3, False), (10, False), (3, True), (10, True)])
def test_the_interval_of_a_gap_out_of_rounded_blocks_covers_the_truth(blocks, skewed):
    """With the SD from a pool of thirty blocks. Skewed: half of the customers at the top of the scale."""
    chance = np.random.default_rng([blocks, skewed])

    def answers(n):
        v = chance.normal(8.2, 1.4, n)
        r = np.where(chance.random(n) < 0.5, 10.0, v - 1.5) if skewed else v - chance.normal(0.7, 1.6, n)
        return np.clip(np.rint(np.stack([v, r], axis=1)), 0, 10)

    pool = answers(200_000)
    truth, reps, inside = float((pool[:, 0] - pool[:, 1]).mean()), 3000, 0
    for _ in range(reps):
        some = answers(360)
        spread = spread_of(some[:, 0], some[:, 1])
        v, r = released(chance, some[: 12 * blocks])
        found = figures.gap(PublishedSums(12 * blocks, v, r, blocks, FIVES, spread))
        inside += found.difference.interval.holds(truth)
    assert 0.93 <= inside / reps <= 0.975
