"""What a mail can be about: a survey of a deal, a call, what delivery said before the work, a week, or a sign-in."""

from dataclasses import dataclass
from datetime import date, datetime

from kloof.domain.mailing.weekly import News
from kloof.domain.states import CallState, InvitationState
from kloof.domain.surveys.definition import Wave


@dataclass(frozen=True, slots=True)
class AboutSurvey:
    """One survey of a deal, for its customer. `survey` is the row of the version in force at sale; `passed_by` is the
    customer who passed it on to whom it goes to, empty where nobody did. `planned_on`: the day on which it was to be
    asked, as it was planned first; None where that does not matter.
    """

    invitation: int
    state: InvitationState
    wave: Wave
    survey: int
    product: str
    salesperson: str  # empty where who sold it has left without a successor
    sold_on: date
    delivered_on: date | None
    cancelled: bool
    expires_at: datetime
    deal_id: str = ""
    passed_by: str = ""
    planned_on: date | None = None


@dataclass(frozen=True, slots=True)
class AboutCall:
    """The call about a deal, for the colleague who makes it, or for the customer who is asked whether it is solved.

    `salt` makes the customer's link; `withdrawn`: they took back the answers that the call came from.
    """

    state: CallState
    customer_name: str
    deal_id: str
    product: str
    due_on: date
    salt: bytes = b""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class AboutHandover:
    """The deal about which delivery said something. `stands`: its salesperson may still read some of it."""

    deal_id: str
    product: str
    stands: bool


@dataclass(frozen=True, slots=True)
class AboutSignIn:
    """Somebody of the company who signs in; the link in the mail works until it expires."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AboutWeek:
    """What was new for a colleague at this moment. `stands`: they still want the weekly mail, and work here."""

    news: News
    counted_at: datetime
    stands: bool


Subject = AboutSurvey | AboutCall | AboutHandover | AboutSignIn | AboutWeek
