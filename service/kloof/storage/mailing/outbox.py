"""The outbox as its causes and its readers see it: queueing, reminding, withdrawing, and how it stands."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from peewee import JOIN, fn

from kloof.domain.mailing.messages import HANDOVER, INVITATION, SIGN_IN
from kloof.domain.states import (
    AWAITS_MAIL,
    INVITATION_STEPS,
    MESSAGE_STEPS,
    WAITS,
    InvitationState,
    MessageState,
    before,
)
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Deal, Invitation, Message, Response
from kloof.storage.statements import names, run, tuples


@dataclass(frozen=True, slots=True)
class Asked:
    """How far an invitation has come: to which customer mail went, whether it came back, whether there are answers."""

    invitation: int
    state: InvitationState
    mailed_to: int | None
    answered: bool
    came_back: bool


def invite(
    deal_id: int,
    wave: Wave,
    salt: bytes,
    link_fingerprint: str,
    opt_out_fingerprint: str,
    invite_on: date,
    expires_at: datetime,
    due_at: datetime,
    now: datetime,
    *,
    by_letter: bool = False,
) -> bool:
    """Insert the invitation of this deal and wave, and its mail or letter, in the caller's transaction.

    False where it exists already: the unique index decides, also between two imports at once.
    """
    invitation = Invitation.insert(
        deal=deal_id,
        wave=wave.value,
        state=InvitationState.PLANNED.value,
        link_salt=salt,
        link_fingerprint=link_fingerprint,
        opt_out_fingerprint=opt_out_fingerprint,
        invite_on=invite_on,
        expires_at=expires_at,
        created_at=now,
    )
    if (
        not invitation.on_conflict(conflict_target=(Invitation.deal, Invitation.wave), action="IGNORE")
        .as_rowcount()
        .execute()
    ):
        return False
    row = Invitation.get(Invitation.deal == deal_id, Invitation.wave == wave.value)
    queue(now, kind=INVITATION, invitation=row.id, due_at=due_at, state=_waiting(by_letter))
    return True


def queue_sign_in(sign_in_id: int, now: datetime) -> None:
    """Queue the mail with this sign-in link; it goes before all others, at any hour."""
    queue(now, kind=SIGN_IN, sign_in=sign_in_id, urgent=True, due_at=now)


def queue_handover(deal: int, now: datetime) -> None:
    """Queue the mail to the salesperson of this deal (row id), unless one waits already: it holds only a link."""
    waits = (Message.handover == deal) & (Message.state == MessageState.QUEUED.value)
    if not Message.select().where(waits).exists():
        queue(now, kind=HANDOVER, handover=deal, urgent=True, due_at=now)


def queue(now: datetime, **facts: object) -> None:
    """Queue a mail: its kind, what it refers to, and when it is due, in the transaction of its cause."""
    facts = {"state": MessageState.QUEUED.value} | facts
    Message.insert(message_id=secrets.token_hex(16), created_at=now, changed_at=now, **facts).execute()


def cancel_about_call(call: int, reason: str, now: datetime) -> None:
    """Cancel every mail about this call that has not gone out."""
    Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
        Message.call == call, Message.state.in_(WAITS)
    ).execute()


def _waiting(by_letter: bool) -> str:
    return (MessageState.LETTER if by_letter else MessageState.QUEUED).value


def asked(deal_id: int, wave: Wave) -> Asked | None:
    """What became of this deal's invitation; None where there is none."""
    row = (
        Invitation.select(Invitation.id, Invitation.state, Message.customer, Message.state, Response.id)
        .join(
            Message, JOIN.LEFT_OUTER, on=(Message.invitation == Invitation.id) & (Message.kind == INVITATION)
        )
        .join(Response, JOIN.LEFT_OUTER, on=Response.invitation == Invitation.id)
        .where(Invitation.deal == deal_id, Invitation.wave == wave.value)
        .tuples()
        .first()
    )
    if row is None:
        return None
    number, state, mailed_to, mail, response = row
    came_back = mail == MessageState.BOUNCED.value
    return Asked(number, InvitationState(state), mailed_to, response is not None, came_back)


def never_arrived(deal: int) -> bool:
    """Whether a mail about this deal (row id) came back, or was refused for good."""
    lost = (MessageState.BOUNCED.value, MessageState.FAILED.value)
    mails = Message.select().join(Invitation).where(Invitation.deal == deal, Message.state.in_(lost))
    return bool(mails.exists())


def replan(
    invitation: int,
    invite_on: date,
    expires_at: datetime,
    due_at: datetime,
    now: datetime,
    *,
    by_letter: bool = False,
) -> None:
    """Give an invitation that has not gone out another date; a mail that had failed waits anew."""
    Invitation.update(invite_on=invite_on, expires_at=expires_at).where(
        Invitation.id == invitation, Invitation.state == InvitationState.PLANNED.value
    ).execute()
    again = before(MESSAGE_STEPS, MessageState.QUEUED) - {MessageState.SENDING, MessageState.HELD}
    Message.update(
        state=_waiting(by_letter), due_at=due_at, attempts=0, lease_ends_at=None, changed_at=now
    ).where(
        Message.invitation == invitation,
        Message.kind == INVITATION,
        Message.state.in_([MessageState.QUEUED.value, *again]),
    ).execute()


def forget(invitation: int) -> None:
    """Delete an invitation that nobody answered: its link opens nothing from now on.

    What went out, or may have, keeps counting for the limits of whoever got it.
    """
    of_it = Message.invitation == invitation
    undecided = Message.state.in_((MessageState.HELD.value, MessageState.BOUNCED.value))
    Message.update(state=MessageState.CANCELLED.value).where(of_it, undecided).execute()
    Message.update(invitation=None).where(of_it, Message.mailed_on.is_null(False)).where(
        Message.state.in_((MessageState.SENT.value, MessageState.CANCELLED.value))
    ).execute()
    Invitation.delete().where(Invitation.id == invitation).execute()


def withdraw(invitations: Iterable[int], to: InvitationState, reason: str, now: datetime) -> int:
    """Bring these invitations to a state without mail, and cancel what is queued; gives how many moved."""
    ids = list(invitations)
    if not ids:
        return 0
    moved = (
        Invitation.update(state=to.value)
        .where(Invitation.id.in_(ids), Invitation.state.in_(before(INVITATION_STEPS, to)))
        .execute()
    )
    Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
        Message.invitation.in_(ids), Message.state.in_(WAITS)
    ).execute()
    return int(moved)


def invitations_of_deal(deal_id: int) -> list[int]:
    """The invitations of one deal."""
    return [row.id for row in Invitation.select(Invitation.id).where(Invitation.deal == deal_id)]


def awaiting(customer: int) -> list[int]:
    """Invitations, over all deals of this customer, for which a mail or a letter may still go out."""
    rows = (
        Invitation.select(Invitation.id)
        .join(Deal)
        .where(Deal.customer == customer, Invitation.state.in_(AWAITS_MAIL))
    )
    return [row.id for row in rows]


# SQLite takes a partial index only where a query repeats the index's own condition, word for word.
_OPEN = "i.state IN ('planned', 'invited', 'started', 'stopped')"
_DUE_A_REMINDER = f"""
SELECT i.id FROM invitation i JOIN message m ON m.invitation_id = i.id AND m.kind = ?
JOIN deal d ON d.id = i.deal_id AND NOT d.by_letter
WHERE {_OPEN} AND i.expires_at > ? AND i.state IN ({names(AWAITS_MAIL)}) AND m.state = 'sent' AND m.sent_at <= ?
AND NOT EXISTS (SELECT 1 FROM message later WHERE later.invitation_id = i.id AND later.kind = ?)
"""  # noqa: S608  the states come from the tables in domain/invitations
_CLOSING = f"""
SELECT i.id FROM invitation i
WHERE {_OPEN} AND i.expires_at <= ? AND i.state IN ({names(before(INVITATION_STEPS, InvitationState.EXPIRED))})
AND NOT EXISTS (SELECT 1 FROM message m WHERE m.invitation_id = i.id AND m.kind = '{INVITATION}'
                AND m.state IN ('queued', 'letter', 'sending', 'held'))
"""  # noqa: S608


def queue_reminders(kind: str, after: str, sent_before: datetime, due_at: datetime, now: datetime) -> int:
    """Queue this kind for who got the mail `after` by then and has not submitted; gives how many."""
    moment = Message.sent_at.db_value
    found = run(_DUE_A_REMINDER, after, moment(due_at), moment(sent_before), kind).fetchall()
    for (invitation,) in found:
        queue(now, kind=kind, invitation=invitation, due_at=due_at)
    return len(found)


def expire(now: datetime) -> list[int]:
    """Close what was not answered in time, and give which invitations these were. What has not gone out yet waits: no
    limit ever expires it.
    """
    found = [number for (number,) in run(_CLOSING, Message.sent_at.db_value(now)).fetchall()]
    withdraw(found, InvitationState.EXPIRED, "The survey has closed.", now)
    return found


@dataclass(frozen=True, slots=True)
class Health:
    """`oldest_due_at`: since when a mail could have gone out and has not; None when nothing waits."""

    oldest_due_at: datetime | None
    counts: dict[MessageState, int]

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        oldest = self.oldest_due_at.isoformat() if self.oldest_due_at else None
        return {
            "oldest_due_at": oldest,
            "counts": {state.value: count for state, count in self.counts.items()},
        }


def oldest_due(now: datetime) -> datetime | None:
    """Since when the longest waiting mail could have gone out; None when nothing waits. A look at an index."""
    oldest = [
        row.due_at
        for urgent in (True, False)
        for row in Message.select(Message.due_at)
        .where(Message.state == MessageState.QUEUED.value, Message.urgent == urgent, Message.due_at <= now)
        .order_by(Message.due_at)
        .limit(1)
    ]
    return min(oldest, default=None)


def health(now: datetime) -> Health:
    """How the outbox stands, with every message counted."""
    counted = dict(tuples(Message.select(Message.state, fn.COUNT(Message.id)).group_by(Message.state)))
    return Health(oldest_due(now), {state: counted.get(state.value, 0) for state in MessageState})
