"""Promises kept, with the customer for the unit: against statsmodels, and on simulated customers."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from cast.random_answers import close
from kloof.domain.statistics.promise_shares import share_by_customer
from kloof.domain.statistics.values import TooFew


def promises(chance, customers, share, alike):
    """Kept and known of each customer: up to five promises, the chance of each customer drawn around `share`."""
    known = chance.integers(1, 6, customers)
    strength = (1 - alike) / alike
    return chance.binomial(known, chance.beta(share * strength, (1 - share) * strength, customers)), known


@given(st.integers(0, 2**32 - 1), st.integers(20, 80), st.floats(0.1, 0.9), st.floats(0.05, 0.9))
def test_the_error_is_the_cluster_robust_one_of_statsmodels_and_the_interval_wilsons(
    seed, customers, share, alike
):
    kept, known = promises(np.random.default_rng(seed), customers, share, alike)
    assume(0 < kept.sum() < known.sum())
    found = share_by_customer(kept, known)
    each = np.concatenate([np.arange(of) < hits for hits, of in zip(kept, known, strict=True)]).astype(float)
    owners = np.repeat(np.arange(customers), known)
    reference = sm.OLS(each, np.ones(len(each))).fit(cov_type="cluster", cov_kwds={"groups": owners})
    assert (found.share, found.error) == (close(reference.params[0]), close(reference.bse[0]))
    apart = found.share * (1 - found.share) / reference.bse[0] ** 2
    apart = min(len(each), apart * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, customers - 1)) ** 2)
    low, high = proportion_confint(found.share * apart, apart, method="wilson")
    assert (found.interval.low, found.interval.high) == (close(low), close(high))
    assert found.count_as == close(apart)


@pytest.mark.parametrize("all_of", [0, 1])
def test_when_all_or_none_were_kept_each_customer_counts_once_at_most(all_of):
    known = np.full(15, 4)
    found = share_by_customer(known * all_of, known)
    assert found.count_as <= 15
    assert found.interval.holds(all_of)
    assert found.interval.high - found.interval.low > 0.15


def test_who_has_no_promise_with_a_known_outcome_does_not_count():
    assert share_by_customer([1] * 20 + [0] * 9, [2] * 20 + [0] * 9).customers == 20


def test_when_every_customer_saw_half_kept_the_promises_count_as_all_at_most():
    assert share_by_customer([1] * 30, [2] * 30).count_as == close(
        60 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 29)) ** 2
    )


def test_it_needs_twenty_promises_of_twelve_customers():
    assert share_by_customer([1] * 19, [1] * 19) == TooFew(20, 19, "promises")
    assert share_by_customer([3] * 11, [5] * 11) == TooFew(12, 11)


@pytest.mark.parametrize(("kept", "known"), [([2], [1]), ([-1], [3]), ([1, 1], [2])])
def test_counts_that_cannot_be_are_refused(kept, known):
    with pytest.raises(ValueError, match="between none and all"):
        share_by_customer(kept, known)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("alike", [0.1, 0.5])
def test_of_customers_who_are_alike_in_themselves_the_interval_covers_95_of_100(share, alike):
    chance, worlds, covered = np.random.default_rng([int(10 * share), int(10 * alike)]), 2000, 0
    for _ in range(worlds):
        covered += share_by_customer(*promises(chance, 50, share, alike)).interval.holds(share)
    assert 0.93 <= covered / worlds <= 0.98
