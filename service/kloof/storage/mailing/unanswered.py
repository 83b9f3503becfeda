"""Surveys that their customers have not answered: when to remind them, and when to close."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.states import AWAITS_MAIL, INVITATION_STEPS, InvitationState, MessageState, before
from kloof.storage.database import is_postgresql
from kloof.storage.mailing.outbox import queue_about_all, withdraw
from kloof.storage.models import Message
from kloof.storage.models.responses import OPEN_CONDITION
from kloof.storage.statements import names, rows, run, several

_TURN: Final = 0x74696D65  # "time" in ASCII


class _Found(NamedTuple):
    invitation: int


_OPEN = f"i.{OPEN_CONDITION}"
_DUE_A_REMINDER = f"""
SELECT i.id AS invitation FROM invitation i JOIN message m ON m.invitation_id = i.id AND m.kind = ? AND m.ordinal = ?
JOIN deal d ON d.id = i.deal_id AND (i.asked_id IS NOT NULL OR NOT d.by_letter)
WHERE {_OPEN} AND i.expires_at > ? AND i.state IN ({names(AWAITS_MAIL)}) AND m.state = {names([MessageState.SENT])}
AND m.sent_at <= ?
AND NOT EXISTS (SELECT 1 FROM message later WHERE later.invitation_id = i.id AND later.kind = ? AND later.ordinal = ?)
{{among}} ORDER BY i.id
"""  # noqa: S608  the states come from the tables in domain/states
_ON_ITS_WAY = (MessageState.QUEUED, MessageState.LETTER, MessageState.SENDING, MessageState.HELD)
_CLOSING = f"""
SELECT i.id AS invitation FROM invitation i
WHERE {_OPEN} AND i.expires_at <= ? AND i.state IN ({names(before(INVITATION_STEPS, InvitationState.EXPIRED))})
AND NOT EXISTS (SELECT 1 FROM message m WHERE m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
                AND m.state IN ({names(_ON_ITS_WAY)}))
{{among}} ORDER BY i.id
"""  # noqa: S608


def due_a_reminder(number: int, sent_before: datetime, due_at: datetime) -> list[int]:
    """The surveys that still wait for their customer, and whose mail before reminder `number` (1, 2 …), the invitation
    or the reminder with one number less, went out by `sent_before`.
    """
    return _due_a_reminder(number, sent_before, due_at, ())


def _due_a_reminder(number: int, sent_before: datetime, due_at: datetime, among: Sequence[int]) -> list[int]:
    moment = Message.sent_at.db_value
    before_it = (INVITATION.name, 0) if number == 1 else (REMINDER.name, number - 1)
    times = (moment(due_at), moment(sent_before))
    sql = _DUE_A_REMINDER.format(among=_among(among))
    return [row.invitation for row in rows(_Found, sql, *before_it, *times, REMINDER.name, number, *among)]


def queue_reminders(
    number: int, sent_before: datetime, due_at: datetime, now: datetime, among: Sequence[int]
) -> int:
    """Queue reminder `number` of those among these few hundred that are still due it; gives how many. In a transaction
    of its own, during which no other worker queues reminders or closes surveys.
    """
    _one_worker_at_a_time()
    found = _due_a_reminder(number, sent_before, due_at, among)
    queue_about_all(now, REMINDER, due_at, number, found)
    return len(found)


def due_to_close(now: datetime) -> list[int]:
    """What was not answered in time. What has not gone out yet waits: no limit ever expires it."""
    return _due_to_close(now, ())


def _due_to_close(now: datetime, among: Sequence[int]) -> list[int]:
    sql = _CLOSING.format(among=_among(among))
    return [row.invitation for row in rows(_Found, sql, Message.sent_at.db_value(now), *among)]


def expire(now: datetime, among: Sequence[int]) -> list[int]:
    """Close those among these few hundred that are still due to close, and give which these were; in a transaction as
    `queue_reminders` is.
    """
    _one_worker_at_a_time()
    found = _due_to_close(now, among)
    withdraw(found, InvitationState.EXPIRED, "The survey has closed.", now)
    return found


def _among(among: Sequence[int]) -> str:
    return f"AND i.id IN ({several(among)})" if among else ""


def _one_worker_at_a_time() -> None:
    """On SQLite nobody else writes anyway."""
    if is_postgresql():
        run("SELECT pg_advisory_xact_lock(?)", _TURN)
