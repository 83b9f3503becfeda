"""What customers asked for beside the survey: to be told when findings come out, in one mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kloof.domain.mailing.kinds import FINDINGS
from kloof.domain.states import InvitationState, MessageState
from kloof.storage.mailing import outbox
from kloof.storage.models import Deal, Invitation, Message, Response
from kloof.storage.statements import names, rows


class _Asked(NamedTuple):
    invitation: int


_WHO_ASKED = f"""
SELECT MAX(i.id) AS invitation FROM invitation i JOIN response r ON r.invitation_id = i.id
JOIN deal d ON d.id = i.deal_id JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id)
WHERE r.wants_findings AND i.state = {names([InvitationState.SUBMITTED])} AND c.email IS NOT NULL
GROUP BY c.id
"""  # noqa: S608  the states come from the tables in domain/states


def who_asked() -> list[int]:
    """One invitation of each customer who asked, however many of their surveys they asked on."""
    return [row.invitation for row in rows(_Asked, _WHO_ASKED)]


def tell(invitations: Sequence[int], release: int, due_at: datetime, now: datetime) -> None:
    """Queue one mail about this release for each of these, in the transaction that records it."""
    outbox.queue_about_all(now, FINDINGS, due_at, release, invitations)


def settle() -> None:
    """Take every wish as met, also that of a customer without an address."""
    Response.update(wants_findings=False).where(Response.wants_findings).execute()


def forget(customer: int, reason: str, now: datetime) -> None:
    """Take back what this customer asked for, and cancel the mail about findings that has not gone out."""
    deals = Deal.select(Deal.id).where(Deal.customer == customer)
    theirs = Invitation.select(Invitation.id).where(
        (Invitation.asked.is_null() & Invitation.deal.in_(deals)) | (Invitation.asked == customer)
    )
    Response.update(wants_findings=False).where(
        Response.wants_findings, Response.invitation.in_(theirs)
    ).execute()
    Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
        Message.invitation.in_(theirs),
        Message.kind == FINDINGS.name,
        Message.state == MessageState.QUEUED.value,
    ).execute()
