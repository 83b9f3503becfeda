"""Surveys that their customers have not answered: when to remind them, and when to close."""

from datetime import datetime
from typing import NamedTuple

from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.states import AWAITS_MAIL, INVITATION_STEPS, InvitationState, MessageState, before
from kloof.storage.mailing.outbox import queue, withdraw
from kloof.storage.models import Message
from kloof.storage.models.responses import OPEN_CONDITION
from kloof.storage.statements import names, rows


class _Found(NamedTuple):
    invitation: int


_OPEN = f"i.{OPEN_CONDITION}"
_DUE_A_REMINDER = f"""
SELECT i.id AS invitation FROM invitation i JOIN message m ON m.invitation_id = i.id AND m.kind = ? AND m.ordinal = ?
JOIN deal d ON d.id = i.deal_id AND NOT d.by_letter
WHERE {_OPEN} AND i.expires_at > ? AND i.state IN ({names(AWAITS_MAIL)}) AND m.state = {names([MessageState.SENT])}
AND m.sent_at <= ?
AND NOT EXISTS (SELECT 1 FROM message later WHERE later.invitation_id = i.id AND later.kind = ? AND later.ordinal = ?)
ORDER BY i.id
"""  # noqa: S608  the states come from the tables in domain/states
_ON_ITS_WAY = (MessageState.QUEUED, MessageState.LETTER, MessageState.SENDING, MessageState.HELD)
_CLOSING = f"""
SELECT i.id AS invitation FROM invitation i
WHERE {_OPEN} AND i.expires_at <= ? AND i.state IN ({names(before(INVITATION_STEPS, InvitationState.EXPIRED))})
AND NOT EXISTS (SELECT 1 FROM message m WHERE m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
                AND m.state IN ({names(_ON_ITS_WAY)}))
ORDER BY i.id
"""  # noqa: S608


def queue_reminders(number: int, sent_before: datetime, due_at: datetime, now: datetime) -> int:
    """Queue reminder `number` (1, 2 …) of every survey that still waits for its customer; gives how many.

    They are those whose mail before it, the invitation or the reminder with one number less, went out by `sent_before`.
    """
    moment = Message.sent_at.db_value
    before_it = (INVITATION.name, 0) if number == 1 else (REMINDER.name, number - 1)
    times = (moment(due_at), moment(sent_before))
    found = rows(_Found, _DUE_A_REMINDER, *before_it, *times, REMINDER.name, number)
    for due in found:
        queue(now, REMINDER, due_at, number, invitation=due.invitation)
    return len(found)


def expire(now: datetime) -> list[int]:
    """Close what was not answered in time, and give which invitations these were. What has not gone out yet waits: no
    limit ever expires it.
    """
    found = [row.invitation for row in rows(_Found, _CLOSING, Message.sent_at.db_value(now))]
    withdraw(found, InvitationState.EXPIRED, "The survey has closed.", now)
    return found
