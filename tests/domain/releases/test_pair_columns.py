"""Sums over groups of pairs, held to what one gets by adding up pair by pair."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.worlds import a_survey, columns
from kloof.domain.releases.pair_columns import PairColumns, Stat, first_of_each_customer, group_sums, norms

pytestmark = pytest.mark.slow


@st.composite
def many_pairs(draw) -> tuple[PairColumns, np.ndarray]:
    survey = a_survey(
        draw(st.integers(1, 3)),
        low=draw(st.integers(0, 1)),
        high=draw(st.integers(3, 10)),
        norm=draw(st.sampled_from([None, 1.5, 2.0])),
    )
    n, core = draw(st.integers(1, 30)), len(survey.core)
    answer = st.integers(survey.scale.low, survey.scale.high)
    sheets = st.lists(st.lists(answer, min_size=core, max_size=core), min_size=n, max_size=n)
    numbers = st.lists(st.integers(1, 8), min_size=n, max_size=n)
    group = draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n))
    pairs = columns(survey, draw(numbers), draw(numbers), draw(sheets), draw(sheets))
    promises = draw(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=n, max_size=n))
    pairs = replace(pairs, promises=np.array(promises, dtype=np.uint8))
    return pairs, np.array(group, dtype=np.int64)


def by_hand(pairs: PairColumns, rows: np.ndarray, aspect: int) -> dict[Stat, int]:
    """Every statistic of one aspect over these rows, from V and R of one pair after another."""
    scale, norm = pairs.survey.scale, pairs.survey.core[aspect].norm
    found = dict.fromkeys(Stat, 0)
    for row in rows:
        v, r = (int(side[row, aspect]) - 1 + scale.low for side in (pairs.expected, pairs.received))
        met = norm is not None and r >= norm
        summands = {
            Stat.N: 1,
            Stat.V: v,
            Stat.R: r,
            Stat.VV: v * v,
            Stat.RR: r * r,
            Stat.VR: v * r,
            Stat.HIGHER: v > r,
            Stat.EQUAL: v == r,
            Stat.GOOD: r >= scale.good,
            Stat.V_LOWEST: v == scale.low,
            Stat.V_HIGHEST: v == scale.high,
            Stat.R_LOWEST: r == scale.low,
            Stat.R_HIGHEST: r == scale.high,
            Stat.AT_NORM: met,
            Stat.DISAPPOINTED_AT_NORM: met and v > r,
            Stat.DISAPPOINTED_BELOW_NORM: not met and v > r,
        }
        for stat, summand in summands.items():
            found[stat] += int(summand)
    return found


@settings(max_examples=60)
@given(many_pairs())
def test_the_sums_of_a_group_are_those_of_its_pairs_one_by_one(drawn):
    pairs, group = drawn
    found = group_sums(pairs, group, 3)
    for number in range(3):
        rows = np.flatnonzero(group == number)
        assert found.n[number] == len(rows)
        for at in range(len(pairs.survey.core)):
            assert dict(enumerate(found.sums[number, at])) == by_hand(pairs, rows, at)


@settings(max_examples=60)
@given(many_pairs())
def test_promises_are_counted_one_by_one_and_who_knows_what_became_of_one_counts_once(drawn):
    pairs, group = drawn
    found = group_sums(pairs, group, 3)
    for number in range(3):
        theirs = [row.tolist() for row in pairs.promises[group == number]]
        assert found.promises[number].tolist() == [sum(row[kind] for row in theirs) for kind in range(4)]
        assert found.promisers[number] == sum(any(row[:3]) for row in theirs)


def test_the_sums_are_the_same_however_many_pairs_and_aspects_are_counted_at_once(monkeypatch):
    rng, survey = np.random.default_rng(7), a_survey(5, high=4, norm=1.5)
    n, core = 900, len(survey.core)
    sheets = [rng.integers(survey.scale.low, 5, (n, core)).tolist() for _ in range(2)]
    pairs = columns(survey, rng.integers(1, 300, n).tolist(), rng.integers(1, 9, n).tolist(), *sheets)
    group = rng.integers(-1, 3, n)
    at_once = group_sums(pairs, group, 3)
    monkeypatch.setattr("kloof.domain.releases.pair_columns._PAIRS_AT_ONCE", 1)
    monkeypatch.setattr("kloof.domain.releases.pair_columns._COUNTS_AT_ONCE", 250)
    in_slices = group_sums(pairs, group, 3)
    assert len(set(group.tolist())) == 4
    assert np.array_equal(in_slices.sums, at_once.sums)


def test_whole_answers_are_summed_without_any_rounding():
    survey = a_survey(1)
    rng = np.random.default_rng(1)
    v, r = rng.integers(0, 11, (2, 5000, 1))
    pairs = columns(survey, range(5000), [1] * 5000, v, r)
    sums = group_sums(pairs, np.zeros(5000, np.int64), 1).sums[0, 0]
    assert sums[Stat.VR] == int((v * r).sum())
    assert sums[Stat.VV] == int((v * v).sum())


def test_a_survey_without_a_norm_has_nobody_who_met_it():
    survey = a_survey(2, norm=None)
    assert norms(survey) == [np.inf, np.inf]
    pairs = columns(survey, range(4), [1] * 4, [[10, 10]] * 4, [[10, 9]] * 4)
    sums = group_sums(pairs, np.zeros(4, np.int64), 1).sums[0]
    assert sums[:, Stat.AT_NORM].tolist() == [0, 0]
    assert sums[:, Stat.DISAPPOINTED_BELOW_NORM].tolist() == [0, 4]


@settings(max_examples=60)
@given(many_pairs(), st.randoms(use_true_random=False))
def test_of_each_customer_the_pair_that_came_first_is_the_one_of_a_group(drawn, shuffled):
    pairs, group = drawn
    order = list(range(len(pairs)))
    shuffled.shuffle(order)
    pairs, group = pairs.take(np.array(order)), group[order]
    first = first_of_each_customer(pairs, group)
    earliest: dict[tuple[int, int], int] = {}
    for number, customer, one in zip(pairs.id.tolist(), pairs.customer.tolist(), group.tolist(), strict=True):
        earliest[customer, one] = min(number, earliest.get((customer, one), number))
    assert sorted(pairs.id[first].tolist()) == sorted(earliest.values())


def test_pairs_at_some_rows_keep_everything_that_they_say():
    survey = a_survey(1)
    pairs = columns(
        survey, [1, 2, 3], [4, 5, 6], [[1], [2], [3]], [[3], [4], [5]], account=[0, 7, 8], cell=[0, 1, 2]
    )
    chosen, front = pairs.take(np.array([2, 0])), pairs.first(2)
    assert (chosen.account.tolist(), chosen.cell.tolist(), chosen.customer.tolist()) == (
        [8, 0],
        [2, 0],
        [3, 1],
    )
    assert (front.account.tolist(), front.salesperson.tolist(), len(front)) == ([0, 7], [4, 5], 2)
    assert np.shares_memory(front.account, pairs.account)


def test_a_sum_of_many_pairs_of_large_numbers_does_not_overflow():
    """Two hundred promises of each kind, in 8 bits, over a thousand pairs."""
    survey = a_survey(1)
    pairs = columns(survey, range(1000), [1] * 1000, [[10]] * 1000, [[10]] * 1000)
    pairs.promises[:] = 200
    found = group_sums(pairs, np.zeros(1000, np.int64), 1)
    assert found.promises.tolist() == [[200_000] * 4]
    assert found.sums[0, 0, Stat.VV] == pytest.approx(100_000, abs=0)
