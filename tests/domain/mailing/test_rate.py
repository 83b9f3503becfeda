"""A limit of mails per hour: never more in any hour, whenever it begins, and hardly fewer where enough waits."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast.mails import NOON
from kloof.domain.mailing.schedule import SendingRate

HOUR = timedelta(hours=1)


def sent(rate: SendingRate, gaps: list[timedelta], wanted: list[int]) -> list[datetime]:
    """When mails go that a worker takes after these pauses, as many as it may of what it wants."""
    now, used, when = NOON, None, list[datetime]()
    for gap, most in zip(gaps, wanted, strict=True):
        now += gap
        takes = min(most, rate.left(used, now))
        used = rate.after(used, now, takes)
        when += [now] * takes
    return when


@given(
    st.integers(1, 2000),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 300)), min_size=1, max_size=200),
)
def test_in_no_hour_whenever_it_begins_go_more_than_the_limit(
    per_hour: int, looks: list[tuple[int, int]]
) -> None:
    when = sent(
        SendingRate(per_hour), [timedelta(seconds=gap) for gap, _ in looks], [most for _, most in looks]
    )
    for number, first in enumerate(when):
        assert sum(moment < first + HOUR for moment in when[number:]) <= per_hour


@pytest.mark.parametrize("per_hour", [1, 7, 60, 500, 5000])
def test_a_worker_that_looks_every_second_uses_the_hour(per_hour: int) -> None:
    when = sent(SendingRate(per_hour), [timedelta(seconds=1)] * 7200, [100] * 7200)
    assert 2 * per_hour * 0.98 - 1 <= len(when) <= 2 * per_hour


def test_what_is_given_back_may_go_at_once() -> None:
    rate = SendingRate(600)
    used = rate.after(None, NOON, rate.left(None, NOON))
    assert rate.left(used, NOON) == 0
    assert rate.left(rate.after(used, NOON, -4), NOON) == 4
