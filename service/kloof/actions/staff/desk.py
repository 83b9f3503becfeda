"""What the desk sees in one look: deals, answers and mail."""

from dataclasses import dataclass
from datetime import datetime

from kloof.actions.staff import published
from kloof.config import Settings
from kloof.domain.deals.deals import Deal
from kloof.domain.errors import Refused
from kloof.domain.states import MessageState
from kloof.storage.deals import deals
from kloof.storage.mailing import opt_outs, outbox, review
from kloof.storage.mailing.outbox import Health
from kloof.storage.mailing.review import OutboxEntry
from kloof.storage.staff import calls
from kloof.storage.staff.calls import Standing

LATEST = 25
MOST_CONCERNS = 30
CONCERNS = (MessageState.HELD, MessageState.FAILED, MessageState.BOUNCED, MessageState.LETTER)
"""Messages that wait for somebody, what is most theirs to decide first."""


@dataclass(frozen=True, slots=True)
class DeskOverview:
    """Counts of deals and answers, how calls and the outbox stand, what waits for somebody, and the last deals.

    `damage`: why the last release cannot be read; salespeople do not see their own page until it can.
    """

    counts: dict[str, int]
    mail: Health
    latest: tuple[Deal, ...]
    concerns: tuple[OutboxEntry, ...]
    calls: Standing
    stopped: dict[str, int]
    damage: Refused | None


def overview(settings: Settings, now: datetime) -> DeskOverview:
    """The desk's first page."""
    concerns = review.concerns(CONCERNS, MOST_CONCERNS)
    return DeskOverview(
        counts=deals.counts(),
        mail=outbox.health(now),
        latest=tuple(deals.latest(LATEST)),
        concerns=tuple(concerns),
        calls=calls.standing(settings.today(now)),
        stopped=opt_outs.counts(),
        damage=published.damage(settings),
    )
