"""What the desk sees in one look: deals, answers and mail."""

from dataclasses import dataclass
from datetime import datetime

from kloof.domain.invitations import MessageState
from kloof.domain.people import Deal
from kloof.storage import attention, deals, opt_outs, outbox, wishes
from kloof.storage.attention import Entry
from kloof.storage.outbox import Health
from kloof.storage.wishes import CallWanted

LATEST = 25
MOST_CONCERNS = 30
MOST_CALLS = 30
CONCERNS = (MessageState.HELD, MessageState.FAILED, MessageState.BOUNCED, MessageState.LETTER)
"""Messages that wait for somebody, what is most theirs to decide first."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of deals and answers, how the outbox stands, what waits for somebody, and the last deals."""

    counts: dict[str, int]
    mail: Health
    latest: tuple[Deal, ...]
    concerns: tuple[Entry, ...]
    calls: tuple[CallWanted, ...]
    stopped: dict[str, int]


def overview(now: datetime) -> Overview:
    """The desk's first page."""
    concerns = attention.concerns(CONCERNS, MOST_CONCERNS)
    return Overview(
        counts=deals.counts(),
        mail=outbox.health(now),
        latest=tuple(deals.latest(LATEST)),
        concerns=tuple(concerns),
        calls=wishes.calls_wanted(MOST_CALLS),
        stopped=opt_outs.counts(),
    )
