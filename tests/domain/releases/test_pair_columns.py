"""Sums over groups of pairs, held to what one gets by adding up customer by customer."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.worlds import a_survey, columns
from kloof.domain.releases.pair_columns import Stat, group_sums
from kloof.domain.statistics.sums import PairedSums


@st.composite
def many_pairs(draw):
    survey = a_survey(draw(st.integers(1, 3)), high=draw(st.integers(2, 10)), norm=1.5)
    n, core = draw(st.integers(1, 30)), len(survey.core)
    answer = st.integers(survey.scale.low, survey.scale.high)
    sheets = st.lists(st.lists(answer, min_size=core, max_size=core), min_size=n, max_size=n)
    numbers = st.lists(st.integers(1, 8), min_size=n, max_size=n)
    group = draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n))
    pairs = columns(survey, draw(numbers), draw(numbers), draw(sheets), draw(sheets))
    return pairs, np.array(group, dtype=np.int64)


def by_hand(pairs, group, number, aspect):
    """V and R per customer of the group, a customer's deals averaged."""
    deals = defaultdict(list)
    for row in np.flatnonzero(group == number):
        shown = [
            int(side[row, aspect]) - 1 + pairs.survey.scale.low for side in (pairs.expected, pairs.received)
        ]
        deals[int(pairs.customer[row])].append(shown)
    means = [np.mean(answers, axis=0) for answers in deals.values()]
    return [float(v) for v, _ in means], [float(r) for _, r in means]


@given(many_pairs())
def test_the_sums_of_a_group_are_those_of_its_customers_one_by_one(drawn):
    pairs, group = drawn
    sums = group_sums(pairs, group, 3).sums
    for number in range(3):
        for at, aspect in enumerate(pairs.survey.core):
            expected = PairedSums.of(*by_hand(pairs, group, number, at), pairs.survey.scale, aspect.norm)
            found = sums[number, at]
            assert found[Stat.N] == expected.n
            assert found[Stat.V : Stat.V_LOWEST] == pytest.approx(
                [expected.v, expected.r, expected.vv, expected.rr, expected.vr], abs=1e-9
            )
            assert list(found[Stat.V_LOWEST :]) == [
                *(expected.v_counts[0], expected.v_counts[-1], expected.r_counts[0], expected.r_counts[-1]),
                *(expected.higher, expected.equal, expected.disappointed_at_norm),
                min(expected.good, int(0.9 * expected.n + 1e-9)),
            ]


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
    assert np.array_equal(in_slices.alike, at_once.alike)


@given(many_pairs())
def test_the_most_frequent_answer_is_seen_on_either_side_and_in_the_sign_of_the_gap(drawn):
    pairs, group = drawn
    alike = group_sums(pairs, group, 3).alike
    for number in range(3):
        for at in range(len(pairs.survey.core)):
            v, r = by_hand(pairs, group, number, at)
            if v:
                points = [np.floor(np.array(side) + 0.5) for side in (v, r)] + [
                    np.sign(np.array(v) - np.array(r))
                ]
                most = max(np.unique(side, return_counts=True)[1].max() for side in points)
                assert alike[number, at] == pytest.approx(most / len(v))


def test_whole_answers_are_summed_without_any_rounding():
    survey = a_survey(1)
    rng = np.random.default_rng(1)
    v, r = rng.integers(0, 11, (2, 5000, 1))
    pairs = columns(survey, range(5000), [1] * 5000, v, r)
    sums = group_sums(pairs, np.zeros(5000, np.int64), 1).sums[0, 0]
    assert sums[Stat.VR] == int((v * r).sum())
    assert sums[Stat.VV] == int((v * v).sum())


def test_a_group_in_which_the_good_marks_tell_everybodys_half_of_the_scale_is_noticed():
    survey = a_survey(1)
    told = columns(survey, range(12), [1] * 12, [[5], [8]] * 6, [[10]] * 9 + [[6]] * 3)
    group = np.zeros(12, np.int64)
    assert group_sums(told, group, 1).near_an_end(survey).tolist() == [True]


def test_a_group_near_an_end_of_the_scale_is_noticed():
    survey = a_survey(1)
    near = columns(survey, range(12), [1] * 12, [[10]] * 11 + [[5]], [[5]] * 12)
    open_ = columns(survey, range(12), [1] * 12, [[10]] * 11 + [[4]], [[5]] * 12)
    group = np.zeros(12, np.int64)
    assert group_sums(near, group, 1).near_an_end(survey).tolist() == [True]
    assert group_sums(open_, group, 1).near_an_end(survey).tolist() == [False]
