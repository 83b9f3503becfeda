"""Deals with a practice beside deals without, from what a release holds: against least squares on the raw answers."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from cast.random_answers import TEN, close
from kloof.domain import statistics as figures
from kloof.domain.releases.rounding import base_of, variance_of
from kloof.domain.statistics import Clustering, PracticeArm, PublishedSums, Rounding, Spread, TooFew
from kloof.domain.statistics.practices import mix_of

FIVES, WHOLE = Rounding(variance_of(base_of(TEN))), Rounding(0.0)
SPREAD = Spread(1.2, 1.6, 1.9)
HALF = {"heat pump": 30, "solar": 30}


def sums(n=60, blocks=5, v=8.0, r=7.0, spread=SPREAD, rounding=FIVES):
    return PublishedSums(n, v * n, r * n, blocks, rounding, spread)


def arm(n=60, blocks=1, v=8.0, r=7.0, products=HALF, spread=SPREAD):
    return PracticeArm(sums(n, blocks, v, r, spread), products)


def known(factor=1.4, clusters=12):
    return Clustering(factor, clusters)


PRODUCTS = {"heat pump": sums(), "solar": sums(v=9.0, r=6.0)}


def drawn(seed):
    """V and R, whether there was a practice, the product and the salesperson, of a few hundred customers."""
    chance = np.random.default_rng(seed)
    n, sellers = int(chance.integers(150, 300)), int(chance.integers(10, 20))
    seller, product = chance.integers(0, sellers, n), chance.integers(0, 4, n)
    done = chance.random(n) < np.where(product == 0, 1.0, 0.2 + 0.2 * product)
    taste = chance.normal(0, 0.7, (sellers, 2))[seller]
    answers = chance.normal(7, 1.5, (n, 2)) + taste + np.outer(product, [0.2, -0.5])
    return answers, done, product, seller


def told(answers, spread=None):
    v, r = answers.sum(axis=0)
    return PublishedSums(len(answers), float(v), float(r), 1, WHOLE, spread)


@given(st.integers(0, 2**32 - 1))
def test_from_sums_that_were_not_rounded_it_is_least_squares_with_a_constant_for_each_product(seed):
    """And the error is the cluster-robust one of statsmodels, where the factor is what it is over the plain one, and
    what telling the make-up in fives adds.
    """
    answers, done, product, seller = drawn(seed)
    gap = answers[:, 0] - answers[:, 1]
    spread = Spread(1.0, 1.0, float(gap.std(ddof=1)))
    counts = [{str(p): int((product[of] == p).sum()) for p in range(4)} for of in (done, ~done)]
    one, other = (
        PracticeArm(told(answers[of], spread), made) for of, made in zip((done, ~done), counts, strict=True)
    )
    products = {str(p): told(answers[product == p]) for p in range(4)}
    common = [p for p in range(4) if 0 < done[product == p].mean() < 1]
    kept = np.isin(product, common)
    design = np.column_stack([done[kept], *(product[kept] == p for p in common)]).astype(float)
    reference = sm.OLS(gap[kept], design).fit(cov_type="cluster", cov_kwds={"groups": seller[kept]})
    plain = spread.s * np.sqrt((1 / done.sum() + 1 / (~done).sum()) / mix_of(*counts).common)
    factor = Clustering(float(reference.bse[0] / plain), 9)
    found = figures.practice(one, other, products, factor, salespeople=3)
    assert found.gap.mean == close(reference.params[0])
    means = np.array([gap[product == p].mean() for p in range(4)])
    counts_in_fives = (
        np.square(means - means.mean()).sum() * 25 / 12 * (1 / one.sums.n**2 + 1 / other.sums.n**2)
    )
    error = np.sqrt(reference.bse[0] ** 2 + counts_in_fives / mix_of(*counts).common ** 2)
    assert found.gap.estimate.error == close(error)
    assert found.gap.estimate.freedom == 8
    sides = [sm.OLS(answers[kept, side], design).fit().params[0] for side in (0, 1)]
    assert [found.expectation, found.reality] == close(sides)


@given(st.integers(20, 200), st.integers(20, 200), st.floats(5, 9), st.floats(4, 8))
def test_the_sides_of_a_practice_add_up_also_in_print(n, other, v, r):
    found = figures.practice(arm(n, v=v, r=r), arm(other), PRODUCTS, known(), salespeople=3)
    assert found.gap.mean == close(found.expectation - found.reality)
    printed = found.printed
    assert printed.expectation - printed.reality == printed.gap
    assert abs(float(printed.gap) - found.gap.mean) <= float(found.step) / 2 + 1e-9


def test_arms_of_the_same_make_up_are_subtracted_and_their_error_is_widened_by_the_factor():
    found = figures.practice(arm(60, 1, 8.0, 6.5), arm(40, 2), PRODUCTS, known(1.4, 12), salespeople=3)
    assert found.gap.mean == close(0.5)
    sampling = (1.4 * 1.9) ** 2 * (1 / 60 + 1 / 40)
    rounded = 2 * 4.0 * 1 / 60**2 + 2 * 4.0 * 2 / 40**2
    counts = 2 * 1.0**2 * 25 / 12 * (1 / 60**2 + 1 / 40**2)  # the products' gaps are 1 and 3, their middle 2
    assert found.gap.estimate.error == close(np.sqrt(sampling + rounded + counts))
    assert found.gap.estimate.freedom == 11


def test_a_practice_that_is_done_for_the_product_with_the_larger_gap_has_no_effect_by_that():
    """Of forty with it thirty are of solar, whose gap is three; of forty without it ten."""
    done = PracticeArm(sums(40, 1, 8.75, 6.25), {"heat pump": 10, "solar": 30})
    not_done = PracticeArm(sums(40, 1, 8.25, 6.75), {"heat pump": 30, "solar": 10})
    found = figures.practice(done, not_done, PRODUCTS, known(), salespeople=3)
    assert (found.expectation, found.reality, found.gap.mean) == close((0.0, 0.0, 0.0))
    assert found.gap.interval.holds(0)
    made_up = mix_of(done.products, not_done.products)
    assert (made_up.common, made_up.shares) == (close(0.75), {"heat pump": -0.5, "solar": 0.5})


def test_an_unknown_factor_leaves_the_difference_and_no_interval():
    found = figures.practice(arm(r=6.0), arm(), PRODUCTS, None, salespeople=3)
    assert (found.gap.mean, found.gap.estimate) == (close(1.0), None)
    bare = {name: sums(spread=None) for name in HALF}
    assert figures.practice(arm(spread=None), arm(), bare, known(), salespeople=3).gap.estimate is None


def test_a_practice_needs_twenty_customers_of_the_same_products_and_three_salespeople_in_each_arm():
    def compared(one, other, salespeople=3):
        return figures.practice(one, other, PRODUCTS, known(), salespeople=salespeople)

    assert compared(arm(20), arm(19)) == TooFew(20, 19)
    assert compared(arm(), arm(), salespeople=2) == TooFew(3, 2, "salespeople")
    apart = compared(arm(products={"heat pump": 50, "solar": 10}), arm(products={"solar": 60}))
    assert apart == TooFew(20, 10)
    assert compared(arm(products={"heat pump": 60}), arm(products={"solar": 60})) == TooFew(20, 0)


@pytest.mark.parametrize("freedom", [1, 0])
def test_one_cluster_leaves_one_degree_of_freedom(freedom):
    found = figures.practice(arm(), arm(), PRODUCTS, known(1.0, freedom), salespeople=3)
    assert found.gap.estimate.freedom == 1
