"""The outbox: what follows from what was sent, how it stands, and what a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import pairwise
from typing import Final

from kloof import storage
from kloof.actions.mailing import reach
from kloof.actions.mailing.invite import sending_hours
from kloof.actions.mailing.steps import do_each, in_parts
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.mailing.refused import MailRefused
from kloof.domain.states import MessageState
from kloof.storage.access import audit_log
from kloof.storage.deals import uploads
from kloof.storage.mailing import outbox, refused, review, sending, subjects, unanswered
from kloof.storage.mailing.outbox import Health
from kloof.storage.mailing.review import OutboxEntry
from kloof.storage.releases import queueing
from kloof.storage.surveys import versions

CLOSED_AT_ONCE: Final = 100
"""Surveys that close in one transaction: each may make a pair, by some ten statements."""
REMINDED_AT_ONCE: Final = 500
"""Reminders that are queued in one transaction."""


def catch_up(settings: Settings, now: datetime) -> None:
    """What time brings to mail and surveys: abandoned mails held, unanswered surveys closed, reminders queued, and
    files forgotten that nobody loaded. Each in transactions of its own; raises as `do_each`.
    """
    do_each(STEPS, settings, now)


def _hold_abandoned(_: Settings, now: datetime) -> None:
    with storage.transaction():
        sending.hold_abandoned(now)


def close_unanswered(_: Settings, now: datetime, at_once: int = CLOSED_AT_ONCE) -> None:
    """Close surveys that were not answered in time, a part at a time.

    A customer who lets the second survey close has left: what they told at sale queues in an arm of its own.
    """
    in_parts(
        unanswered.due_to_close(now),
        at_once,
        lambda part: queueing.record_left(unanswered.expire(now, part), now),
    )


def remind(settings: Settings, now: datetime, at_once: int = REMINDED_AT_ONCE) -> None:
    """Queue the reminders that are due, a part at a time."""
    hours, days = sending_hours(settings.mail), settings.mail.reminders_after_days
    for number, (earlier, day) in enumerate(pairwise((0, *days)), start=1):
        sent_before, due_at = now - timedelta(days=day - earlier), hours.next_open(now)
        queue = partial(unanswered.queue_reminders, number, sent_before, due_at, now)
        in_parts(unanswered.due_a_reminder(number, sent_before, due_at), at_once, queue)


def _forget_old_files(_: Settings, now: datetime) -> None:
    uploads.forget_old(now)


STEPS: Final = (_hold_abandoned, close_unanswered, remind, _forget_old_files)


@dataclass(frozen=True, slots=True)
class OutboxOverview:
    """The outbox in one look: counts, what is due, and the messages that a person should know about."""

    health: Health
    entries: tuple[OutboxEntry, ...]
    refused: tuple[MailRefused, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        refused = [one.as_dict() for one in self.refused]
        messages = [entry.as_dict() for entry in self.entries]
        return self.health.as_dict() | {"refused": refused, "messages": messages}


CONCERNS = (
    MessageState.HELD,
    MessageState.FAILED,
    MessageState.BOUNCED,
    MessageState.LETTER,
    MessageState.SENDING,
    MessageState.QUEUED,
)
"""What a person looks at, what is most theirs to decide first."""


def overview(now: datetime, most: int = 50, only: MessageState | None = None) -> OutboxOverview:
    """The messages that wait, failed or came back, at most so many of each state."""
    wanted = CONCERNS if only is None else (only,)
    entries = tuple(entry for state in wanted for entry in review.listed(state, most))
    return OutboxOverview(outbox.health(now), entries, tuple(refused.standing(now)))


class Decision(StrEnum):
    """What a person says about a message that kloof does not guess about."""

    ARRIVED = "arrived"
    AGAIN = "again"
    CANCEL = "cancel"


def resolve(
    settings: Settings, numbers: Sequence[int], decision: Decision, now: datetime, by: Actor = COMMAND_LINE
) -> int:
    """Carry the decision out for these messages, all or none; gives how many. Raises NotFound or Refused."""
    with storage.transaction():
        for number in numbers:
            _resolve(settings, number, decision, now)
        audit_log.write(
            by, AuditAction.MAIL_DECIDED, now, deals=subjects.deals_of(numbers), detail=decision.value
        )
    return len(numbers)


def all_held() -> list[int]:
    """Every message that waits for a decision."""
    return review.numbers(MessageState.HELD)


def _resolve(settings: Settings, number: int, decision: Decision, now: datetime) -> None:
    if decision is Decision.CANCEL:
        review.decide(number, MessageState.CANCELLED, now, "Cancelled by the desk.")
    elif decision is Decision.ARRIVED:
        review.decide(number, MessageState.SENT, now, "The desk found that it arrived.")
        _open_what_it_asked(number, now)
    else:
        due_at = sending_hours(settings.mail).next_open(now)
        review.decide(number, MessageState.QUEUED, now, "Sent again by the desk.", due_at)
        if mail := review.numbered(number):
            reach.lift(settings, mail, now)


def _open_what_it_asked(number: int, now: datetime) -> None:
    for mail in subjects.outgoing([number]):
        if mail.opens:
            days = versions.by_row(mail.opens.survey).timing.open_for_days
            sending.mark_invited(mail.opens.invitation, now + timedelta(days=days), now)
