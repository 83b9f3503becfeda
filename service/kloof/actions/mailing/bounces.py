"""What comes back: a hard bounce stops, a soft one is tried again, an auto-reply does not count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kloof import storage
from kloof.actions.mailing.invite import sending_hours
from kloof.config import Settings
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.states import InvitationState, MessageState
from kloof.mail.bounces import Bounce, BounceKind, read
from kloof.mail.mailboxes import Arrived
from kloof.storage.mailing import opt_outs, outbox, review
from kloof.storage.mailing.review import SentMail

MOST_SOFT_BOUNCES = 3
UNTIL_NEXT_TRY = timedelta(days=1)
_LEFT = frozenset({MessageState.SENT, MessageState.HELD})
"""A bounce proves that a held message went out after all."""


@dataclass(slots=True)
class BounceReport:
    """What a mailbox held."""

    hard: int = 0
    soft: int = 0
    other: int = 0

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return {"hard": self.hard, "soft": self.soft, "other": self.other}


def gather(settings: Settings, arrived: Iterable[Arrived], now: datetime) -> BounceReport:
    """Deal with every bounce; what is none of ours is left unread for a person."""
    harvest = BounceReport()
    for raw, dealt_with in arrived:
        kind = take(settings, read(raw), now)
        setattr(harvest, _COUNTED[kind], getattr(harvest, _COUNTED[kind]) + 1)
        if kind is not BounceKind.NONE:
            dealt_with()
    return harvest


_COUNTED = {BounceKind.HARD: "hard", BounceKind.SOFT: "soft", BounceKind.NONE: "other"}


def take(settings: Settings, bounce: Bounce, now: datetime) -> BounceKind:
    """Deal with one bounce, in one transaction; Kind.NONE where it is about nothing that we sent."""
    if bounce.kind is BounceKind.NONE:
        return BounceKind.NONE
    with storage.transaction():
        mail = review.sent_as(bounce.message_id)
        if mail is None or mail.state not in _LEFT | {MessageState.BOUNCED}:
            return BounceKind.NONE
        if mail.state is not MessageState.BOUNCED:
            _note(mail, bounce, now)
            if bounce.kind is BounceKind.HARD or mail.soft_bounces + 1 >= MOST_SOFT_BOUNCES:
                _stop(settings, mail, now)
            else:
                due_at = sending_hours(settings.mail).next_open(now + UNTIL_NEXT_TRY)
                review.decide(mail.id, MessageState.QUEUED, now, bounce.reason, due_at)
    return bounce.kind


def _note(mail: SentMail, bounce: Bounce, now: datetime) -> None:
    if mail.state is MessageState.HELD:
        review.decide(mail.id, MessageState.SENT, now, "It went out: it came back.")
    review.decide(mail.id, MessageState.BOUNCED, now, bounce.reason)
    if bounce.kind is BounceKind.SOFT:
        review.count_soft_bounce(mail.id)


def _stop(settings: Settings, mail: SentMail, now: datetime) -> None:
    opt_outs.remember(address_hash(settings.secret_key, mail.email), opt_outs.BOUNCED, now)
    outbox.withdraw(
        outbox.awaiting(mail.customer), InvitationState.STOPPED, "Mail to this address bounces.", now
    )
