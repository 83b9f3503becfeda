"""Mail as the desk sees it: what waits and why, one mail's life, what is planned, and who wants no mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kloof.actions.mailing.invite import sending_hours
from kloof.config import Settings
from kloof.domain import addresses
from kloof.domain.mailing.ahead import DayAhead, week_ahead
from kloof.domain.mailing.kinds import REMINDER
from kloof.domain.mailing.pause import Pause
from kloof.domain.mailing.refused import MailRefused, RefusedBy
from kloof.domain.mailing.set_aside import AsideMail
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.mailing.waits import WhyWaits, why_waits
from kloof.domain.states import MessageState
from kloof.storage.mailing import aside, last_worked, letters, opt_outs, pauses, plan, refused, review
from kloof.storage.mailing.review import MailLife, OutboxEntry

MOST = 50
"""Mails on a page."""
MOST_PILES = 5
PILES_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MailWithReason:
    """A mail in a list, and why it waits if it is queued."""

    entry: OutboxEntry
    why: WhyWaits | None


@dataclass(frozen=True, slots=True)
class MailOverview:
    """How many mails are in each state in which none stays, and those of the state that was asked for.

    `stopped`: how many addresses get no more mail, by reason. `piles`: letters printed lately, by moment.
    `bounces_at`: when mail that came back was last read.
    """

    counts: dict[MessageState, int]
    state: MessageState
    mails: tuple[MailWithReason, ...]
    refused: tuple[MailRefused, ...]
    aside: tuple[AsideMail, ...]
    pause: Pause | None
    stopped: dict[str, int]
    week: tuple[DayAhead, ...]
    piles: tuple[tuple[datetime, int], ...]
    bounces_at: datetime | None


def overview(settings: Settings, now: datetime, state: MessageState | None = None) -> MailOverview:
    """The page of mail; without a state that of which there is something to decide first, else what is queued."""
    counts = review.counts()
    chosen = state or next((one for one in review.PASSING if counts[one]), MessageState.QUEUED)
    refusals, pause = tuple(refused.standing(now)), pauses.current()
    refuses = any(one.by is RefusedBy.OUR_SERVER for one in refusals)
    return MailOverview(
        counts=counts,
        state=chosen,
        mails=tuple(
            MailWithReason(entry, _why(entry, now, paused=pause is not None, refuses=refuses))
            for entry in review.listed(chosen, MOST)
        ),
        refused=refusals,
        aside=tuple(aside.waiting(MOST)),
        pause=pause,
        stopped=opt_outs.counts(),
        week=_week(settings, now),
        piles=tuple(letters.piles(now - PILES_FOR, MOST_PILES)),
        bounces_at=last_worked.bounces_read_at(),
    )


def life(number: int) -> MailLife:
    """One mail, and when it was what. Raises NotFound."""
    return review.life(number)


def opted_out(settings: Settings, address: str) -> str | None:
    """Why this address gets no mail (`opt_outs.ASKED` or `BOUNCED`); None where it does.

    Raises Refused for what is no address.
    """
    known_as = address_hash(settings.secret_key, addresses.canonical(address))
    return opt_outs.reasons([known_as]).get(known_as)


def _why(entry: OutboxEntry, now: datetime, *, paused: bool, refuses: bool) -> WhyWaits | None:
    if entry.state is not MessageState.QUEUED:
        return None
    return why_waits(
        entry.since, entry.attempts, now, urgent=entry.kind.urgent, paused=paused, refuses=refuses
    )


def _week(settings: Settings, now: datetime) -> tuple[DayAhead, ...]:
    hours = sending_hours(settings.mail)
    queued = plan.queued(now + timedelta(days=8))
    days = settings.mail.reminders_after_days
    return week_ahead(hours, now, queued, plan.last_sent(now), days, REMINDER.name)
