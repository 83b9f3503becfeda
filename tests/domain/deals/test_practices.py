"""Until when practices may be entered, and on which day they can have been."""

from datetime import date

import pytest

from kloof.domain.deals.deals import PRACTICES
from kloof.domain.deals.practices import (
    BEFORE_THE_SALE,
    WrongDay,
    laid_over,
    locked,
    refuse_where_locked,
    wrong_day,
)
from kloof.domain.errors import Refused

SOLD, TODAY = date(2026, 2, 1), date(2026, 3, 2)


@pytest.mark.parametrize(
    ("asks_on", "answered", "shut"),
    [
        (None, False, False),
        (date(2026, 3, 3), False, False),
        (TODAY, False, True),
        (date(2026, 3, 1), False, True),
        (date(2026, 3, 3), True, True),
    ],
)
def test_they_lock_on_the_day_on_which_the_second_survey_goes_out(
    asks_on: date | None, answered: bool, shut: bool
) -> None:
    assert locked(asks_on, TODAY, answered=answered) is shut
    if shut:
        with pytest.raises(Refused, match="can no longer change"):
            refuse_where_locked(asks_on, TODAY, answered=answered)
    else:
        refuse_where_locked(asks_on, TODAY, answered=answered)


def test_an_empty_cell_leaves_what_stands_and_a_new_day_replaces_it() -> None:
    standing = {"joint_visit": SOLD, "complaint": SOLD}
    assert laid_over(standing, {"joint_visit": TODAY}) == {"joint_visit": TODAY, "complaint": SOLD}


@pytest.mark.parametrize("practice", PRACTICES)
def test_nothing_was_done_in_the_future_and_only_what_belongs_to_the_quote_before_the_sale(
    practice: str,
) -> None:
    assert wrong_day(practice, date(2026, 3, 3), SOLD, TODAY) is WrongDay.FUTURE
    assert wrong_day(practice, TODAY, SOLD, TODAY) is None
    early = None if practice in BEFORE_THE_SALE else WrongDay.BEFORE_SALE
    assert wrong_day(practice, date(2026, 1, 31), SOLD, TODAY) is early


def test_what_belongs_to_the_quote_are_practices() -> None:
    assert set(PRACTICES) > BEFORE_THE_SALE
