"""Mails as values, of every kind and about everything that there are mails about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kloof.domain.mailing.kinds import INVITATION, MailKind
from kloof.domain.mailing.messages import Outgoing, Recipient
from kloof.domain.mailing.subjects import (
    AboutCall,
    AboutHandover,
    AboutSignIn,
    AboutSurvey,
    AboutWeek,
    Subject,
)
from kloof.domain.mailing.weekly import News
from kloof.domain.states import CallState, InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.mail.transport import Memory, TransportError, nothing

NOON = datetime(2026, 9, 15, 10, tzinfo=UTC)
"""A Tuesday, twelve o'clock in Amsterdam."""
SALT = b"s" * 32


class Failing(Memory):
    """A server that fails with these errors, one after the other, and then takes everything."""

    def __init__(self, *errors: TransportError) -> None:
        super().__init__()
        self.errors = list(errors)

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        if self.errors:
            raise self.errors.pop(0)
        super().send(sender, recipient, data, meanwhile)
        return f"250 taken, {len(self.sent)}"


def a_survey(**changes: Any) -> AboutSurvey:
    """A first survey that was not sent yet and closes in a day."""
    facts = AboutSurvey(
        7, InvitationState.PLANNED, Wave.SALE, 1, "Warmtepomp", "Eva Bakker", date(2026, 9, 14), None,
        cancelled=False, expires_at=NOON + timedelta(days=1), deal_id="2026-0417",
    )  # fmt: skip
    return replace(facts, **changes)


def a_call(**changes: Any) -> AboutCall:
    """A call that somebody has to make."""
    facts = AboutCall(CallState.OPEN, "Piet & Zn", "D-7/a", "Warmtepomp", date(2026, 9, 18), b"c" * 32)
    return replace(facts, **changes)


SUBJECTS: dict[type, Subject] = {
    AboutSurvey: a_survey(),
    AboutCall: a_call(),
    AboutHandover: AboutHandover("D/1 & more", "Warmtepomp", stands=True),
    AboutWeek: AboutWeek(News(answers=3, calls=2, overdue=1, fresh=4), NOON, stands=True),
    AboutSignIn: AboutSignIn(NOON + timedelta(minutes=15)),
}


def outgoing(
    kind: MailKind[Any] = INVITATION,
    ordinal: int = 0,
    subject: Subject | None = None,
    *,
    language: Language = "nl",
    name: str = "",
    email: str = "piet@example.com",
) -> Outgoing:
    """A mail of this kind, to Piet where it goes to a customer and to Eva where it goes to a colleague."""
    name = name or ("Piet Jansen" if kind.to_customer else "Eva Bakker")
    to = Recipient(name, email, language, 5 if kind.to_customer else None, SALT)
    return Outgoing(1, "0123456789abcdef" * 2, kind, ordinal, 0, to, subject or SUBJECTS[kind.about])
