"""What stands apart becomes a question, and chance, small numbers and names do not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact

from kloof.domain.addresses import domain_of
from kloof.domain.staff.fair_play import (
    PUBLIC_PROVIDERS,
    Address,
    Count,
    Question,
    Signal,
    Trace,
    TraceQuestion,
    address_questions,
    low_groups,
    questions,
)

CHANGED = Signal.ADDRESS_CHANGED


def count(person: int, hits: int, units: int, signal: Signal = CHANGED, deals: int | None = None) -> Count:
    return Count(person, signal, hits, units, units if deals is None else deals)


def everybody(signal: Signal = CHANGED) -> list[Count]:
    """Four people with 30 deals each, of whom the first stands apart."""
    return [count(1, 12, 30, signal), *(count(person, 1, 30, signal) for person in (2, 3, 4))]


def test_who_stands_apart_is_a_question_with_the_counts_of_both_sides() -> None:
    assert questions(everybody()) == (Question(1, CHANGED, 12, 30, 3, 90),)


def test_of_one_kind_of_signal_a_low_share_is_no_question_and_of_the_other_it_is() -> None:
    low = [count(1, 0, 60), *(count(person, 20, 60) for person in (2, 3, 4))]
    assert questions(low) == ()
    answered = [replace(one, signal=Signal.ANSWERED) for one in low]
    assert [question.person for question in questions(answered)] == [1]


@pytest.mark.parametrize(
    ("own", "others", "asked"), [(20, 40, True), (19, 40, False), (20, 39, False), (19, 100, False)]
)
def test_below_twenty_own_deals_or_forty_of_others_nothing_is_asked(
    own: int, others: int, asked: bool
) -> None:
    counts = [count(1, own, own), count(2, 0, others - 19), count(3, 0, 19)]
    assert [question.person for question in questions(counts)] == ([1] if asked else [])


def test_less_than_ten_percentage_points_is_not_worth_asking_however_sure_it_is() -> None:
    assert questions([count(1, 900, 10_000), count(2, 0, 100_000)]) == ()
    assert questions([count(1, 1000, 10_000), count(2, 0, 100_000)]) != ()


def test_groups_count_as_one_each_and_their_customers_for_the_minimum() -> None:
    few = [count(1, 4, 4, Signal.LOW_EXPECTATION, 20), count(2, 0, 30, Signal.LOW_EXPECTATION, 150)]
    assert len(questions(few)) == 1
    assert questions([replace(few[0], deals=19), few[1]]) == ()


def test_it_asks_what_scipy_would_reject() -> None:
    counts = [
        count(person, hits, 40, signal)
        for signal in (CHANGED, Signal.REPORTED_LATE)
        for person, hits in enumerate((2, 3, 14, 9, 4, 3), start=1)
    ]
    tested = []
    for one in counts:
        others = [other for other in counts if other.signal is one.signal and other is not one]
        hits, units = sum(other.hits for other in others), sum(other.units for other in others)
        p = fisher_exact([[one.hits, one.units - one.hits], [hits, units - hits]]).pvalue
        tested.append((one, p if one.hits / one.units - hits / units >= 0.1 else 1.0))
    rejected = false_discovery_control([p for _, p in tested]) <= 0.05
    expected = {(one.person, one.signal) for (one, _), asks in zip(tested, rejected, strict=True) if asks}
    assert {(question.person, question.signal) for question in questions(counts)} == expected
    assert expected == {(3, CHANGED), (3, Signal.REPORTED_LATE)}


PEOPLE = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6)


@examples(max_examples=40)
@given(PEOPLE, st.randoms(use_true_random=False))
def test_who_is_called_what_and_who_comes_first_changes_nothing(
    found: list[tuple[int, int]], chance: object
) -> None:
    counts = [
        count(person, min(pair), max(pair), signal)
        for signal in (CHANGED, Signal.ANSWERED)
        for person, pair in enumerate(found)
    ]
    names = list(range(len(found)))
    chance.shuffle(names)  # type: ignore[attr-defined]
    renamed = [replace(one, person=names[one.person]) for one in counts]
    chance.shuffle(renamed)  # type: ignore[attr-defined]
    asked = {replace(question, person=names[question.person]) for question in questions(counts)}
    assert set(questions(renamed)) == asked


@examples(max_examples=40)
@given(PEOPLE)
def test_nobody_is_asked_about_below_the_minimum(found: list[tuple[int, int]]) -> None:
    counts = [count(person, min(pair), max(pair)) for person, pair in enumerate(found)]
    total = sum(one.deals for one in counts)
    for question in questions(counts):
        assert question.units >= 20
        assert total - question.units >= 40


@pytest.mark.parametrize(
    ("means", "low"),
    [
        ((), ()),
        ((5.0,), (False,)),
        ((5.0, 6.0, 7.0), (True, False, False)),
        ((7.0, 7.0, 7.0), (False, False, False)),
        ((9.0, 1.0, 3.0, 2.0, 8.0, 7.0), (False, True, False, True, False, False)),
    ],
)
def test_the_lowest_third_of_groups_leaves_ties_out(means: tuple[float, ...], low: tuple[bool, ...]) -> None:
    assert low_groups(means) == low


ANNA, BRAM = 1, 2
OURS = {"warmtehuis.example"}


def customers(*emails: str, person: int = ANNA) -> list[Address]:
    return [Address(person, email, 1) for email in emails]


def at(domain: str, count: int, person: int = ANNA) -> list[Address]:
    return customers(*(f"{person}.{number}@{domain}" for number in range(count)), person=person)


@pytest.mark.parametrize("address", ["me@warmtehuis.example", "Me@mail.Warmtehuis.example"])
def test_one_customer_at_the_companys_own_mail_domain_is_asked_about(address: str) -> None:
    assert address_questions(customers(address), OURS) == (TraceQuestion(ANNA, Trace.OWN_DOMAIN, 1),)


@pytest.mark.parametrize("address", ["me@notwarmtehuis.example", "warmtehuis.example@home.example"])
def test_a_domain_that_only_looks_like_it_is_not_its_own(address: str) -> None:
    assert address_questions(customers(address), OURS) == ()


def test_where_the_company_itself_mails_from_a_public_provider_its_customers_there_are_not_its_own() -> None:
    assert address_questions(at("gmail.com", 30), {"gmail.com"}) == ()


def test_one_mailbox_under_three_names_is_asked_about_whatever_stands_behind_a_plus() -> None:
    assert address_questions([Address(ANNA, "a@gmail.com", 2)], OURS) == ()
    asked = (TraceQuestion(ANNA, Trace.MANY_NAMES, 1),)
    assert address_questions([Address(ANNA, "a@gmail.com", 3)], OURS) == asked
    assert address_questions(customers("a@gmail.com", "a+1@gmail.com", "A+2@gmail.com"), OURS) == asked
    apart = [*customers("a@gmail.com", "a+1@gmail.com"), *customers("a+2@gmail.com", person=BRAM)]
    assert address_questions(apart, OURS) == (), "of one salesperson"


def test_four_customers_at_one_private_domain_are_asked_about_and_three_are_not() -> None:
    assert address_questions(at("family.example", 3), OURS) == ()
    assert address_questions(at("family.example", 4), OURS) == (
        TraceQuestion(ANNA, Trace.ONE_DOMAIN, 4, "family.example"),
    )


def test_a_domain_that_others_sell_to_as_much_is_a_provider_that_the_list_does_not_know() -> None:
    shared = [*at("regional.example", 20), *at("regional.example", 20, BRAM)]
    assert address_questions(shared, OURS) == ()
    mostly = [*at("regional.example", 20), *at("regional.example", 3, BRAM)]
    assert [one.person for one in address_questions(mostly, OURS)] == [ANNA]


def test_what_is_made_up_at_public_providers_is_not_seen_and_the_handbook_says_so() -> None:
    assert address_questions([one for domain in PUBLIC_PROVIDERS for one in at(domain, 9)], OURS) == ()


def test_the_domain_of_a_sender_is_read_with_or_without_a_name() -> None:
    assert {domain_of("Klantstem <hi@Warmtehuis.example>"), domain_of("hi@warmtehuis.example")} == OURS
