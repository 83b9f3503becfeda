"""How far deals have come, from sold to published, and which of them a list shows."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DealStep(StrEnum):
    """What a deal has come to, in order; each is reached for good, whatever became of the one before."""

    SOLD = "sold"
    ASKED = "asked"  # the first survey went out, by mail or by letter, and did not come back
    ANSWERED = "answered"
    DELIVERED = "delivered"
    ANSWERED_AFTER = "answered_after"
    PUBLISHED = "published"  # in a closed group of the last release


class DealTrouble(StrEnum):
    """What somebody at the desk may have to do something about."""

    OVERDUE = "overdue"  # the planned day of delivery is over, and nobody said that it was delivered
    BOUNCED = "bounced"  # mail to the customer came back, or was refused for good
    LETTER = "letter"  # the customer has no address
    CANCELLED = "cancelled"
    PASSED_ON = "passed_on"  # a colleague of the customer is asked, who passed a survey on


@dataclass(frozen=True, slots=True)
class DealFilter:
    """Which deals a list shows: all that is given holds. Days are those of the sale, both included.

    `step` was reached, `without` was not. `salesperson` is a person's number.
    """

    step: DealStep | None = None
    without: DealStep | None = None
    trouble: DealTrouble | None = None
    product: str = ""
    team: str = ""
    salesperson: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DealListed:
    """A deal as a list shows it. Days; `salesperson` looks after it now. `answered` and `answered_after` say that
    somebody answered, never what.
    """

    id: int
    deal_id: str
    customer_name: str
    product: str
    team: str
    salesperson: str
    sold_on: date
    planned_on: date | None
    delivered_on: date | None
    is_cancelled: bool
    by_letter: bool
    asked: bool
    answered: bool
    answered_after: bool

    def is_overdue(self, today: date) -> bool:
        """Whether the planned day of delivery is over, and nobody said that it was delivered."""
        waits = not (self.is_cancelled or self.delivered_on)
        return waits and self.planned_on is not None and self.planned_on < today
