"""Every kind of mail, in one table: what it is about, until when it is wanted, and how it is treated on its way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

from kloof.domain.mailing.subjects import (
    AboutCall,
    AboutHandover,
    AboutSignIn,
    AboutSurvey,
    AboutWeek,
    Subject,
)
from kloof.domain.states import AWAITS_MAIL, CallState, InvitationState
from kloof.domain.surveys.definition import Wave

TOO_LATE: Final = (
    "It could not go out for {days} days: what is told now is no expectation from the sale any more."
)
S = TypeVar("S", bound=Subject)


@dataclass(frozen=True, slots=True)
class MailKind(Generic[S]):
    """One kind of mail, with every decision that depends on what kind a mail is.

    `name`: what the outbox keeps, and what its lists show.
    `unwanted`: why there is no more reason to send it, given its subject and the time; empty while there is.
    `text`: the name of its text in mail/texts.
    `words`: its name at the desk, in English; the Dutch stands in wording/nl.po.
    `to_customer`: it keeps to sending hours and to a customer's limits, and holds a link to opt out of it.
    `chosen`: a colleague asked for it, and it holds a link to stop it.
    `urgent`: it goes before all others, at any hour.
    `asks`: a survey starts in it, so it goes only while answers are awaited.
    `opens`: the survey is open once this has gone out.
    `on_paper`: a customer without an address gets it as a letter.
    `outlives_opt_out`: the customer asked for it after their opt-out, which took back all that they asked for before.
    """

    name: str
    about: type[S]
    unwanted: Callable[[S, datetime], str]
    text: str
    words: str
    to_customer: bool = False
    chosen: bool = False
    urgent: bool = False
    asks: bool = False
    opens: bool = False
    on_paper: bool = False
    outlives_opt_out: bool = False

    @property
    def can_be_stopped(self) -> bool:
        """Whether it holds a link to get no more of its kind (RFC 8058)."""
        return self.to_customer or self.chosen

    def numbered(self, ordinal: int) -> str:
        """The name of one that is counted, as people see it in lists: `reminder-2`."""
        return f"{self.name}-{ordinal}" if ordinal else self.name


def _not_to_ask(survey: AboutSurvey, now: datetime) -> str:
    if survey.cancelled or survey.state is InvitationState.CANCELLED:
        return "The deal was cancelled."
    if survey.state not in AWAITS_MAIL:
        return f"The survey is {survey.state.value}."
    if survey.wave is Wave.SALE and survey.delivered_on is not None:
        # Asked afterwards it would no longer be an expectation (hindsight bias).
        return "The deal was delivered before this first survey could go out."
    return ""


def comes_too_late(survey: AboutSurvey | None, today: date, most: int) -> str:
    """Why this first survey is not asked any more, where it waited for more than so many days: for the limits of its
    customer, in a pause, or for a printer. Empty where it is asked, and for a second one, which asks what was got.
    """
    if survey is None or survey.wave is not Wave.SALE or survey.planned_on is None:
        return ""
    waited = (today - survey.planned_on).days
    return TOO_LATE.format(days=waited) if waited > most else ""


def _not_to_remind(survey: AboutSurvey, now: datetime) -> str:
    return _not_to_ask(survey, now) or ("The survey has closed." if survey.expires_at <= now else "")


def _not_to_tell(survey: AboutSurvey, now: datetime) -> str:
    return "" if survey.state is InvitationState.SUBMITTED else "The answers were withdrawn."


def _not_to_call(call: AboutCall, now: datetime) -> str:
    return "" if call.state is CallState.OPEN else "The call has moved on."


def _not_to_confirm(call: AboutCall, now: datetime) -> str:
    if call.state is not CallState.SOLVED:
        return "The call has moved on."
    return "The answers were withdrawn." if call.withdrawn else ""


def _not_to_read(handover: AboutHandover, now: datetime) -> str:
    return "" if handover.stands else "The work is done, or the customer no longer shares it."


def _not_weekly(week: AboutWeek, now: datetime) -> str:
    return "" if week.stands else "They do not want this mail any more."


def _not_to_sign_in(sign_in: AboutSignIn, now: datetime) -> str:
    return "The link in it has expired." if sign_in.expires_at <= now else ""


INVITATION: Final = MailKind(
    "invitation", AboutSurvey, _not_to_ask, "invitation", "Invitation",
    to_customer=True, asks=True, opens=True, on_paper=True,
)  # fmt: skip
REMINDER: Final = MailKind(
    "reminder", AboutSurvey, _not_to_remind, "reminder", "Reminder", to_customer=True, asks=True
)
FINDINGS: Final = MailKind(
    "findings", AboutSurvey, _not_to_tell, "findings", "Message about new findings",
    to_customer=True, outlives_opt_out=True,
)  # fmt: skip
SOLVED: Final = MailKind(
    "solved", AboutCall, _not_to_confirm, "solved", "Question whether it is solved", to_customer=True
)
CALL: Final = MailKind("call", AboutCall, _not_to_call, "call", "A customer to call")
CALL_DUE: Final = MailKind("call-due", AboutCall, _not_to_call, "call_due", "Reminder of a call")
CALL_OVERDUE: Final = MailKind(
    "call-overdue", AboutCall, _not_to_call, "call_overdue", "Reminder of a call that is overdue"
)
HANDOVER: Final = MailKind(
    "handover", AboutHandover, _not_to_read, "handover", "Message from delivery", urgent=True
)
WEEKLY: Final = MailKind("weekly", AboutWeek, _not_weekly, "weekly", "Weekly mail", chosen=True)
SIGN_IN: Final = MailKind("sign-in", AboutSignIn, _not_to_sign_in, "sign_in", "Sign-in link", urgent=True)

MAIL_KINDS: Final[dict[str, MailKind[Any]]] = {
    kind.name: kind
    for kind in (
        INVITATION,
        REMINDER,
        FINDINGS,
        SOLVED,
        CALL,
        CALL_DUE,
        CALL_OVERDUE,
        HANDOVER,
        WEEKLY,
        SIGN_IN,
    )
}
