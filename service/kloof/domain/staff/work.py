"""What waits for the desk, as a list of work: the worst first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class WorkKind(StrEnum):
    """What somebody at the desk can do something about. In order: what stops everything, what a customer waits for,
    what a colleague waits for, and what gets better by it.
    """

    RELEASE_DAMAGED = "release_damaged"
    CLOCK_JUMPED = "clock_jumped"
    SERVER_REFUSES = "server_refuses"
    MAIL_LATE = "mail_late"
    SENDING_PAUSED = "sending_paused"
    HELD = "held"
    UNREACHED = "unreached"
    CUSTOMERS_REFUSE = "customers_refuse"
    CALLS_OVERDUE = "calls_overdue"
    LETTERS = "letters"
    PROPOSED = "proposed"
    CLOSABLE = "closable"
    UNDELIVERED = "undelivered"
    ASIDE = "aside"
    ACCOUNTS = "accounts"
    WEBHOOKS = "webhooks"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A line of the list. `count` of what there are, `since` the oldest of them; where only the worker looks, when it
    last did.
    """

    kind: WorkKind
    count: int = 1
    since: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class LateCaller:
    """Somebody with calls that were to be made before today; without a number it is the desk."""

    person: int | None
    name: str
    calls: int
    since: date


def worst_first(found: Iterable[WorkLine]) -> tuple[WorkLine, ...]:
    """The lines of which there is something, in the order of their kinds."""
    order = list(WorkKind)
    return tuple(sorted((work for work in found if work.count), key=lambda work: order.index(work.kind)))
