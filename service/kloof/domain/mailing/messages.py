"""A mail on its way out, as a value: what it is, for whom, and whether there is still a reason to send it."""

from dataclasses import dataclass
from datetime import date, datetime

from kloof.domain.states import AWAITS_MAIL, CallState, InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language

INVITATION = "invitation"
SIGN_IN = "sign-in"
HANDOVER = "handover"
"""To a salesperson: delivery has said something about what a customer of theirs expects."""
_REMINDER = "reminder-"
FINDINGS = "findings-"
"""What the kinds of `findings_of` begin with."""
_CALL = "call-"
_CALL_DUE = "call-due-"
SOLVED = "solved-"
"""What the kinds of `solved` begin with."""


def reminder(number: int) -> str:
    """The kind of the first (1), second (2) … reminder."""
    return f"{_REMINDER}{number}"


def reminder_number(kind: str) -> int:
    """Which reminder this is; 0 for a mail that is none."""
    return int(kind.removeprefix(_REMINDER)) if kind.startswith(_REMINDER) else 0


def findings_of(release: int) -> str:
    """The kind of the mail that says that this release came out, to who asked to be told."""
    return f"{FINDINGS}{release}"


def tells_of_findings(kind: str) -> bool:
    """Whether a mail of this kind says that findings came out."""
    return kind.startswith(FINDINGS)


def call(time: int) -> str:
    """The kind of the mail to whoever has to call, when a call opens for the first, second … time."""
    return f"{_CALL}{time}"


def call_due(time: int) -> str:
    """The kind of the mail that reminds of it on the day by which to call."""
    return f"{_CALL_DUE}{time}"


def reminds_of_call(kind: str) -> bool:
    """Whether a mail of this kind is such a reminder."""
    return kind.startswith(_CALL_DUE)


def solved(time: int) -> str:
    """The kind of the mail that asks the customer whether it is solved."""
    return f"{SOLVED}{time}"


def asks_if_solved(kind: str) -> bool:
    """Whether a mail of this kind asks that."""
    return kind.startswith(SOLVED)


@dataclass(frozen=True, slots=True)
class AboutCall:
    """What a mail about a call is about. `salt` makes the link of the customer who is asked whether it is solved."""

    state: CallState
    customer_name: str
    deal_id: str
    due_on: date
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class AboutDeal:
    """What a mail to a customer is about. `survey` is the row of the version in force at sale."""

    invitation: int
    state: InvitationState
    wave: Wave
    survey: int
    product: str
    salesperson: str
    sold_on: date
    delivered_on: date | None
    cancelled: bool
    expires_at: datetime
    time_zone: str = ""
    deal_id: str = ""


@dataclass(frozen=True, slots=True)
class AboutHandover:
    """The deal that a mail to its salesperson is about. `stands`: there is still something that they may read."""

    deal_id: str
    product: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to make and send, or a letter where `email` is empty.

    `message_id` is the part before the @, fixed when the mail was queued.
    """

    id: int
    message_id: str
    kind: str
    attempts: int
    customer: int | None
    name: str
    email: str
    language: Language
    salt: bytes
    expires_at: datetime
    about: AboutDeal | None = None
    handover: AboutHandover | None = None
    call: AboutCall | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail that the server took, with its reply; `closes_at` is when the survey or the link in it closes."""

    mail: Outgoing
    reply: str
    closes_at: datetime
    at: datetime

    @property
    def asked(self) -> int | None:
        """The invitation that is open from now on; None for a reminder and for a mail to a colleague."""
        return self.mail.about.invitation if self.mail.about and self.mail.kind == INVITATION else None


def moot(mail: Outgoing, now: datetime) -> str:
    """Why there is no more reason to send this mail, in a sentence; empty while there is."""
    about = mail.about
    if mail.handover:
        return "" if mail.handover.stands else "The work is done, or the customer no longer shares it."
    if mail.call and mail.call.state is not _waited_for(mail.kind):
        return "The call has moved on."
    if mail.call and about is None:
        return ""
    if about is None:
        return "The link in it has expired." if mail.expires_at <= now else ""
    if tells_of_findings(mail.kind) or mail.call:
        return "" if about.state is InvitationState.SUBMITTED else "The answers were withdrawn."
    if about.cancelled or about.state is InvitationState.CANCELLED:
        return "The deal was cancelled."
    if about.state not in AWAITS_MAIL:
        return f"The survey is {about.state.value}."
    if about.wave is Wave.SALE and about.delivered_on is not None:
        # Asked afterwards it would no longer be an expectation (hindsight bias).
        return "The deal was delivered before this first survey could go out."
    if mail.kind != INVITATION and about.expires_at <= now:
        return "The survey has closed."
    return ""


def _waited_for(kind: str) -> CallState:
    return CallState.SOLVED if asks_if_solved(kind) else CallState.OPEN
