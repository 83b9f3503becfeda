"""Mail as the desk sees it: what waits and why, one mail's life, what is planned, and who wants no mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kloof.actions.mailing.invite import sending_hours
from kloof.config import Settings
from kloof.domain import addresses
from kloof.domain.jobs.looks import LookKind
from kloof.domain.mailing.ahead import DayAhead, week_ahead
from kloof.domain.mailing.kinds import REMINDER
from kloof.domain.mailing.pause import Pause
from kloof.domain.mailing.refused import MailRefused, RefusedBy
from kloof.domain.mailing.set_aside import AsideMail
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.mailing.waits import WhyWaits, why_waits
from kloof.domain.states import MessageState
from kloof.storage import kept_looks
from kloof.storage.mailing import aside, letters, opt_outs, plan, refused, review
from kloof.storage.mailing.review import MailLife, OutboxEntry
from kloof.storage.staff import desk

LastSent = Mapping[tuple[int, date], int]
"""Surveys without an answer by the reminder that they got last, 0 for the invitation, and on which day."""
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
    `without_code`: deals whose printed letter has a code that opens nothing since the secret key was replaced.
    `bounces_at`: when mail that came back was last read. `counted_at`: when the worker counted on what the reminders of
    the `week` rest, None where that was now. `week` is None where it has not counted yet.
    """

    counts: dict[MessageState, int]
    state: MessageState
    mails: tuple[MailWithReason, ...]
    refused: tuple[MailRefused, ...]
    aside: tuple[AsideMail, ...]
    pause: Pause | None
    stopped: Mapping[str, int]
    week: tuple[DayAhead, ...] | None
    piles: tuple[tuple[datetime, int], ...]
    without_code: tuple[str, ...]
    bounces_at: datetime | None
    counted_at: datetime | None
    most_per_hour: int | None


def overview(settings: Settings, now: datetime, state: MessageState | None = None) -> MailOverview:
    """The page of mail; without a state that of which there is something to decide first, else what is queued."""
    counts = review.counts()
    chosen = state or next((one for one in review.PASSING if counts[one]), MessageState.QUEUED)
    refusals, facts = tuple(refused.standing(now)), desk.of_mail(now)
    sent, counted_at = _last_sent(now, many=facts.many_unanswered)
    refuses = any(one.by is RefusedBy.OUR_SERVER for one in refusals)
    return MailOverview(
        counts=counts,
        state=chosen,
        mails=tuple(
            MailWithReason(entry, _why(entry, now, paused=facts.pause is not None, refuses=refuses))
            for entry in review.listed(chosen, MOST)
        ),
        refused=refusals,
        aside=tuple(aside.waiting(MOST)),
        pause=facts.pause,
        stopped=facts.stopped,
        week=None if sent is None else _week(settings, now, sent),
        piles=tuple(letters.piles(now - PILES_FOR, MOST_PILES)),
        without_code=_without_code(now) if facts.had_other_key else (),
        bounces_at=facts.bounces_at,
        counted_at=counted_at,
        most_per_hour=settings.mail.most_per_hour,
    )


def _without_code(now: datetime) -> tuple[str, ...]:
    return tuple(letter.deal_id for letter in letters.without_code(now))


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


def count_reminders(now: datetime) -> int:
    """Count the surveys that still wait for an answer, for the page to show; gives how many there are."""
    found = plan.last_sent(now)
    facts = [[ordinal, sent_on.isoformat(), surveys] for (ordinal, sent_on), surveys in found.items()]
    kept_looks.keep(LookKind.REMINDERS, {"sent": facts}, now)
    return found.total()


def _last_sent(now: datetime, *, many: bool) -> tuple[LastSent | None, datetime | None]:
    """As `plan.last_sent`, and when that was counted; with many surveys as the worker did last, None where it never
    did.
    """
    if not many:
        return plan.last_sent(now), None
    seen = kept_looks.kept([LookKind.REMINDERS]).get(LookKind.REMINDERS)
    if seen is None:
        return None, None
    sent = {(ordinal, date.fromisoformat(day)): surveys for ordinal, day, surveys in seen.facts["sent"]}
    return sent, seen.at


def _week(settings: Settings, now: datetime, sent: LastSent) -> tuple[DayAhead, ...]:
    hours = sending_hours(settings.mail)
    queued = plan.queued(now + timedelta(days=8))
    days = settings.mail.reminders_after_days
    return week_ahead(hours, now, queued, sent, days, REMINDER.name, settings.mail.most_per_hour)
