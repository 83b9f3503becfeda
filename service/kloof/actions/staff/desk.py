"""What the desk sees in one look: deals, answers and mail."""

from dataclasses import dataclass
from datetime import datetime

from kloof.actions.staff import accounts, published
from kloof.config import Settings
from kloof.domain.deals.deals import Deal
from kloof.domain.deals.mail_domains import SharedDomain
from kloof.domain.errors import Refused
from kloof.domain.mailing.refused import MailRefused
from kloof.domain.mailing.set_aside import AsideMail
from kloof.domain.states import MessageState
from kloof.storage.deals import deals
from kloof.storage.mailing import aside, opt_outs, outbox, refused, review
from kloof.storage.mailing.outbox import Health
from kloof.storage.mailing.review import OutboxEntry
from kloof.storage.staff import calls
from kloof.storage.staff.calls import Standing

LATEST = 25
MOST_CONCERNS = 30
MOST_DOMAINS = 5
LOOKED_AT = 2_000
"""The newest deals whose customers may need an account. To look at all takes seconds with some 100,000 deals: kloof
doctor does.
"""
CONCERNS = (MessageState.HELD, MessageState.FAILED, MessageState.BOUNCED, MessageState.LETTER)
"""Messages that wait for somebody, what is most theirs to decide first."""


@dataclass(frozen=True, slots=True)
class DeskOverview:
    """Counts of deals and answers, how calls and the outbox stand, what waits for somebody, and the last deals.

    `shared`: private mail domains of many customers without an account among the newest deals, most customers first.
    `refused`: who refuses our mail; `aside`: mail that came back and cannot be read.
    `damage`: why the last release cannot be read; salespeople do not see their own page until it can.
    """

    counts: dict[str, int]
    mail: Health
    latest: tuple[Deal, ...]
    concerns: tuple[OutboxEntry, ...]
    calls: Standing
    stopped: dict[str, int]
    shared: tuple[SharedDomain, ...]
    damage: Refused | None
    refused: tuple[MailRefused, ...]
    aside: tuple[AsideMail, ...]


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
        shared=accounts.shared_domains(settings, LOOKED_AT)[:MOST_DOMAINS],
        damage=published.damage(settings),
        refused=tuple(refused.standing(now)),
        aside=tuple(aside.waiting(MOST_CONCERNS)),
    )
