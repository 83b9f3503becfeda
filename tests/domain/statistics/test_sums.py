from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums
from kloof.domain.surveys.definition import Scale
from kloof.domain.text import Text

TEN = Scale(low=0, high=10, low_label=Text(nl="slecht", en="bad"), high_label=Text(nl="goed", en="good"))
SEVEN = Scale(low=1, high=7, low_label=Text(nl="slecht", en="bad"), high_label=Text(nl="goed", en="good"))
NORM = 7.0

answer = st.integers(0, 10)
mean = st.builds(lambda total, deals: min(total, 10 * deals) / deals, st.integers(0, 90), st.integers(1, 9))
customers = st.lists(st.tuples(mean, mean), max_size=60)
whole_customers = st.lists(st.tuples(answer, answer), max_size=60)


def moments_of(pairs, norm=NORM):
    return PairedSums.of([v for v, _ in pairs], [r for _, r in pairs], TEN, norm)


def test_the_sums_of_three_customers_are_what_pen_and_paper_give():
    found = PairedSums.of([8, 9, 6.5], [7, 9, 8], TEN, norm=7)
    assert found == PairedSums(
        n=3, v=23.5, r=24, vv=187.25, rr=194, vr=189,
        v_counts=(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0), r_counts=(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0),
        higher=1, equal=1, disappointed=1, disappointed_at_norm=1, good=3,
    )  # fmt: skip


def test_a_disappointed_customer_below_the_norm_is_not_counted_at_the_norm():
    assert PairedSums.of([9, 7], [6.9, 6], TEN, norm=7).disappointed_at_norm == 0


def test_without_a_norm_nobody_is_counted_at_the_norm():
    assert PairedSums.of([9], [8], TEN).disappointed_at_norm == 0


def test_counts_start_at_the_lowest_point_of_the_scale():
    assert PairedSums.of([1, 7], [1, 1], SEVEN).v_counts == (1, 0, 0, 0, 0, 0, 1)


@given(whole_customers, whole_customers)
def test_merged_blocks_equal_the_pooled_data(one, two):
    assert moments_of(one) + moments_of(two) == moments_of(one + two)


@given(customers, customers)
def test_merged_blocks_of_averaged_deals_equal_the_pooled_data_to_the_last_digits(one, two):
    merged, pooled = moments_of(one) + moments_of(two), moments_of(one + two)
    for name in ("v", "r", "vv", "rr", "vr"):
        assert getattr(merged, name) == pytest.approx(getattr(pooled, name), rel=1e-14)
    assert (merged.v_counts, merged.r_counts, merged.higher) == (
        pooled.v_counts,
        pooled.r_counts,
        pooled.higher,
    )


@given(customers, st.randoms())
def test_the_order_of_customers_never_changes_a_sum(pairs, chance):
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    assert moments_of(shuffled) == moments_of(pairs)


@given(customers)
def test_adding_nobody_changes_nothing(pairs):
    assert moments_of(pairs) + PairedSums.empty(TEN) == moments_of(pairs)


@given(customers)
def test_every_customer_is_counted_once(pairs):
    found = moments_of(pairs)
    assert sum(found.v_counts) == sum(found.r_counts) == found.n == len(pairs)


def test_two_scales_are_never_merged():
    with pytest.raises(ValueError, match="zip"):
        PairedSums.empty(TEN) + PairedSums.empty(SEVEN)


def test_an_expectation_without_a_reality_is_refused():
    with pytest.raises(ValueError, match="2 expectations do not pair with 1"):
        PairedSums.of([8, 9], [7], TEN)


@pytest.mark.parametrize("wrong", [11, -1, float("nan")])
def test_a_value_off_the_scale_is_refused(wrong):
    with pytest.raises(ValueError, match="not on the scale 0 to 10"):
        PairedSums.of([wrong], [7], TEN)


@given(st.lists(st.tuples(mean, mean), min_size=2, max_size=60))
def test_variances_and_the_covariance_are_those_of_numpy(pairs):
    found = moments_of(pairs)
    expected = np.cov(np.array(pairs, dtype=float).T)
    assert found.expectation.variance == pytest.approx(expected[0, 0], abs=1e-12)
    assert found.reality.variance == pytest.approx(expected[1, 1], abs=1e-12)
    assert found.covariance == pytest.approx(expected[0, 1], abs=1e-12)
    gap = np.subtract(*np.array(pairs, dtype=float).T)
    assert found.gap.variance == pytest.approx(gap.var(ddof=1), abs=1e-12)


@given(mean, st.integers(1, 500))
def test_constant_answers_have_no_variance_at_all(value, n):
    found = PairedSums.of([value] * n, [value] * n, TEN)
    assert found.expectation.variance == found.gap.variance == found.covariance == 0
    assert found.gap.mean == 0


@given(mean, st.integers(1, 40), st.integers(1, 40))
def test_constant_answers_have_no_variance_after_many_merges_either(value, n, blocks):
    block = PairedSums.of([value] * n, [0] * n, TEN)
    merged = sum((block for _ in range(blocks)), PairedSums.empty(TEN))
    assert merged.gap.variance == 0


def test_one_different_answer_in_ten_million_is_still_seen():
    n = 10**7
    block = PairedSums.of([10] * 10, [10] * 10, TEN)
    counts = tuple(count * 10**6 for count in block.v_counts)
    same = PairedSums(n, 10.0 * n, 10.0 * n, 100.0 * n, 100.0 * n, 100.0 * n, counts, counts, 0, n, 0, 0)
    found = same + PairedSums.of([10], [9], TEN)
    exact = (1 - Fraction(1, n + 1)) / n
    assert found.gap.variance == pytest.approx(float(exact), rel=1e-12)


def test_arrays_give_the_same_as_lists():
    assert PairedSums.of(np.array([8, 9], dtype=np.int8), np.array([7.0, 9.0]), TEN) == PairedSums.of(
        [8, 9], [7, 9], TEN
    )


def test_nobody_has_a_mean_of_zero_instead_of_an_error():
    assert PairedSums.of([], [], TEN) == PairedSums.empty(TEN)
    assert PairedSums.empty(TEN).gap.mean == 0
    assert Sums().sample.variance == 0


@given(st.lists(mean, min_size=2, max_size=40), st.lists(mean, max_size=40))
def test_sums_of_one_quantity_merge_too(one, two):
    merged = (Sums.of(one) + Sums.of(two)).sample
    assert merged.n == len(one) + len(two)
    assert merged.variance == pytest.approx(np.var(one + two, ddof=1), abs=1e-12)


def test_a_release_file_gives_moments_back_exactly():
    adapter = TypeAdapter(PairedSums)
    found = PairedSums.of([8, 9, 20 / 3], [7, 9, 8], TEN, norm=7)
    assert adapter.validate_json(adapter.dump_json(found)) == found


def test_promises_are_added_up_by_outcome():
    total = PromiseCounts(kept=3, partly=1) + PromiseCounts(kept=1, broken=2, unknown=4)
    assert total == PromiseCounts(kept=4, partly=1, broken=2, unknown=4)
    assert total.known == 7
