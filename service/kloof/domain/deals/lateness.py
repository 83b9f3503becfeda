"""When a deal was delivered, beside the day that was planned."""

from enum import IntEnum
from typing import Final


class Lateness(IntEnum):
    """0 is kept for what is not known."""

    ON_TIME = 1
    LATE = 2
    TWO_WEEKS_LATE = 3


LATE: Final = "late"
TWO_WEEKS_LATE: Final = "two_weeks_late"
"""What a release calls the tables of deals delivered after the planned day, and more than two weeks after it."""
