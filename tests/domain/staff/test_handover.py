"""What can be marked before the work starts, and when it is better to talk first."""

from datetime import UTC, datetime

import pytest

from cast.builders import survey
from kloof.domain.staff.handover import Item, Mark, Meeting, Said, Why, in_parts, items, proposal
from kloof.domain.surveys.answers import DOES_NOT_APPLY
from kloof.domain.surveys.responses import Promise, Source

SURVEY = survey(3)  # 0 to 10, norm 7
AT = datetime(2026, 3, 2, tzinfo=UTC)
TOLD = Promise(2, "The old boiler is taken away", "a2", Source.SAID)


def said(mark: Mark, about: str = "9") -> Said:
    return Said(mark, "", about, "Joris Baas", AT)


def expects(value: int, norm: float | None = 7.0, mark: Mark | None = None) -> Item:
    return Item("a1", "a1", expected=value, norm=norm, said=said(mark, str(value)) if mark else None)


def test_promises_come_first_and_then_every_aspect_that_got_a_number() -> None:
    found = items(SURVEY, {"a1": 9, "a2": DOES_NOT_APPLY, "a3": 4}, [TOLD], {})
    assert [(item.key, item.promise, item.expected, item.norm) for item in found] == [
        ("promise.2", TOLD.text, None, None),
        ("a1", "", 9, 7.0),
        ("a3", "", 4, 7.0),
    ]


def test_a_mark_stands_by_what_it_is_about_and_falls_when_the_customer_changes_that() -> None:
    marks = {"a1": said(Mark.WILL, "9"), "promise.2": said(Mark.WONT, "Another boiler")}
    promise, first, *_ = items(SURVEY, {"a1": 9}, [TOLD], marks)
    assert (first.mark, first.changed_since) == (Mark.WILL, False)
    assert (promise.mark, promise.changed_since) == (None, True)


@pytest.mark.parametrize(
    ("high", "value", "norm", "far"),
    [(10, 9, 7, True), (10, 8, 6.1, False), (10, 9, 6.6, True), (5, 5, 4, True), (5, 5, 4.1, False)],
)
def test_far_above_the_norm_begins_at_a_fifth_of_the_scale(
    high: int, value: int, norm: float, far: bool
) -> None:
    of = survey(1, high=high, norm=4)
    assert (proposal(of, [expects(value, norm)], delivered=False) is not None) is far


def test_without_a_norm_only_a_mark_asks_for_a_talk() -> None:
    assert proposal(SURVEY, [expects(10, None)], delivered=False) is None
    asked = proposal(SURVEY, [expects(10, None, Mark.TALK)], delivered=False)
    assert asked
    assert [why for why, _ in asked.reasons] == [Why.TALK]


@pytest.mark.parametrize(
    ("found", "meeting"),
    [
        ([expects(9)], Meeting.CALL),
        ([expects(5, 7, Mark.TALK)], Meeting.CALL),
        ([expects(9), expects(10)], Meeting.VISIT),
        ([expects(5, 7, Mark.WONT)], Meeting.VISIT),
    ],
)
def test_one_thing_is_a_call_and_what_will_not_be_done_or_several_a_visit(
    found: list[Item], meeting: Meeting
) -> None:
    asked = proposal(SURVEY, found, delivered=False)
    assert asked
    assert asked.meeting is meeting


def test_an_item_gives_one_reason_and_delivery_s_own_word_goes_first() -> None:
    asked = proposal(SURVEY, [expects(10, 7, Mark.WONT), expects(10, 7, Mark.WILL)], delivered=False)
    assert asked
    assert [why for why, _ in asked.reasons] == [Why.WONT, Why.ABOVE_NORM]


def test_within_reach_or_after_delivery_there_is_nothing_to_propose() -> None:
    assert proposal(SURVEY, [expects(8)], delivered=False) is None
    assert proposal(SURVEY, [expects(10, 7, Mark.WONT)], delivered=True) is None


def test_what_is_above_the_norm_comes_before_the_rest_the_furthest_first() -> None:
    told = {"a": (9, 7.0), "b": (7, 7.0), "c": (10, 7.5), "d": (10, None), "e": (8, 7.5)}
    every = [Item(key, key, expected=v, norm=n) for key, (v, n) in told.items()]
    parts = in_parts([*every, Item("promise.0", "", "Ready before summer")])
    keys = [[item.key for item in part] for part in (parts.promises, parts.above, parts.rest)]
    assert keys == [["promise.0"], ["c", "a", "e"], ["b", "d"]]


@pytest.mark.parametrize(
    ("marks", "all_will_do", "differs"),
    [
        ([], False, False),
        ([None, None], False, False),
        ([Mark.WILL, None], False, False),
        ([Mark.WILL, Mark.WILL], True, False),
        ([Mark.WILL, Mark.TALK], False, True),
        ([Mark.WONT, None], False, True),
    ],
)
def test_the_rest_will_do_when_that_is_said_of_each(
    marks: list[Mark | None], all_will_do: bool, differs: bool
) -> None:
    parts = in_parts(expects(6, mark=mark) for mark in marks)
    assert (parts.rest_will_do, parts.rest_differs) == (all_will_do, differs)


def test_what_the_customer_changed_since_is_looked_at_one_by_one() -> None:
    changed = Item("a1", "a1", expected=6, norm=7.0, said=said(Mark.WILL, "5"))
    assert in_parts([changed]).rest_differs
