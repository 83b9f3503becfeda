"""Invitations for which no mail goes out any more, and which may go on: where an address turns out to work, or
where the desk stopped one by mistake.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.states import INVITATION_STEPS, InvitationState, MessageState, step
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, Message
from kloof.storage.statements import first_row, names, rows, timestamp


class _Stopped(NamedTuple):
    invitation: int
    deal_id: str
    wave: str
    mail: int | None
    sent_at: datetime | str | None


_STOPPED = f"""
SELECT i.id AS invitation, d.deal_id AS deal_id, i.wave AS wave, m.id AS mail, m.sent_at AS sent_at
FROM invitation i JOIN deal d ON d.id = i.deal_id
LEFT JOIN message m ON m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
WHERE (i.asked_id = ? OR (d.customer_id = ? AND i.asked_id IS NULL))
AND d.cancelled_at IS NULL AND i.state IN ({names([InvitationState.STOPPED])})
"""  # noqa: S608


class _CalledOff(NamedTuple):
    invitation: int
    expires_at: datetime | str
    began: int
    mail: str | None
    sent_at: datetime | str | None


_CALLED_OFF = f"""
SELECT i.id AS invitation, i.expires_at AS expires_at, r.id IS NOT NULL AS began, m.state AS mail, m.sent_at AS sent_at
FROM invitation i JOIN deal d ON d.id = i.deal_id
LEFT JOIN response r ON r.invitation_id = i.id
LEFT JOIN message m ON m.invitation_id = i.id AND m.kind = '{INVITATION.name}'
WHERE i.deal_id = ? AND i.wave = ? AND d.cancelled_at IS NULL AND i.state IN ({names([InvitationState.CANCELLED])})
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class StoppedInvitation:
    """An invitation without mail: of which deal and wave, its first mail, and whether that had gone out."""

    invitation: int
    deal_id: str
    wave: Wave
    mail: int | None
    sent: bool


def of(customer: int) -> list[StoppedInvitation]:
    """The invitations of this customer for which no mail goes out any more."""
    found = rows(_Stopped, _STOPPED, customer, customer)
    return [
        StoppedInvitation(row.invitation, row.deal_id, Wave(row.wave), row.mail, row.sent_at is not None)
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class CalledOff:
    """A survey that the desk stopped, of a deal that goes on. `unmailed`: its first mail waited then, and nothing was
    answered, so it has to be asked as if anew; otherwise it goes on as `stands`.
    """

    invitation: int
    expires_at: datetime
    unmailed: bool
    stands: InvitationState


def called_off(deal: int, wave: Wave) -> CalledOff | None:
    """The survey of this deal (row id) that the desk stopped; None where it did not, or the whole deal is cancelled."""
    row = first_row(_CalledOff, _CALLED_OFF, deal, wave.value)
    if row is None:
        return None
    sent = InvitationState.INVITED if row.sent_at else InvitationState.PLANNED
    return CalledOff(
        row.invitation,
        timestamp(row.expires_at),
        unmailed=row.mail in {None, MessageState.CANCELLED} and not row.began,
        stands=InvitationState.STARTED if row.began else sent,
    )


def resume(invitation: int, to: InvitationState) -> None:
    """A survey that the desk stopped goes on. Of its reminders those that had not gone out are planned anew."""
    step(INVITATION_STEPS, InvitationState.CANCELLED, to)
    Message.delete().where(
        Message.invitation == invitation,
        Message.kind == REMINDER.name,
        Message.state == MessageState.CANCELLED.value,
        Message.mailed_on.is_null(),
    ).execute()
    Invitation.update(state=to.value).where(
        Invitation.id == invitation, Invitation.state == InvitationState.CANCELLED.value
    ).execute()


def go_on(invitation: int, to: InvitationState) -> None:
    """Mail goes out again for an invitation that was stopped."""
    step(INVITATION_STEPS, InvitationState.STOPPED, to)
    Invitation.update(state=to.value).where(
        Invitation.id == invitation, Invitation.state == InvitationState.STOPPED.value
    ).execute()
