"""What becomes of a message that a worker has taken.

`sending` is committed before the SMTP conversation starts, and every outcome is written only over a row that is
still this worker's.
"""

from collections.abc import Sequence
from datetime import datetime

from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.mailing.messages import Accepted, Outgoing
from kloof.domain.states import AWAITS_MAIL, MESSAGE_STEPS, InvitationState, MessageState, before
from kloof.domain.webhooks.events import EventKind
from kloof.storage.database import is_postgresql, transaction
from kloof.storage.mailing import attempts
from kloof.storage.models import Message
from kloof.storage.models.outbox import REVIEW_CONDITION
from kloof.storage.statements import names, run
from kloof.storage.webhooks import outbox as webhooks

_WORKED_ON = (MessageState.SENDING, MessageState.HELD)
"""A slow worker's row may have been held meanwhile; what it then found out is still the truth."""


def unmade(mail: Outgoing, worker: str, reason: str, now: datetime) -> None:
    """Write down that this message could not even be made."""
    done = (
        Message.update(
            state=MessageState.FAILED.value,
            last_reply=reason,
            changed_at=now,
            lease_ends_at=None,
            customer=None,
            mailed_on=None,
        )
        .where(Message.id == mail.id, Message.leased_by == worker, Message.state == MessageState.QUEUED.value)
        .execute()
    )
    if done:
        attempts.note(mail.id, now, MessageState.FAILED, reason)


_SENDING = names([MessageState.SENDING])
_ASKING = [kind.name for kind in MAIL_KINDS.values() if kind.asks]
# The statements of every mail. Their states and kinds come from the tables in domain, never from input.
_BEGIN = f"""
UPDATE message SET state = {_SENDING}, attempts = attempts + 1, lease_ends_at = ?, changed_at = ?
WHERE id = ? AND leased_by = ? AND state IN ({names(before(MESSAGE_STEPS, MessageState.SENDING))})
AND (invitation_id IS NULL OR EXISTS (
  SELECT 1 FROM invitation WHERE invitation.id = message.invitation_id
  AND CASE WHEN message.kind IN ({names(_ASKING)}) THEN invitation.state IN ({names(AWAITS_MAIL)})
           ELSE invitation.state = {names([InvitationState.SUBMITTED])} END))
"""  # noqa: S608
_SENT = f"""
UPDATE message SET state = {names([MessageState.SENT])}, last_reply = ?, sent_at = ?, changed_at = ?,
  lease_ends_at = NULL
WHERE id = ? AND leased_by = ? AND state IN ({names(_WORKED_ON)})
"""  # noqa: S608
# Without the condition of its index SQLite would read every message.
_LEFT_BEHIND = f"{REVIEW_CONDITION} AND state = {_SENDING} AND lease_ends_at <= ?"
_HOLD = f"""
UPDATE message SET state = {names([MessageState.HELD])}, last_reply = ?, changed_at = ?, lease_ends_at = NULL
WHERE {_LEFT_BEHIND}
"""  # noqa: S608
_MOVED, _PLANNED = names([InvitationState.INVITED]), names([InvitationState.PLANNED])
_INVITED = f"UPDATE invitation SET state = {_MOVED}, expires_at = ? WHERE id = ? AND state = {_PLANNED}"  # noqa: S608
# PostgreSQL does the same in one round trip: what one mail came to, and the beginning of the next.
_TURN = f"""
WITH done AS ({_SENT} RETURNING invitation_id), invited AS (
  UPDATE invitation SET state = {_MOVED}, expires_at = ? FROM done
  WHERE invitation.id = done.invitation_id AND invitation.id = ? AND state = {_PLANNED})
{_BEGIN}
"""  # noqa: S608


def turn(
    done: Accepted | None, mail: Outgoing, worker: str, until: datetime, now: datetime, *, told: bool = True
) -> bool:
    """Write down what became of the mail before, and mark this one as being sent, in one transaction.

    told: whether somebody perhaps has to be told that a customer was invited. False where this message is no longer
    this worker's, or nobody waits for it. One conditional UPDATE looks at the invitation too: a customer who submitted
    a moment ago gets no reminder.
    """
    moment = Message.changed_at.db_value
    beginning = (moment(until), moment(now), mail.id, worker)
    if done and is_postgresql() and not (told and done.asked is not None):
        at, asked = moment(done.at), done.asked
        sent = (done.reply, at, at, done.mail.id, worker, moment(done.closes_at), asked)
        return bool(run(_TURN, *sent, *beginning).rowcount)
    with transaction():
        if done:
            keep(done, worker, told=told)
        return bool(run(_BEGIN, *beginning).rowcount)


def keep(done: Accepted, worker: str, *, told: bool = True) -> None:
    """Write down that the server took this message; an invitation is open from now on."""
    at = Message.changed_at.db_value(done.at)
    if run(_SENT, done.reply, at, at, done.mail.id, worker).rowcount and done.asked is not None:
        mark_invited(done.asked, done.closes_at, done.at, told=told)


def mark_invited(invitation: int, expires_at: datetime, now: datetime, *, told: bool = True) -> None:
    """The first mail has gone out: the survey is open until then. Who has to be told is told."""
    if run(_INVITED, Message.changed_at.db_value(expires_at), invitation).rowcount and told:
        tell_invited([invitation], now)


def tell_invited(invitations: Sequence[int], now: datetime) -> None:
    """Tell who has to know that these invitations went out."""
    facts = {"state": InvitationState.INVITED.value}
    webhooks.tell_of_invitations(EventKind.INVITATION_SENT, invitations, facts, now)


def not_sent(
    mail: Outgoing,
    worker: str,
    to: MessageState,
    reply: str,
    now: datetime,
    due_at: datetime | None = None,
    *,
    tried: bool = True,
) -> None:
    """Write down that this message failed, is held, or is queued again for `due_at`.

    What may have arrived keeps counting for the limits; what certainly did not is free again. Not `tried`: it was not
    about this message, so it costs it no try.
    """
    facts: dict[str, object] = {
        "state": to.value,
        "last_reply": reply,
        "changed_at": now,
        "lease_ends_at": None,
    }
    if to is not MessageState.HELD:
        facts |= {"customer": None, "mailed_on": None}
    if due_at is not None:
        facts["due_at"] = due_at
    if not tried:
        facts["attempts"] = Message.attempts - 1
    done = (
        Message.update(**facts)
        .where(
            Message.id == mail.id,
            Message.leased_by == worker,
            Message.state.in_(before(MESSAGE_STEPS, to) & frozenset(_WORKED_ON)),
        )
        .execute()
    )
    if done:
        attempts.note(mail.id, now, to, reply)


def hold_abandoned(now: datetime) -> int:
    """Hold what a worker was sending when its lease ended: nobody knows whether it arrived."""
    reason = "The worker stopped while this mail was under way. Nobody knows whether it arrived."
    moment = Message.changed_at.db_value
    attempts.note_abandoned(_LEFT_BEHIND, now, reason, now)
    return int(run(_HOLD, reason, moment(now), moment(now)).rowcount)
