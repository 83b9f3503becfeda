"""Which groups are too much alike, held to what one gets by looking at every customer in plain Python."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.worlds import a_survey, columns
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.likeness import too_alike
from kloof.domain.releases.pair_columns import PairColumns

pytestmark = pytest.mark.slow


def in_plain_words(pairs: PairColumns, rows: list[int]) -> bool:
    """Whether these pairs may not close: judged on all, and without each salesperson and each account."""
    units = [
        (int(pairs.account[at]), 0) if pairs.account[at] else (0, int(pairs.customer[at])) for at in rows
    ]
    parts = [[units[place] == unit for place in range(len(rows))] for unit in set(units)]
    for seller in {int(pairs.salesperson[at]) for at in rows}:
        parts.append([int(pairs.salesperson[at]) == seller for at in rows])
    seen = [rows]
    seen += [[at for at, known in zip(rows, part, strict=True) if not known] for part in parts]
    return any(_alike(pairs, left) for left in seen if left)


def _alike(pairs: PairColumns, rows: list[int]) -> bool:
    scale = pairs.survey.scale
    width = scale.high - scale.low
    found = False
    for at, aspect in enumerate(pairs.survey.core):
        v, r = (
            [int(side[row, at]) - 1 + scale.low for row in rows] for side in (pairs.expected, pairs.received)
        )
        sides, kinds = [v], [v]
        if pairs.arm is Arm.ASKED:
            sides.append(r)
            kinds += [
                r,
                [(v > r) - (v < r) for v, r in zip(v, r, strict=True)],
            ]
            if aspect.norm is not None:
                kinds.append([(mark >= aspect.norm, v > mark) for v, mark in zip(v, r, strict=True)])
        found |= any(10 * max(Counter(kind).values()) > 9 * len(rows) for kind in kinds)
        limit = max(Fraction(width, 2), Fraction(3))
        distances = [sum(answer - scale.low for answer in side) for side in sides]
        found |= any(min(near, len(rows) * width - near) <= limit for near in distances)
    return found


@st.composite
def small_blocks(draw) -> tuple[PairColumns, np.ndarray]:
    """Some groups of customers who answer nearly alike, or near an end, or all over the scale."""
    low, high = draw(st.sampled_from([(0, 10), (1, 5), (1, 7)]))
    survey = a_survey(
        draw(st.integers(1, 2)), low=low, high=high, norm=draw(st.sampled_from([None, 4.0, 4.5]))
    )
    n, core = draw(st.integers(1, 45)), len(survey.core)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    others = draw(st.sampled_from([0.05, 0.15, 0.3, 1.0]))
    usual = rng.choice([low, high - 1, high, (low + high) // 2], (2, 1, core))
    odd = rng.random((2, n, core)) < others
    sheets = np.where(odd, rng.integers(low, high + 1, (2, n, core)), usual)
    pairs = columns(
        survey,
        draw(st.sampled_from([range(1, n + 1), (1 + rng.integers(0, n, n)).tolist()])),
        rng.integers(1, 5, n).tolist(),
        *sheets,
        account=np.where(rng.random(n) < 0.5, rng.integers(1, 5, n), 0).tolist(),
    )
    arm = draw(st.sampled_from(list(Arm)))
    if arm is not Arm.ASKED:
        pairs = replace(pairs, received=pairs.expected, arm=arm)
    return pairs, rng.integers(-1, draw(st.integers(1, 3)), n)


@settings(max_examples=80)
@given(small_blocks())
def test_a_group_is_too_alike_where_it_is_so_to_anybody_who_looks_at_each_customer(drawn):
    pairs, group = drawn
    groups = int(group.max(initial=0)) + 1
    by_hand = [in_plain_words(pairs, np.flatnonzero(group == number).tolist()) for number in range(groups)]
    assert too_alike(pairs, group, groups).tolist() == by_hand


def block(v: list[int], r: list[int], *, high: int = 10, norm: float | None = None, **more) -> PairColumns:
    """One aspect; four salespeople in turn unless said otherwise."""
    n = len(v)
    sellers = more.pop("sellers", [1 + at % 4 for at in range(n)])
    survey = a_survey(1, high=high, norm=norm)
    return columns(survey, range(1, n + 1), sellers, [[one] for one in v], [[one] for one in r], **more)


def alike(pairs: PairColumns) -> bool:
    return bool(too_alike(pairs, np.zeros(len(pairs), np.int64), 1)[0])


SPREAD = [2, 5, 8, 9, 3, 6, 7, 4, 1, 8, 5, 2, 9, 6, 3, 7, 4, 8, 1, 5]
MIXED = [5, 2, 9, 8, 4, 5, 8, 3, 2, 9, 3, 6, 9, 7, 1, 8, 2, 9, 6, 3]
"""Twenty answers beside SPREAD: some above, some below, some equal."""


def test_answers_all_over_the_scale_may_close():
    assert not alike(block(SPREAD, MIXED))


def test_customers_who_differ_only_through_one_salesperson_are_alike_to_that_salesperson():
    """Five of twenty say something else, all sold to by the first; the fifteen others all say 7."""
    sellers = [1] * 5 + [2, 3, 4] * 5
    v = [1, 2, 3, 4, 5] + [7] * 15
    assert alike(block(v, MIXED, sellers=sellers))
    assert not alike(block(v, MIXED, sellers=[1, 2, 3, 4] * 5))


def test_customers_who_differ_only_through_one_account_are_alike_to_that_account():
    v = [1, 2, 3, 4, 5] + [7] * 15
    assert alike(block(v, MIXED, account=[9] * 5 + [0] * 15))
    assert not alike(block(v, MIXED, account=[*range(1, 6)] + [0] * 15))


@pytest.mark.parametrize("others", [1, 2, 3])
def test_nine_in_ten_are_not_too_many_and_more_are(others):
    """Each salesperson must leave two of those who say something else, and so must each customer."""
    v = [7] * 20
    for at in range(others):
        v[at] = 2
    assert alike(block(v, MIXED)) == (others < 3)


@pytest.fixture
def drawn() -> tuple[list[int], list[int]]:
    """Forty answers to each survey, all over the scale."""
    v, r = np.random.default_rng(3).integers(1, 11, (2, 40))
    return v.tolist(), r.tolist()


def test_the_sign_of_the_gap_is_an_answer_too(drawn):
    v, r = drawn
    assert not alike(block(v, r))
    assert alike(block(v, [one - 1 for one in v]))


def test_that_all_gave_a_good_mark_keeps_no_group_back(drawn):
    """It is told of thirty and more only, and there as "over 90%"."""
    v, r = ([7 + one % 4 for one in side] for side in drawn)
    assert not alike(block(v, r, norm=None))


def test_the_four_of_the_founding_claim_are_an_answer_too(drawn):
    """Everybody at the norm and nobody disappointed, though marks and signs differ."""
    r = [4 + one % 7 for one in drawn[1]]
    v = [mark - at % 2 for at, mark in enumerate(r)]
    assert alike(block(v, r, norm=4))
    assert not alike(block(v, r, norm=7))


def test_a_survey_without_a_norm_has_no_founding_claim(drawn):
    r = [4 + one % 7 for one in drawn[1]]
    v = [mark - at % 2 for at, mark in enumerate(r)]
    assert not alike(block(v, r, norm=None))


@pytest.mark.parametrize("end", [0, 10])
@pytest.mark.parametrize(("away", "near"), [(5, True), (6, True), (12, False)])
def test_a_sum_within_half_the_scale_of_an_end_puts_everybody_in_one_half(end, away, near):
    """Of twenty-four customers so many are one point from the end; six are five without some salesperson's."""
    v = [abs(end - (at * 7 % 24 < away)) for at in range(24)]
    r = [end if at % 2 else 10 - end for at in range(24)]
    assert alike(block(v, r, sellers=[at // 6 for at in range(24)])) == near


def test_one_side_alone_is_judged_by_its_answers_only():
    """Neither the sign of a gap that there is not, nor marks that are all good, keep it back."""
    told = block(SPREAD, SPREAD)
    assert alike(told)
    assert not alike(replace(told, arm=Arm.NOT_ASKED))
    all_good = [8 + at % 3 for at in range(20)]
    assert not alike(replace(block(all_good, all_good), arm=Arm.LEFT))


def test_whoever_is_in_no_group_changes_none():
    pairs = block([*SPREAD, 7, 7, 7], [*MIXED, 7, 7, 7])
    assert too_alike(pairs, np.array([0] * 20 + [-1] * 3), 1).tolist() == [False]
    assert too_alike(pairs.first(0), np.zeros(0, np.int64), 2).tolist() == [False, False]
