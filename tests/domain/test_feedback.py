"""Totals for one salesperson: nobody can be picked out, not even by looking again after each answer."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.feedback import BATCH, NotYet, Total, total_of
from kloof.domain.gap import Pair
from kloof.domain.surveys import Aspect, Scale, Survey
from kloof.domain.text import Text

WORD = Text(nl="woord", en="word")
SURVEY = Survey(
    id="two",
    version=1,
    title=WORD,
    scale=Scale(low=0, high=10, low_label=WORD, high_label=WORD),
    aspects=(
        Aspect(id="time", name=WORD, at_sale=WORD, after_delivery=WORD, norm=7),
        Aspect(id="extra", name=WORD, at_sale=WORD, after_delivery=WORD, core=False),
    ),
)


def pair(v: int, r: int) -> Pair:
    return Pair(SURVEY, {"time": v, "extra": v}, {"time": r})


answered = st.lists(
    st.tuples(st.integers(1, 8), st.builds(pair, st.integers(0, 10), st.integers(0, 10))), max_size=30
)


def test_four_customers_show_nothing_and_one_more_is_asked_for() -> None:
    assert total_of([(customer, pair(8, 6)) for customer in range(4)]) == NotYet(1)


def test_nobody_yet_needs_five() -> None:
    assert total_of([]) == NotYet(5)


def test_five_customers_show_their_mean_over_the_core_aspects_only() -> None:
    total = total_of([(customer, pair(8, customer)) for customer in range(5)])
    assert isinstance(total, Total)
    assert [gap.aspect for gap in total.gaps] == ["time"], (
        "an aspect that somebody skipped would be about fewer people"
    )
    assert (total.customers, total.gaps[0].expectation, total.gaps[0].reality, total.gaps[0].gap) == (
        5,
        8,
        2,
        6,
    )


def test_a_customer_with_two_deals_counts_once_with_their_mean() -> None:
    total = total_of(
        [(1, pair(10, 0)), (1, pair(0, 0)), *((customer, pair(5, 5)) for customer in range(2, 6))]
    )
    assert isinstance(total, Total)
    assert (total.customers, total.gaps[0].expectation) == (5, 5)


@given(answered)
def test_who_reloads_after_every_answer_sees_five_new_customers_at_once_or_nothing_new(
    answers: list[tuple[int, Pair]],
) -> None:
    views = [total_of(answers[:count]) for count in range(len(answers) + 1)]
    for before, after in pairwise(views):
        had = before.customers if isinstance(before, Total) else 0
        has = after.customers if isinstance(after, Total) else 0
        assert has - had in {0, BATCH}
        if has == had and isinstance(before, Total):
            assert after == before


@given(answered)
def test_what_is_still_needed_is_the_number_of_customers_that_is_missing(
    answers: list[tuple[int, Pair]],
) -> None:
    found = total_of(answers)
    customers = len({customer for customer, _ in answers})
    assert found == NotYet(BATCH - customers) if isinstance(found, NotYet) else customers >= BATCH
