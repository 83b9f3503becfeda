"""Totals of customers who did not give their name: five and more, and never all at one end of the scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.builders import survey
from kloof.domain.staff.own_totals import BATCH, CompletePair, OwnSums, fills, still_needed, sums_of

NONE = (0, 0, 0, 0)
points = st.integers(0, 10).map(float)
sheets = st.lists(
    st.builds(
        CompletePair,
        st.integers(1, 8),
        st.tuples(points, points),
        st.tuples(points, points),
        st.just((1, 0, 2, 0)),
    ),
    min_size=1,
    max_size=20,
)


def sheet(customer: int, v: float = 8, r: float = 6) -> CompletePair:
    return CompletePair(customer, (v,), (r,), NONE)


@given(sheets)
def test_fewer_than_five_customers_never_fill_a_batch(some: list[CompletePair]) -> None:
    if len({one.customer for one in some}) < BATCH:
        assert not fills(some, 0, 10)


def test_five_deals_of_one_customer_are_one_customer() -> None:
    assert not fills([sheet(1)] * 5, 0, 10)
    assert fills([sheet(number) for number in range(5)], 0, 10)


@pytest.mark.parametrize(("v", "r"), [(10, 6), (0, 6), (8, 0), (8, 10)])
def test_five_who_all_stand_at_one_end_wait_for_a_sixth_who_does_not(v: float, r: float) -> None:
    alike = [sheet(number, v, r) for number in range(5)]
    assert not fills(alike, 0, 10)
    assert fills([*alike, sheet(5, 7, 5)], 0, 10)


def test_a_customers_deals_are_averaged_first() -> None:
    sums = sums_of([sheet(1, 10, 2), sheet(1, 6, 4), sheet(2, 4, 4)])
    assert sums == OwnSums(2, (12,), (7,), NONE)


@given(sheets)
def test_sums_of_disjoint_customers_add_up(some: list[CompletePair]) -> None:
    low, high = [one for one in some if one.customer <= 4], [one for one in some if one.customer > 4]
    if low and high:
        apart, whole = sums_of(low) + sums_of(high), sums_of(some)
        assert (apart.customers, apart.promises) == (whole.customers, whole.promises)
        assert apart.v == pytest.approx(whole.v, abs=1e-9)
        assert apart.r == pytest.approx(whole.r, abs=1e-9)


def test_the_means_stand_beside_the_norm() -> None:
    [gap] = OwnSums(5, (40,), (30,), NONE).gaps(survey(1))
    assert (gap.expectation, gap.reality, gap.gap, gap.overpromise, gap.underdelivery) == (8, 6, 2, 1, 1)


@pytest.mark.parametrize(("waiting", "needed"), [(0, 5), (4, 1), (5, 1), (7, 1)])
def test_it_says_how_many_more_are_needed(waiting: int, needed: int) -> None:
    assert still_needed(waiting).needed == needed
