"""The founding claim as a 2×2, against statsmodels and counted row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import proportion

from cast.random_answers import close, kiosk_aspects
from kloof.domain.statistics.claim import claim_table
from kloof.domain.statistics.values import TooFew

side = st.integers(20, 10**6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@given(side, side)
def test_the_difference_has_the_interval_of_newcombe_and_each_share_that_of_wilson(met, missed):
    found = claim_table(met=met[0], met_disappointed=met[1], missed=missed[0], missed_disappointed=missed[1])
    low, high = proportion.confint_proportions_2indep(
        missed[1], missed[0], met[1], met[0], method="newcomb", compare="diff"
    )
    assert (found.interval.low, found.interval.high) == (close(low), close(high))
    assert found.more == close(missed[1] / missed[0] - met[1] / met[0])
    for share, (n, count) in ((found.met, met), (found.missed, missed)):
        assert (share.interval.low, share.interval.high) == close(
            proportion.proportion_confint(count, n, method="wilson")
        )


def test_had_all_expected_the_norm_those_below_it_would_be_disappointed():
    norm = 5
    for v, r in kiosk_aspects():
        met, disappointed = r >= norm, v > r
        found = claim_table(
            met=int(met.sum()),
            met_disappointed=int((met & disappointed).sum()),
            missed=int((~met).sum()),
            missed_disappointed=int((~met & disappointed).sum()),
        )
        assert isinstance(found, TooFew) == (min(met.sum(), (~met).sum()) < 20)
        if not isinstance(found, TooFew):
            assert found.at_norm.count == int((np.full_like(r, norm) > r).sum())
            assert (found.disappointed.count, found.disappointed.n) == (int(disappointed.sum()), len(r))


def test_it_needs_twenty_customers_on_each_side_of_the_norm():
    assert claim_table(met=200, met_disappointed=9, missed=19, missed_disappointed=9) == TooFew(20, 19)


def test_no_part_exceeds_its_whole():
    with pytest.raises(ValueError, match="more customers are disappointed"):
        claim_table(met=30, met_disappointed=31, missed=40, missed_disappointed=1)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.4])
def test_two_sides_with_the_same_share_are_told_apart_in_5_of_100_at_most(share):
    chance = np.random.default_rng(3)
    counts = chance.binomial(60, share, (3000, 2))
    found = [
        claim_table(met=60, met_disappointed=a, missed=60, missed_disappointed=b) for a, b in counts.tolist()
    ]
    assert np.mean([table.interval.holds(0) for table in found]) >= 0.94


def test_customers_of_one_salesperson_who_are_alike_count_as_fewer():
    """At twice the standard error a quarter: as if a quarter of each count had been found."""
    found = claim_table(met=160, met_disappointed=40, missed=80, missed_disappointed=60, clustering=2.0)
    quarter = claim_table(met=40, met_disappointed=10, missed=20, missed_disappointed=15)
    assert (found.more, found.at_norm.share) == (quarter.more, quarter.at_norm.share)
    assert (found.interval.low, found.interval.high) == (
        close(quarter.interval.low),
        close(quarter.interval.high),
    )
    few = claim_table(met=30, met_disappointed=10, missed=19, missed_disappointed=15, clustering=2.0)
    assert few == TooFew(20, 19)
