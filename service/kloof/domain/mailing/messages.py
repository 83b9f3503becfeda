"""A mail on its way out, as a value: of which kind, for whom, and what it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kloof.domain.mailing.kinds import MailKind
from kloof.domain.mailing.subjects import AboutSurvey, Subject
from kloof.domain.text import Language


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail goes to. `email` is empty where it is a letter; `customer` is None for a colleague.

    `salt` is what the links in it are derived from that open something of theirs; `time_zone` where a customer lives,
    if it is not where the company is.
    """

    name: str
    email: str
    language: Language
    customer: int | None = None
    salt: bytes = b""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to make and send, or a letter to print. `subject` is of the type that its kind is about.

    `message_id` is the part before the @, fixed when the mail was queued. `ordinal`: the number of the reminder, of
    the release that came out, or of the time that the call opened; 0 where nothing is counted.
    """

    id: int
    message_id: str
    kind: MailKind[Any]
    ordinal: int
    attempts: int
    to: Recipient
    subject: Subject

    @property
    def asks(self) -> AboutSurvey | None:
        """The survey that starts in it; None where it asks none."""
        return self.subject if self.kind.asks and isinstance(self.subject, AboutSurvey) else None

    @property
    def opens(self) -> AboutSurvey | None:
        """The survey that is open once this has gone out; None for any mail but an invitation."""
        return self.asks if self.kind.opens else None

    @property
    def text(self) -> str:
        """The name of its text in mail/texts: one for each wave where it asks a survey."""
        if (survey := self.asks) is None:
            return self.kind.text
        name = "passed_on" if self.kind.opens and survey.passed_by else self.kind.text
        return f"{name}_{survey.wave}"

    def unwanted(self, now: datetime) -> str:
        """Why there is no more reason to send this mail, in a sentence; empty while there is."""
        return self.kind.unwanted(self.subject, now)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail that the server took, with its reply; `closes_at` is when the survey in it closes, if it asks one."""

    mail: Outgoing
    reply: str
    closes_at: datetime
    at: datetime

    @property
    def asked(self) -> int | None:
        """The invitation that is open from now on; None for any mail but an invitation."""
        return survey.invitation if (survey := self.mail.opens) else None
