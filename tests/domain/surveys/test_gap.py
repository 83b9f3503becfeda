import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.surveys.answers import DOES_NOT_APPLY
from kloof.domain.surveys.definition import Aspect, Scale, Survey
from kloof.domain.surveys.gap import AspectGap, Pair
from kloof.domain.text import Text

answer = st.integers(0, 10)
rating = st.floats(0, 10)
side = st.none() | answer


def text(word):
    return Text(nl=word, en=word)


def aspect(name, norm=None, core=True):
    words = text(name)
    return Aspect(id=name, name=words, at_sale=words, after_delivery=words, norm=norm, core=core)


SURVEY = Survey(
    id="project",
    version=1,
    title=text("Project"),
    scale=Scale(low=0, high=10, low_label=text("slecht"), high_label=text("goed")),
    aspects=(aspect("lead-time", norm=7.5), aspect("price"), aspect("extra", norm=6, core=False)),
)


@given(rating, rating, rating)
def test_overpromise_and_underdelivery_add_up_to_the_gap(v, r, n):
    found = AspectGap("lead-time", v, r, n)
    assert found.overpromise + found.underdelivery == pytest.approx(found.gap, abs=1e-12)


@given(rating, rating)
def test_swapping_expectation_and_reality_turns_the_gap_around(v, r):
    assert AspectGap("a", v, r).gap == -AspectGap("a", r, v).gap


@given(answer, answer, answer, st.integers(-5, 5))
def test_moving_all_answers_equally_changes_no_gap(v, r, n, step):
    here, there = AspectGap("a", v, r, n), AspectGap("a", v + step, r + step, n + step)
    assert (here.gap, here.overpromise, here.underdelivery) == (
        there.gap,
        there.overpromise,
        there.underdelivery,
    )


@given(rating, rating)
def test_a_gap_is_never_wider_than_the_scale(v, r):
    assert abs(AspectGap("a", v, r).gap) <= 10


@given(side, side, side)
def test_a_missing_side_leaves_out_just_what_needs_it(v, r, n):
    found = AspectGap("a", v, r, n)
    assert (found.gap is None) == (v is None or r is None)
    assert (found.overpromise is None) == (v is None or n is None)
    assert (found.underdelivery is None) == (n is None or r is None)


def test_a_positive_gap_means_that_it_fell_short():
    assert AspectGap("lead-time", expectation=9, reality=7).gap == 2


def test_a_pair_gives_a_gap_per_aspect_in_the_order_of_the_survey():
    pair = Pair(SURVEY, {"price": 8, "lead-time": 9, "extra": 5}, {"lead-time": 7, "price": 8})
    assert pair.gaps == (
        AspectGap("lead-time", 9, 7, 7.5),
        AspectGap("price", 8, 8, None),
        AspectGap("extra", 5, None, 6),
    )


def test_what_does_not_apply_has_no_number():
    pair = Pair(SURVEY, {"lead-time": DOES_NOT_APPLY}, {"lead-time": 7})
    assert pair.gaps[0].expectation is None
    assert not pair.complete


def test_a_pair_is_complete_without_the_aspects_that_are_not_core():
    assert Pair(SURVEY, {"lead-time": 9, "price": 8}, {"lead-time": 7, "price": 8}).complete


def test_a_pair_that_misses_a_core_aspect_is_not_complete():
    assert not Pair(SURVEY, {"lead-time": 9}, {"lead-time": 7, "price": 8}).complete
