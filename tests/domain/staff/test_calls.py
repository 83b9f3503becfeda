"""When a customer is to be called, and by when."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from cast.builders import survey
from kloof.domain.access.people import Person, Role
from kloof.domain.access.rules import makes_call
from kloof.domain.mailing.schedule import SendingHours
from kloof.domain.staff.calls import LEADS_TO, Ground, fell_short, grounds, is_large
from kloof.domain.states import CALL_STEPS, CallState
from kloof.domain.surveys.gap import AspectGap

SCALE = survey().scale
HOURS = SendingHours(9, 18, frozenset({1, 2, 3, 4, 5}), ZoneInfo("Europe/Amsterdam"), "NL")


def gaps(*values: float | None) -> list[AspectGap]:
    """One gap per aspect, S = V − R; None where the customer did not answer after delivery."""
    return [AspectGap(f"a{at}", 9.0, None if value is None else 9 - value) for at, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "large"),
    [
        ((4, 0, 0), True),
        ((3, 2, 0), False),
        ((2, 2, 2), True),
        ((3, 3, -1), False),
        ((-4, -4, -4), False),
        ((None, None, 4), True),
        ((None, None, None), False),
        ((), False),
    ],
)
def test_a_gap_is_large_from_40_percent_of_the_scale_on_one_aspect_or_20_on_average(
    values: tuple[float | None, ...], large: bool
) -> None:
    assert is_large(gaps(*values), SCALE) is large


def test_the_width_of_the_scale_counts_and_not_its_numbers() -> None:
    narrow = survey(high=5, norm=4).scale
    assert is_large(gaps(2), narrow)
    assert not is_large(gaps(2, 0, 0), SCALE)


def test_what_fell_short_comes_widest_first_and_what_did_not_is_left_out() -> None:
    assert [gap.aspect for gap in fell_short(gaps(1, -1, None, 5, 0))] == ["a3", "a0"]


@pytest.mark.parametrize(
    ("asked", "named", "may_call", "found"),
    [
        (False, True, True, (Ground.BROKEN, Ground.GAP)),
        (True, True, True, (Ground.ASKED, Ground.BROKEN, Ground.GAP)),
        (False, False, True, ()),
        (False, True, False, ()),
        (True, False, True, (Ground.ASKED,)),
        (True, True, False, (Ground.ASKED,)),
    ],
)
def test_only_named_customers_who_did_not_say_no_are_called_because_of_their_answers(
    asked: bool, named: bool, may_call: bool, found: tuple[Ground, ...]
) -> None:
    why = grounds(asked=asked, named=named, may_call=may_call, broken=1, gaps=gaps(5), scale=SCALE)
    assert why == found


def test_every_outcome_leads_to_a_state_that_the_table_allows() -> None:
    reached = {to for targets in CALL_STEPS.values() for to in targets}
    assert set(LEADS_TO.values()) <= reached
    assert set(CALL_STEPS) == set(CallState)


def test_days_by_which_are_working_days_and_skip_public_holidays() -> None:
    thursday = date(2026, 4, 2)
    after_easter = date(2026, 4, 7)
    assert HOURS.working_day(thursday, 1) == after_easter
    assert HOURS.working_day(thursday, 3) == date(2026, 4, 9)
    assert HOURS.working_day(after_easter, 0) == after_easter


def test_a_call_is_made_by_its_owner_and_by_the_desk_where_it_has_none() -> None:
    sells, at_desk, leads = ({role} for role in (Role.SALESPERSON, Role.DESK, Role.LEAD))
    roles = ((1, sells), (2, sells), (3, at_desk), (1, leads), (1, sells | at_desk), (2, sells | at_desk))
    people = [Person(number, "a@firm.example", "A", frozenset(several)) for number, several in roles]
    assert [makes_call(one, 1) for one in people] == [True, False, False, False, True, False]
    assert [makes_call(one, None) for one in people] == [False, False, True, False, True, True]
