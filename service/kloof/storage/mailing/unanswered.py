"""Surveys that their customers have not answered: when to remind them, and when to close."""

from datetime import datetime

from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.states import AWAITS_MAIL, INVITATION_STEPS, InvitationState, before
from kloof.storage.mailing.outbox import queue, withdraw
from kloof.storage.models import Message
from kloof.storage.statements import names, run

# SQLite takes a partial index only where a query repeats the index's own condition, word for word.
_OPEN = "i.state IN ('planned', 'invited', 'started', 'stopped')"
_DUE_A_REMINDER = f"""
SELECT i.id FROM invitation i JOIN message m ON m.invitation_id = i.id AND m.kind = ? AND m.ordinal = ?
JOIN deal d ON d.id = i.deal_id AND NOT d.by_letter
WHERE {_OPEN} AND i.expires_at > ? AND i.state IN ({names(AWAITS_MAIL)}) AND m.state = 'sent' AND m.sent_at <= ?
AND NOT EXISTS (SELECT 1 FROM message later WHERE later.invitation_id = i.id AND later.kind = ? AND later.ordinal = ?)
"""  # noqa: S608  the states come from the tables in domain/states
_CLOSING = f"""
SELECT i.id FROM invitation i
WHERE {_OPEN} AND i.expires_at <= ? AND i.state IN ({names(before(INVITATION_STEPS, InvitationState.EXPIRED))})
AND NOT EXISTS (SELECT 1 FROM message m WHERE m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
                AND m.state IN ('queued', 'letter', 'sending', 'held'))
"""  # noqa: S608


def queue_reminders(number: int, sent_before: datetime, due_at: datetime, now: datetime) -> int:
    """Queue reminder `number` (1, 2 …) of every survey that still waits for its customer; gives how many.

    They are those whose mail before it, the invitation or the reminder with one number less, went out by `sent_before`.
    """
    moment = Message.sent_at.db_value
    before_it = (INVITATION.name, 0) if number == 1 else (REMINDER.name, number - 1)
    times = (moment(due_at), moment(sent_before))
    found = run(_DUE_A_REMINDER, *before_it, *times, REMINDER.name, number).fetchall()
    for (invitation,) in found:
        queue(now, REMINDER, due_at, number, invitation=invitation)
    return len(found)


def expire(now: datetime) -> list[int]:
    """Close what was not answered in time, and give which invitations these were. What has not gone out yet waits: no
    limit ever expires it.
    """
    found = [number for (number,) in run(_CLOSING, Message.sent_at.db_value(now)).fetchall()]
    withdraw(found, InvitationState.EXPIRED, "The survey has closed.", now)
    return found
