"""What the desk sees in one look: deals, answers and mail."""

from dataclasses import dataclass
from datetime import datetime

from kloof.domain.people import Deal
from kloof.storage import deals, outbox
from kloof.storage.outbox import Health

LATEST = 25


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of deals and answers, how the outbox stands, and the deals that came in last."""

    counts: dict[str, int]
    mail: Health
    latest: tuple[Deal, ...]


def overview(now: datetime) -> Overview:
    """The desk's first page."""
    return Overview(deals.counts(), outbox.health(now), tuple(deals.latest(LATEST)))
