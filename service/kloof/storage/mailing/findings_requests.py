"""What customers asked for beside the survey: to be told when findings come out, in one mail."""

from collections.abc import Sequence
from datetime import datetime

from peewee import fn

from kloof.domain.mailing.kinds import FINDINGS
from kloof.domain.states import InvitationState, MessageState
from kloof.storage.mailing import outbox
from kloof.storage.models import Customer, Deal, Invitation, Message, Response
from kloof.storage.statements import tuples


def who_asked() -> list[int]:
    """One invitation of each customer who asked, however many of their surveys they asked on."""
    return [
        invitation
        for invitation, _ in tuples(
            Invitation.select(fn.MAX(Invitation.id), Deal.customer)
            .join(Response)
            .switch(Invitation)
            .join(Deal)
            .join(Customer)
            .where(
                Response.wants_findings,
                Invitation.state == InvitationState.SUBMITTED.value,
                Customer.email.is_null(False),
            )
            .group_by(Deal.customer)
        )
    ]


def tell(invitations: Sequence[int], release: int, due_at: datetime, now: datetime) -> None:
    """Queue one mail about this release for each of these, in the transaction that records it."""
    for invitation in invitations:
        outbox.queue(now, FINDINGS, due_at, release, invitation=invitation)


def settle() -> None:
    """Take every wish as met, also that of a customer without an address."""
    Response.update(wants_findings=False).where(Response.wants_findings).execute()


def forget(customer: int, reason: str, now: datetime) -> None:
    """Take back what this customer asked for, and cancel the mail about findings that has not gone out."""
    theirs = Invitation.select(Invitation.id).join(Deal).where(Deal.customer == customer)
    Response.update(wants_findings=False).where(
        Response.wants_findings, Response.invitation.in_(theirs)
    ).execute()
    Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
        Message.invitation.in_(theirs),
        Message.kind == FINDINGS.name,
        Message.state == MessageState.QUEUED.value,
    ).execute()
