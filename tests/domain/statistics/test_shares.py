"""Figures 3, 6, 7 and 9: what is counted, against statsmodels."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import proportion

from cast.random_answers import SEVEN, TEN, kiosk_aspects
from kloof.domain import statistics as figures
from kloof.domain.statistics import TooFew
from kloof.domain.statistics.sums import PairedSums, PromiseCounts


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_has_the_wilson_interval_of_statsmodels(count_of):
    count, n = count_of
    found = figures.wilson(count, n)
    low, high = proportion.proportion_confint(count, n, method="wilson")
    assert found.interval.low == pytest.approx(low, abs=1e-12)
    assert found.interval.high == pytest.approx(high, abs=1e-12)
    assert found.interval.holds(found.share)


def test_the_founding_claim_counts_the_disappointed_who_still_got_the_norm():
    moments = PairedSums.of([9] * 25 + [7] * 10 + [8] * 5, [8] * 25 + [5] * 10 + [9] * 5, TEN, norm=7.5)
    found = figures.founding_claim(moments)
    assert (found.count, found.n) == (25, 35)


def test_the_founding_claim_on_the_kiosk_answers_is_counted_row_by_row():
    for v, r in kiosk_aspects():
        found = figures.founding_claim(PairedSums.of(v, r, SEVEN, norm=5))
        rows = [(a, b) for a, b in zip(v, r, strict=True) if a > b]
        assert found.n == len(rows)
        assert found.count == sum(1 for a, b in rows if b >= 5 and a > 5)


def test_the_founding_claim_needs_twenty_disappointed_customers():
    moments = PairedSums.of([9] * 19 + [7] * 50, [8] * 69, TEN, norm=7)
    assert figures.founding_claim(moments) == TooFew(needed=20, have=19)


def test_the_ends_of_the_scale_are_counted_exactly_and_flagged_from_fifteen_percent():
    v = [10] * 6 + [8] * 34
    r = [0] * 5 + [8] * 35
    found = figures.ceiling(PairedSums.of(v, r, TEN))
    assert (found.expectation.highest, found.expectation.lowest, found.reality.lowest) == (0.15, 0, 0.125)
    assert found.expectation.ceiling
    assert not found.reality.floor
    assert figures.ceiling(PairedSums.of(v[:29], r[:29], TEN)) == TooFew(needed=30, have=29)


def test_the_response_is_a_share_of_who_was_asked():
    found = figures.response(63, 150)
    assert (found.share, found.n) == (0.42, 150)
    assert figures.response(5, 19) == TooFew(needed=20, have=19)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_promises_are_shares_of_those_with_a_known_outcome(kept, partly, broken, unknown):
    found = figures.promises(PromiseCounts(kept, partly, broken, unknown))
    known = kept + partly + broken
    if known < 20:
        assert found == TooFew(needed=20, have=known, unit="promises")
        return
    assert found.kept.share + found.partly.share + found.broken.share == pytest.approx(1)
    low, high = proportion.proportion_confint(kept, known, method="wilson")
    assert (found.kept.interval.low, found.kept.interval.high) == (
        pytest.approx(low, abs=1e-12),
        pytest.approx(high, abs=1e-12),
    )


def test_the_ends_are_the_same_when_a_release_keeps_only_lowest_between_and_highest():
    whole = PairedSums.of([10] * 6 + [8] * 34, [0] * 5 + [8] * 35, TEN)
    kept = replace(whole, v_counts=(0, 34, 6), r_counts=(5, 35, 0))
    assert figures.ceiling(kept) == figures.ceiling(whole)
