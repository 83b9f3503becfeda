"""Endpoints: where events go, how they stand, and when a delivery that failed is tried again."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kloof.domain.spelling import unprintable
from kloof.domain.webhooks.events import CHOSEN, EventKind
from kloof.domain.webhooks.reachable import unfit

LONGEST_NAME: Final = 100
MOST_ENDPOINTS: Final = 20
BOTH_SECRETS: Final = timedelta(days=1)
"""How long the secret before the last one still signs."""
GIVE_UP: Final = timedelta(days=3)
"""An endpoint that took nothing for so long is disabled."""
KEPT_FOR: Final = timedelta(days=30)
"""How long a delivery stands in the list, and how long one waits for an endpoint that is paused."""
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=18),
    timedelta(hours=22, minutes=30),
)
"""Between the tries of one delivery: three days in all."""
_JITTER: Final = 0.1
_LONGEST_REST: Final = timedelta(minutes=15)
GATHERED_FOR: Final = timedelta(minutes=1)
"""How long what goes to a chat waits for more of the same, so that a file with many mistakes is one line there."""


class EndpointKind(StrEnum):
    """In which form it is told."""

    STANDARD = "standard"  # Standard Webhooks: signed JSON
    SLACK = "slack"
    TEAMS = "teams"


class EndpointState(StrEnum):
    """Whether it is told."""

    ON = "on"
    PAUSED = "paused"  # by somebody; what happens is kept for it
    DISABLED = "disabled"  # by kloof: it failed for days, or said that it is gone


class DeliveryState(StrEnum):
    """Where one event for one endpoint stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


LISTENS: Final = frozenset({EndpointState.ON, EndpointState.PAUSED})
"""States in which what happens is kept for it."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """An endpoint as the desk sees it: of its address only the host, since the rest may be a secret.

    `failing_since`: since when nothing was taken. `why`: what stands by it since it was disabled. `both_until`: until
    when the secret before signs too. `waiting`: how many deliveries wait.
    """

    id: int
    name: str
    kind: EndpointKind
    host: str
    events: frozenset[EventKind]
    state: EndpointState
    made_at: datetime
    failing_since: datetime | None
    why: str
    both_until: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """One event for one endpoint. `status` and `reply`: what it said at the last try, 0 and words of ours where it said
    nothing.
    """

    id: int
    event_id: str
    kind: EventKind
    deal_id: str
    at: datetime
    state: DeliveryState
    attempts: int
    due_at: datetime
    tried_at: datetime | None
    status: int
    reply: str


def wait_before_next(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after so many tries; None where it is given up. `chance` in 0…1 spreads the tries of many."""
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1]
    return wait + timedelta(seconds=wait.total_seconds() * _JITTER * chance)


def rest_after(failures: int) -> timedelta:
    """How long an endpoint is left alone that failed so many times in a row, whatever else waits for it.

    Not at all after once: an endpoint that refuses one event in fifty would hold the others up for most of the time.
    The next event, alone, tells whether it is down.
    """
    return min(WAITS[0] * (1 << min(failures - 2, 16)), _LONGEST_REST) if failures > 1 else timedelta(0)


def refuse_unfit_endpoint(name: str, events: Set[EventKind]) -> None:
    """Raise Refused for what no endpoint can be called, or told of."""
    if not name or len(name) > LONGEST_NAME or unprintable(name):
        raise unfit(f"An endpoint has a name of 1 to {LONGEST_NAME} printable characters.", "name")
    if not events or not events <= frozenset(CHOSEN):
        raise unfit("An endpoint is told of something: choose at least one event.", "events")
