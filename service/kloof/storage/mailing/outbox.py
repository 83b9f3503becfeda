"""The outbox as its causes and its readers see it: queueing, withdrawing, and how it stands."""

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import chunked, fn

from kloof.domain.mailing.kinds import HANDOVER, INVITATION, SIGN_IN, MailKind
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
from kloof.storage import of_this_request
from kloof.storage.models import Invitation, Message
from kloof.storage.models.outbox import DUE_CONDITION
from kloof.storage.statements import first_row, insert_all, names, only_row, rows, scalar, timestamp


class _Asked(NamedTuple):
    invitation: int
    state: str
    customer: int
    mailed_to: int | None
    mail: str | None
    response: int | None


_ASKED = f"""
SELECT i.id AS invitation, i.state AS state, COALESCE(i.asked_id, d.customer_id) AS customer,
       m.customer_id AS mailed_to, m.state AS mail, r.id AS response
FROM invitation i JOIN deal d ON d.id = i.deal_id
LEFT JOIN message m ON m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
LEFT JOIN response r ON r.invitation_id = i.id
WHERE i.deal_id = ? AND i.wave = ?
"""  # noqa: S608  our own words
_NEVER_ARRIVED = f"""
SELECT EXISTS (SELECT 1 FROM message m JOIN invitation i ON i.id = m.invitation_id
               WHERE i.deal_id = ? AND m.state IN ({names([MessageState.BOUNCED, MessageState.FAILED])}))
"""  # noqa: S608


class _Awaiting(NamedTuple):
    invitation: int


_AWAITING = f"""
SELECT i.id AS invitation FROM invitation i JOIN deal d ON d.id = i.deal_id
WHERE (i.asked_id = ? OR (d.customer_id = ? AND i.asked_id IS NULL)) AND i.state IN ({names(AWAITS_MAIL)})
"""  # noqa: S608


_AT_ONCE = 500  # rows of a statement: SQLite takes at most 999 variables in one on old builds
log = logging.getLogger("kloof.mails")

_FIRST = {"attempts": 0, "soft_bounces": 0, "leased_by": "", "last_reply": ""}


@dataclass(frozen=True, slots=True)
class Asked:
    """How far an invitation is: whom it asks, to which customer mail went, if it came back, and if it is answered."""

    invitation: int
    state: InvitationState
    customer: int
    mailed_to: int | None
    answered: bool
    came_back: bool


def queue_sign_in(sign_in_id: int, now: datetime) -> None:
    """Queue the mail with this sign-in link; it goes before all others, at any hour."""
    queue(now, SIGN_IN, now, sign_in=sign_in_id)


def queue_handover(deal: int, now: datetime) -> None:
    """Queue the mail to the salesperson of this deal (row id), unless one waits already: it holds only a link."""
    waits = (Message.handover == deal) & (Message.state == MessageState.QUEUED.value)
    if not Message.select().where(waits).exists():
        queue(now, HANDOVER, now, handover=deal)


def queue(
    now: datetime,
    kind: MailKind[Any],
    due_at: datetime,
    ordinal: int = 0,
    *,
    by_letter: bool = False,
    **refers_to: int,
) -> None:
    """Queue a mail or a letter of this kind, in the transaction of its cause. `refers_to`: rows, by column."""
    state = _waiting(by_letter)
    _queue([_fresh(now, kind, due_at, ordinal, state) | {f"{to}_id": row for to, row in refers_to.items()}])


def queue_about_all(
    now: datetime, kind: MailKind[Any], due_at: datetime, ordinal: int, invitations: Iterable[int]
) -> None:
    """As `queue`, a mail about each of these invitations."""
    about = ({"invitation_id": invitation} for invitation in invitations)
    _queue([_fresh(now, kind, due_at, ordinal, MessageState.QUEUED) | one for one in about])


def _queue(fresh: Sequence[dict[str, Any]]) -> None:
    """Insert messages that have the same columns."""
    moments = {name: getattr(Message, name).db_value for name in ("due_at", "created_at", "changed_at")}
    messages = [_FIRST | one | {name: value(one[name]) for name, value in moments.items()} for one in fresh]
    if messages:
        insert_all("message", [*messages[0]], (one.values() for one in messages))
        _tell_of(messages)


def queue_once(now: datetime, kind: MailKind[Any], due_at: datetime, ordinal: int, **refers_to: int) -> bool:
    """As `queue`, unless there is one of this kind and ordinal about the same already; gives whether it was queued."""
    fresh = _fresh(now, kind, due_at, ordinal, MessageState.QUEUED)
    is_new = bool(Message.insert(**fresh, **refers_to).on_conflict_ignore().as_rowcount().execute())
    if is_new:
        _tell_of([fresh])
    return is_new


def _tell_of(messages: Sequence[dict[str, Any]]) -> None:
    """From the request that caused a mail, by the log, to its Message-ID: by kind, and never to whom."""
    if not of_this_request.name() or not log.isEnabledFor(logging.INFO):
        return
    for one in messages:
        # A line for what is undone too, of the same length or so: an answer that came sooner would tell.
        if of_this_request.is_only_tried():
            log.info("A mail of kind %s was only tried: no such mail is queued.", one["kind"])
        else:
            log.info("Mail %s of kind %s is queued.", one["message_id"], one["kind"])


def cancel_about_call(call: int, reason: str, now: datetime) -> None:
    """Cancel every mail about this call that has not gone out."""
    Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
        Message.call == call, Message.state.in_(WAITS)
    ).execute()


def cancel_to(person: int, reason: str, now: datetime) -> None:
    """Cancel every mail to this colleague about a call that has not gone out."""
    Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
        Message.recipient == person, Message.state.in_(WAITS)
    ).execute()


def _fresh(
    now: datetime, kind: MailKind[Any], due_at: datetime, ordinal: int, state: MessageState
) -> dict[str, Any]:
    return {
        "message_id": secrets.token_hex(16),
        "kind": kind.name,
        "ordinal": ordinal,
        "urgent": kind.urgent,
        "state": state.value,
        "due_at": due_at,
        "created_at": now,
        "changed_at": now,
    }


def _waiting(by_letter: bool) -> MessageState:
    return MessageState.LETTER if by_letter else MessageState.QUEUED


def asked(deal_id: int, wave: Wave) -> Asked | None:
    """What became of this deal's invitation; None where there is none."""
    row = first_row(_Asked, _ASKED, deal_id, wave.value)
    if row is None:
        return None
    state, came_back = InvitationState(row.state), row.mail == MessageState.BOUNCED
    answered = row.response is not None
    return Asked(row.invitation, state, row.customer, row.mailed_to, answered, came_back)


def never_arrived(deal: int) -> bool:
    """Whether a mail about this deal (row id) came back, or was refused for good."""
    return bool(scalar(_NEVER_ARRIVED, deal))


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
        state=_waiting(by_letter).value, due_at=due_at, attempts=0, lease_ends_at=None, changed_at=now
    ).where(
        Message.invitation == invitation,
        Message.kind == INVITATION.name,
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
    moved = 0
    for ids in chunked(dict.fromkeys(invitations), _AT_ONCE):
        moved += (
            Invitation.update(state=to.value)
            .where(Invitation.id.in_(ids), Invitation.state.in_(before(INVITATION_STEPS, to)))
            .execute()
        )
        Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
            Message.invitation.in_(ids), Message.state.in_(WAITS)
        ).execute()
    return moved


def invitations_of_deal(deal_id: int) -> list[int]:
    """The invitations of one deal."""
    return [row.id for row in Invitation.select(Invitation.id).where(Invitation.deal == deal_id)]


def awaiting(customer: int) -> list[int]:
    """Invitations, over all deals of this customer, for which a mail or a letter may still go out."""
    return [row.invitation for row in rows(_Awaiting, _AWAITING, customer, customer)]


class _Oldest(NamedTuple):
    urgent: datetime | str | None
    other: datetime | str | None


_FIRST_DUE = f"SELECT MIN(due_at) FROM message WHERE {DUE_CONDITION} AND urgent = ? AND due_at <= ?"  # noqa: S608
_OLDEST_DUE = f"SELECT ({_FIRST_DUE}) AS urgent, ({_FIRST_DUE}) AS other"


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
    moment = Message.due_at.db_value(now)
    row = only_row(_Oldest, _OLDEST_DUE, True, moment, False, moment)
    found = [timestamp(due_at) for due_at in row if due_at is not None]
    return min(found, default=None)


def health(now: datetime) -> Health:
    """How the outbox stands, with every message counted."""
    of_each: Any = Message.select(Message.state, fn.COUNT(Message.id).alias("messages")).group_by(
        Message.state
    )
    counted = {row.state: row.messages for row in of_each.namedtuples()}
    return Health(oldest_due(now), {state: counted.get(state, 0) for state in MessageState})
