"""What was done for a deal: until when it may be entered, and on which day it can have been."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from kloof.domain.errors import Reason, Refused

BEFORE_THE_SALE: Final = frozenset({"joint_visit", "quote_checked", "exclusions_listed"})
"""Practices that belong to the quote, so that their day may lie before the sale."""


class WrongDay(StrEnum):
    """Why something cannot have been done on that day."""

    FUTURE = "future"
    BEFORE_SALE = "before_sale"


def locked(asks_on: date | None, today: date, *, answered: bool) -> bool:
    """Whether R may be known by now, so that what was done can no longer be entered honestly.

    From `asks_on` on, the day on which the second survey goes out; None while the deal is not delivered. `answered`:
    the customer has, whatever the day.
    """
    return answered or (asks_on is not None and today >= asks_on)


def refuse_where_locked(asks_on: date | None, today: date, *, answered: bool) -> None:
    """Raise Refused where `locked`."""
    if locked(asks_on, today, answered=answered):
        raise Refused(
            Reason.PRACTICES_LOCKED,
            "The second survey has gone out to the customer, so what was done for this deal can no longer change.",
            remedy="Enter it before that, or it could be coloured by the answer; undo the change.",
        )


def laid_over(standing: Mapping[str, date], given: Mapping[str, date]) -> dict[str, date]:
    """What stands once a file has been read: an empty cell leaves it, since other people enter practices too."""
    return {**standing, **given}


def wrong_day(practice: str, day: date, sold_on: date, today: date) -> WrongDay | None:
    """Why this practice cannot have been done on that day; None where it can."""
    if day > today:
        return WrongDay.FUTURE
    if day < sold_on and practice not in BEFORE_THE_SALE:
        return WrongDay.BEFORE_SALE
    return None
