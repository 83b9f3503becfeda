"""The outbox as its causes and its readers see it: queueing, withdrawing, and how it stands."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from peewee import fn

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
from kloof.storage.models import Invitation, Message
from kloof.storage.models.outbox import DUE_CONDITION
from kloof.storage.statements import first_row, names, only_row, rows, scalar, timestamp


class _Asked(NamedTuple):
    invitation: int
    state: str
    mailed_to: int | None
    mail: str | None
    response: int | None


_ASKED = f"""
SELECT i.id AS invitation, i.state AS state, m.customer_id AS mailed_to, m.state AS mail, r.id AS response
FROM invitation i LEFT JOIN message m ON m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
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
WHERE d.customer_id = ? AND i.state IN ({names(AWAITS_MAIL)})
"""  # noqa: S608


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
    queue(now, INVITATION, due_at, by_letter=by_letter, invitation=row.id)
    return True


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
    Message.insert(**_fresh(now, kind, due_at, ordinal, _waiting(by_letter)), **refers_to).execute()


def queue_once(now: datetime, kind: MailKind[Any], due_at: datetime, ordinal: int, **refers_to: int) -> bool:
    """As `queue`, unless there is one of this kind and ordinal about the same already; gives whether it was queued."""
    inserted = Message.insert(
        **_fresh(now, kind, due_at, ordinal, MessageState.QUEUED), **refers_to
    ).on_conflict_ignore()
    return bool(inserted.as_rowcount().execute())


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
    came_back = row.mail == MessageState.BOUNCED
    return Asked(
        row.invitation, InvitationState(row.state), row.mailed_to, row.response is not None, came_back
    )


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
    return [row.invitation for row in rows(_Awaiting, _AWAITING, customer)]


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
