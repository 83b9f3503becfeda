"""When there is something new, how weeks are counted, and where the link in the mail leads."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.mailing.weekly import News, monday, week

NUMBERS = st.integers(0, 999)
SOME = st.builds(News, *[NUMBERS] * len(fields(News)))


def test_what_waited_last_week_too_is_no_reason_to_write_again() -> None:
    assert not News(calls=4, overdue=4, to_read=2).is_worth_a_mail
    assert News(calls=4, overdue=4, to_read=2, fresh=1).is_worth_a_mail


def test_the_mail_lists_what_there_is_some_of_in_its_order() -> None:
    assert list(News(starting=1, answers=2, fresh=3).counts.items()) == [("answers", 2), ("starting", 1)]


@pytest.mark.parametrize(
    ("news", "path"),
    [
        (News(answers=1, calls=1, to_read=1), "/me"),
        (News(groups=1, starting=1), "/me"),
        (News(calls=1, starting=1), "/calls"),
        (News(to_read=1), "/handover"),
        (News(starting=1), "/handover"),
    ],
)
def test_the_link_leads_to_the_page_of_the_first_number(news: News, path: str) -> None:
    assert news.path == path


@given(SOME, SOME)
def test_two_roles_make_one_mail_with_the_numbers_of_both_and_what_is_kept_is_read_back(
    one: News, other: News
) -> None:
    together = one + other
    assert all(
        getattr(together, field.name) == getattr(one, field.name) + getattr(other, field.name)
        for field in fields(News)
    )
    assert News.read(together.written()) == together
    assert News.read("") == News()


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_week_has_one_number_from_monday_to_sunday_and_the_next_has_a_larger_one(day: date) -> None:
    first = monday(day)
    assert first.strftime("%a") == "Mon"
    assert 0 <= (day - first).days < 7
    assert {week(first + timedelta(days=later)) for later in range(7)} == {int(day.strftime("%G%V"))}
    assert week(first + timedelta(days=7)) > week(day)
