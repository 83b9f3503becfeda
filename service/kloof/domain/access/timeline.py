"""What happened to a deal, in order: that something was mailed, answered or changed, and by whom; never an answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kloof.domain.access.audit_log import ActorKind, AuditAction, LogEntry
from kloof.domain.states import InvitationState, MessageState
from kloof.domain.surveys.definition import Wave


class DealEventKind(StrEnum):
    """What can stand in the timeline of a deal."""

    LOADED = "loaded"
    CHANGED = "changed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    HANDED_ON = "handed_on"
    SENT = "sent"
    PRINTED = "printed"
    BOUNCED = "bounced"
    FAILED = "failed"
    HELD = "held"
    DECIDED = "decided"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    STOPPED = "stopped"
    RESUMED = "resumed"
    PASSED_ON = "passed_on"
    TAKEN_BACK = "taken_back"
    OPTED_OUT = "opted_out"
    JOINED = "joined"
    CALL_OPENED = "call_opened"
    CALL_MADE = "call_made"
    CALL_OVER = "call_over"
    EXPORTED = "exported"


_LOGGED: Final = MappingProxyType(
    {
        AuditAction.DEAL_LOADED: DealEventKind.LOADED,
        AuditAction.DEAL_CHANGED: DealEventKind.CHANGED,
        AuditAction.DEAL_DELIVERED: DealEventKind.DELIVERED,
        AuditAction.DEAL_CANCELLED: DealEventKind.CANCELLED,
        AuditAction.LETTER_PRINTED: DealEventKind.PRINTED,
        AuditAction.DEAL_HANDED_ON: DealEventKind.HANDED_ON,
        AuditAction.MAIL_DECIDED: DealEventKind.DECIDED,
        AuditAction.SURVEY_STOPPED: DealEventKind.STOPPED,
        AuditAction.SURVEY_RESUMED: DealEventKind.RESUMED,
        AuditAction.SURVEY_PASSED_ON: DealEventKind.PASSED_ON,
        AuditAction.SURVEY_TAKEN_BACK: DealEventKind.TAKEN_BACK,
        AuditAction.ANSWERS_WITHDRAWN: DealEventKind.WITHDRAWN,
        AuditAction.MAIL_STOPPED: DealEventKind.OPTED_OUT,
        AuditAction.CUSTOMERS_JOINED: DealEventKind.JOINED,
        AuditAction.CALL_OPENED: DealEventKind.CALL_OPENED,
        AuditAction.CALL_MADE: DealEventKind.CALL_MADE,
        AuditAction.CALL_CANCELLED: DealEventKind.CALL_OVER,
        AuditAction.CUSTOMER_EXPORTED: DealEventKind.EXPORTED,
    }
)
"""Of the log only this stands in a timeline: who looked at answers, and what became of a consent, is the customer's."""
_TELL_DETAIL: Final = frozenset(
    {DealEventKind.CHANGED, DealEventKind.DECIDED, DealEventKind.STOPPED, DealEventKind.RESUMED}
)
"""Of other lines the detail may say what somebody answered or agreed to."""


@dataclass(frozen=True, slots=True)
class DealMail:
    """A mail or letter about a deal. `since` is when it came into its state, or is due where it waits; `words` are
    the mail server's.
    """

    id: int
    kind: str
    ordinal: int
    wave: Wave | None
    state: MessageState
    since: datetime
    sent_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class DealSurvey:
    """How far one survey of a deal is. `answered_at`: when it was sent in, None where it was not; `began`: there are
    answers, sent in or not.
    """

    wave: Wave
    state: InvitationState
    expires_at: datetime
    answered_at: datetime | None
    began: bool = False


@dataclass(frozen=True, slots=True)
class DealEvent:
    """One line of a timeline. `at` is to be shown as a day where `is_day`, since what a customer did at which minute is
    nobody's business. `who` is a colleague, empty for the customer and for kloof itself; `by_command` for who used the
    command line, `by_program` for what a token did.
    """

    at: datetime
    kind: DealEventKind
    wave: Wave | None = None
    mail: DealMail | None = None
    who: str = ""
    by_command: bool = False
    by_program: bool = False
    detail: str = ""

    @property
    def is_day(self) -> bool:
        """Whether only the day is shown."""
        return self.kind in {DealEventKind.ANSWERED, DealEventKind.WITHDRAWN, DealEventKind.OPTED_OUT}


def timeline(
    surveys: Iterable[DealSurvey], mails: Iterable[DealMail], log: Iterable[LogEntry]
) -> tuple[DealEvent, ...]:
    """All that happened, the last first."""
    events = [
        *(event for survey in surveys for event in _of_survey(survey)),
        *(event for mail in mails for event in _of_mail(mail)),
        *(event for entry in log for event in _of_log(entry)),
    ]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def _of_survey(survey: DealSurvey) -> Iterable[DealEvent]:
    if survey.answered_at:
        yield DealEvent(survey.answered_at, DealEventKind.ANSWERED, survey.wave)
    elif survey.state is InvitationState.EXPIRED:
        yield DealEvent(survey.expires_at, DealEventKind.CLOSED, survey.wave)


CAME_TO: Final = MappingProxyType(
    {
        MessageState.BOUNCED: DealEventKind.BOUNCED,
        MessageState.FAILED: DealEventKind.FAILED,
        MessageState.HELD: DealEventKind.HELD,
    }
)
"""What became of a mail, where somebody may have to do something about it."""


def _of_mail(mail: DealMail) -> Iterable[DealEvent]:
    if mail.sent_at:
        yield DealEvent(mail.sent_at, DealEventKind.SENT, mail.wave, mail)
    if kind := CAME_TO.get(mail.state):
        yield DealEvent(mail.since, kind, mail.wave, mail)


def _of_log(entry: LogEntry) -> Iterable[DealEvent]:
    if kind := _LOGGED.get(entry.what):
        yield DealEvent(
            entry.at,
            kind,
            who=entry.name if entry.who.hand is ActorKind.PERSON else "",
            by_command=entry.who.hand is ActorKind.COMMAND,
            by_program=entry.who.hand is ActorKind.PROGRAM,
            detail=entry.detail if kind in _TELL_DETAIL else "",
        )
