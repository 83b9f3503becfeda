"""Invitations for which no mail goes out any more, and which may go on where an address turns out to work."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kloof.domain.mailing.kinds import INVITATION
from kloof.domain.states import INVITATION_STEPS, InvitationState, step
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation
from kloof.storage.statements import names, rows


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
WHERE d.customer_id = ? AND d.cancelled_at IS NULL AND i.state IN ({names([InvitationState.STOPPED])})
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
    found = rows(_Stopped, _STOPPED, customer)
    return [
        StoppedInvitation(row.invitation, row.deal_id, Wave(row.wave), row.mail, row.sent_at is not None)
        for row in found
    ]


def go_on(invitation: int, to: InvitationState) -> None:
    """Mail goes out again for an invitation that was stopped."""
    step(INVITATION_STEPS, InvitationState.STOPPED, to)
    Invitation.update(state=to.value).where(
        Invitation.id == invitation, Invitation.state == InvitationState.STOPPED.value
    ).execute()
