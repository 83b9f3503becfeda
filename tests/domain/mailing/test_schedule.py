"""When mail may go out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.mails import a_survey, outgoing
from kloof.domain.errors import BadSettings
from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.mailing.schedule import (
    MONTH,
    MOST_TRIES,
    Candidate,
    Limits,
    SendingHours,
    free_day,
    rank,
    share_out,
    wait_before_retry,
)
from kloof.domain.surveys.definition import Wave

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = SendingHours(9, 18, frozenset({1, 2, 3, 4, 5}), AMSTERDAM, "NL")
ALWAYS = SendingHours(0, 24, frozenset(range(1, 8)), AMSTERDAM)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (local(2026, 9, 15, 12), local(2026, 9, 15, 12)),
        (local(2026, 9, 15, 3), local(2026, 9, 15, 9)),
        (local(2026, 9, 15, 18), local(2026, 9, 16, 9)),
        (local(2026, 9, 18, 19), local(2026, 9, 21, 9)),  # Friday evening to Monday
        (local(2026, 4, 27, 12), local(2026, 4, 28, 9)),  # the King's birthday
        (local(2026, 12, 24, 20), local(2026, 12, 28, 9)),  # Christmas, and then a weekend
        (local(2026, 3, 27, 20), local(2026, 3, 30, 9)),  # summer time starts in between
    ],
)
def test_mail_waits_for_the_next_sending_hour(moment: datetime, opens: datetime) -> None:
    assert OFFICE.next_open(moment) == opens


@given(MOMENTS)
def test_the_next_open_moment_is_inside_the_hours_and_never_earlier(moment: datetime) -> None:
    opens = OFFICE.next_open(moment)
    there = opens.astimezone(AMSTERDAM)
    assert opens >= moment
    assert 9 <= there.hour < 18
    assert there.isoweekday() <= 5
    assert OFFICE.next_open(opens) == opens
    until = OFFICE.open_until(opens)
    assert until
    assert opens < until <= opens + timedelta(hours=9)


@given(MOMENTS)
def test_who_sends_at_all_hours_never_waits(moment: datetime) -> None:
    assert ALWAYS.next_open(moment) == moment
    assert ALWAYS.open_until(moment)


def test_outside_the_hours_it_is_not_open() -> None:
    assert OFFICE.open_until(local(2026, 9, 15, 8, 59)) is None
    assert OFFICE.open_until(local(2026, 9, 15, 9)) == local(2026, 9, 15, 18)
    assert OFFICE.open_until(local(2026, 9, 15, 18)) is None


def test_a_country_whose_holidays_nobody_knows_is_said_with_what_to_write() -> None:
    unknown = SendingHours(9, 18, frozenset({1}), AMSTERDAM, "XX")
    with pytest.raises(BadSettings, match="'XX' are not known"):
        unknown.next_open(local(2026, 9, 15, 9))


@given(st.lists(DAYS), DAYS, st.integers(1, 3), st.integers(0, 5))
def test_a_free_day_keeps_both_limits_and_no_earlier_day_would(
    mailed: list[date], today: date, per_day: int, more: int
) -> None:
    limits = Limits(per_day, per_day + more)

    def fits(day: date) -> bool:
        recent = [past for past in mailed if day - MONTH < past <= day]
        return len(recent) < limits.per_month and recent.count(day) < limits.per_day

    found = free_day(today, mailed, limits)
    assert found >= today
    assert fits(found)
    assert not any(fits(today + timedelta(days=ahead)) for ahead in range((found - today).days))


CANDIDATES = st.lists(
    st.builds(Candidate, st.integers(1, 10**6), st.none() | st.integers(1, 4), st.integers(0, 2), DAYS),
    unique_by=lambda one: one.id,
)


@given(CANDIDATES, DAYS)
def test_everything_goes_today_or_gets_a_later_day_and_nothing_is_dropped(
    candidates: list[Candidate], today: date
) -> None:
    candidates = [replace(one, today=today) for one in candidates]
    go, later = share_out(candidates, {}, Limits(1, 4))
    assert sorted([*go, *later]) == sorted(one.id for one in candidates)
    assert all(day > today for day in later.values())
    customers = [one.customer for one in candidates if one.id in go and one.customer is not None]
    assert len(customers) == len(set(customers))
    assert {one.id for one in candidates if one.customer is None} <= set(go)


def test_of_one_customer_the_second_survey_goes_first_and_a_reminder_last() -> None:
    second = a_survey(wave=Wave.DELIVERY)
    mails = [outgoing(REMINDER, 1, second), outgoing(INVITATION), outgoing(INVITATION, 0, second)]
    candidates = [Candidate(number, 1, rank(mail), date(2026, 9, 15)) for number, mail in enumerate(mails)]
    go, later = share_out(candidates, {}, Limits())
    assert go == [2]
    assert later[1] < later[0]


@given(st.integers(1, 100), st.floats(0, 1))
def test_the_wait_before_another_try_grows_to_five_minutes_or_so(attempts: int, chance: float) -> None:
    wait = wait_before_retry(attempts, chance)
    assert timedelta(seconds=12) <= wait <= timedelta(seconds=384)


def test_48_tries_take_about_four_hours() -> None:
    total = sum((wait_before_retry(tries, 0.5) for tries in range(1, MOST_TRIES)), timedelta())
    assert timedelta(hours=3.5) < total < timedelta(hours=4.5)
