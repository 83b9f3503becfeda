"""Closed groups of customers who did not give their name: eight and more, not alike, rounded once, in steps."""

import itertools
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.builders import survey
from kloof.domain.staff.own_totals import (
    LEAST,
    CompletePair,
    OwnSums,
    base,
    closing,
    closing_moment,
    may_close,
    rounded,
    step,
    together,
)
from kloof.domain.surveys.definition import Scale

TEN = survey(2).scale
points = st.integers(0, 10)
sides = st.tuples(points, points)


def scale(low: int, high: int) -> Scale:
    return TEN.model_copy(update={"low": low, "high": high})


def varied(count: int, seed: int = 1) -> list[CompletePair]:
    """Pairs of as many customers, whose answers lie all over the scale."""
    chance = Random(seed)
    return [
        CompletePair(row, row, *((chance.randint(2, 9), chance.randint(1, 8)) for _ in "vr"))
        for row in range(count)
    ]


def sheet(customer: int, v: int, r: int) -> CompletePair:
    return CompletePair(customer, customer, (v,), (r,))


waiting = st.lists(st.builds(CompletePair, st.integers(), st.integers(1, 30), sides, sides), max_size=60).map(
    lambda pairs: [pair._replace(row=row) for row, pair in enumerate(pairs)]
)


@given(waiting, st.integers(0, 9))
def test_whatever_waits_only_sound_groups_of_eight_customers_close_and_each_deal_in_one(
    pairs: list[CompletePair], seed: int
) -> None:
    groups = closing(pairs, TEN, Random(seed).randrange)
    rows = [row for group in groups for row in group.rows]
    assert len(rows) == len(set(rows))
    for group in groups:
        members = [pairs[row] for row in group.rows]
        assert len({one.customer for one in members}) == len(members) == group.sums.customers >= LEAST
        assert may_close(members, TEN)
        for side, sums in ((0, group.sums.v), (1, group.sums.r)):
            for aspect, total in enumerate(sums):
                exact = sum(one[2 + side][aspect] for one in members)
                assert abs(total - exact) < base(TEN)
                assert 0 <= total <= 10 * len(members)


def test_seven_never_close_and_eight_do() -> None:
    assert closing(varied(7), TEN, Random(1).randrange) == ()
    assert [group.sums.customers for group in closing(varied(8), TEN, Random(1).randrange)] == [8]


def test_a_second_deal_of_a_customer_waits_and_never_makes_the_eighth() -> None:
    pairs = [*varied(7), varied(8)[7]._replace(customer=0)]
    assert closing(pairs, TEN, Random(1).randrange) == ()
    [group] = closing([*pairs, varied(9)[8]], TEN, Random(1).randrange)
    assert sorted(group.rows) == [0, 1, 2, 3, 4, 5, 6, 8]


def test_many_close_in_several_groups_and_in_one_where_those_would_be_alike() -> None:
    assert [group.sums.customers for group in closing(varied(24), TEN, Random(1).randrange)] == [8, 8, 8]
    mostly = [sheet(customer, 8 if customer % 8 else 3, customer % 5 + 2) for customer in range(40)]
    groups = closing(mostly, TEN, Random(1).randrange)
    assert len(groups) < 5
    assert sum(group.sums.customers for group in groups) == 40


@pytest.mark.parametrize(
    ("v", "r"),
    [
        ([7] * 8, [1, 2, 3, 4, 5, 6, 8, 9]),
        ([1, 2, 3, 4, 5, 6, 8, 9], [7] * 8),
        ([6, 7, 8, 9, 6, 7, 8, 9], [5, 6, 7, 8, 4, 5, 6, 7]),
        ([10, 10, 10, 10, 10, 10, 9, 6], [8, 9, 7, 10, 10, 3, 9, 7]),
        ([4, 3, 0, 7, 1, 2, 9, 5], [0, 0, 0, 0, 0, 1, 3, 1]),
    ],
    ids=["all V", "all R", "all fell short", "V near the top", "R near the bottom"],
)
def test_a_group_that_is_alike_or_near_an_end_waits_for_more(v: list[int], r: list[int]) -> None:
    alike = [sheet(customer, *both) for customer, both in enumerate(zip(v, r, strict=True))]
    assert not may_close(alike, TEN)
    assert closing(alike, TEN, Random(1).randrange) == ()
    others = [sheet(8, 2, 6), sheet(9, 3, 8)]
    assert may_close([*alike, *others], TEN)


@given(st.integers(0, 500), st.integers(2, 5))
def test_rounding_is_unbiased_and_hides_as_much_whatever_the_total(total: int, to: int) -> None:
    draws = itertools.product(range(to), repeat=2)
    off = [rounded(total, to, lambda _, left=list(both): left.pop()) - total for both in draws]
    assert sum(off) == 0
    assert Counter(off) == {by: to - abs(by) for by in range(1 - to, to)}


@pytest.mark.parametrize(
    ("low", "high", "rounds_to", "steps"),
    [(0, 10, 5, 0.5), (1, 10, 5, 0.5), (1, 5, 3, 0.2), (1, 7, 3, 0.3), (0, 2, 3, 0.1), (1, 4, 3, 0.2)],
)
def test_sums_are_rounded_to_half_the_width_or_to_threes_and_means_shown_in_twentieths_of_it(
    low: int, high: int, rounds_to: int, steps: float
) -> None:
    assert (base(scale(low, high)), step(scale(low, high))) == (rounds_to, steps)


def test_with_a_group_in_it_a_mean_is_shown_in_steps_and_without_one_as_it_is() -> None:
    group, named = OwnSums(8, (60,), (45,), rounded=True), OwnSums(3, (20,), (7,), rounded=False)
    [alone] = group.gaps(survey(1))
    assert (alone.expectation, alone.reality, alone.gap, alone.overpromise) == (7.5, 5.5, 2.0, 0.5)
    [exact] = named.gaps(survey(1))
    assert exact.expectation == pytest.approx(20 / 3)
    [both] = (group + named).gaps(survey(1))
    assert (both.expectation, both.reality) == (7.5, 4.5)


def test_the_sum_of_nothing_is_nothing() -> None:
    assert together([]) is None


@pytest.mark.parametrize(
    "now", [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, 59, 59, 5, tzinfo=UTC)]
)
def test_all_month_the_same_moment_counts(now: datetime) -> None:
    assert closing_moment(now) == datetime(2026, 3, 1, tzinfo=UTC)


def test_who_goes_with_whom_is_up_to_chance() -> None:
    met = Counter(frozenset(closing(varied(16), TEN, Random(seed).randrange)[0].rows) for seed in range(20))
    assert len(met) > 15
