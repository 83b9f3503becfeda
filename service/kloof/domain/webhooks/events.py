"""What other programs are told: that something happened, with numbers, states and links; never an answer, never a name.

Whoever wants to know more asks at the address in the event, and is told there what they may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kloof.domain.errors import KloofError
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave


class EventKind(StrEnum):
    """What somebody can be told of. `PING` is only for a try, and nobody chooses it."""

    INVITATION_SENT = "invitation.sent"
    INVITATION_BOUNCED = "invitation.bounced"
    INVITATION_OPTED_OUT = "invitation.opted_out"
    SURVEY_ANSWERED = "survey.answered"
    FOLLOWUP_OPENED = "followup.opened"
    DEAL_REFUSED = "deal.refused"
    BLOCK_CLOSED = "block.closed"
    RELEASE_PUBLISHED = "release.published"
    PING = "webhook.ping"


CHOSEN: Final = tuple(kind for kind in EventKind if kind is not EventKind.PING)
"""Those that an endpoint can be told of."""


class EventData(BaseModel):
    """What an event is about. A later version may add fields."""

    model_config = ConfigDict(frozen=True)


class DealPlaces(EventData):
    """Where more of a deal stands: the page of the desk, and the door for programs."""

    desk: str
    api: str


class DeskPlace(EventData):
    """The page of the desk where more of it stands."""

    desk: str


class CallPlace(EventData):
    """The page of whoever makes the call."""

    call: str


class ReleasePlaces(EventData):
    """Where a release is read: by people, and by programs."""

    site: str
    api: str


class InvitationSent(EventData):
    """The first mail or letter of a survey went out; reminders are not told."""

    deal_id: str
    wave: Wave
    state: InvitationState
    links: DealPlaces


class InvitationBounced(EventData):
    """A mail about a survey came back for good, or for now."""

    deal_id: str
    wave: Wave
    links: DealPlaces


class InvitationOptedOut(EventData):
    """A customer wants no more mail; `deal_id` is a deal of theirs, and it holds for all of them."""

    deal_id: str
    links: DealPlaces


class SurveyAnswered(EventData):
    """A customer sent their answers in; told after the end of that day, since nobody is told at which hour."""

    deal_id: str
    wave: Wave
    answered_on: date
    links: DealPlaces


class FollowupOpened(EventData):
    """A customer is to be called, at the latest on `due_on`; the page says why, to whoever may know."""

    deal_id: str
    due_on: date
    links: CallPlace


class FieldRefused(EventData):
    """One thing that is wrong: where, and by which reason. What stood there is not told."""

    column: str | None
    reason: str


class DealRefused(EventData):
    """A deal, delivery or cancellation was not taken in. `deal_id` is None where the number itself is wrong."""

    deal_id: str | None
    sent_by: Literal["file", "program"]
    errors: list[FieldRefused]
    links: DeskPlace


class BlockClosed(EventData):
    """So many groups of customers closed; what they say is in the next release."""

    blocks: int = Field(ge=1)
    links: DeskPlace


class ReleasePublished(EventData):
    """A release came out. Its site is online once it was built and put there."""

    number: int = Field(ge=1)
    links: ReleasePlaces


class Pinged(EventData):
    """A try, asked for at the desk or by a command."""

    links: DeskPlace


DATA: Final[Mapping[EventKind, type[EventData]]] = {
    EventKind.INVITATION_SENT: InvitationSent,
    EventKind.INVITATION_BOUNCED: InvitationBounced,
    EventKind.INVITATION_OPTED_OUT: InvitationOptedOut,
    EventKind.SURVEY_ANSWERED: SurveyAnswered,
    EventKind.FOLLOWUP_OPENED: FollowupOpened,
    EventKind.DEAL_REFUSED: DealRefused,
    EventKind.BLOCK_CLOSED: BlockClosed,
    EventKind.RELEASE_PUBLISHED: ReleasePublished,
    EventKind.PING: Pinged,
}


@dataclass(frozen=True, slots=True)
class Happened:
    """Something to tell, as it is kept until it is sent. `facts` are those of its data, without the links.

    deal: the row of the deal that it is about, with which it goes. at: when it may be told, if not at once; it is also
    the moment that it names. count: of how many things it tells.
    """

    kind: EventKind
    facts: Mapping[str, Any]
    deal: int | None = None
    at: datetime | None = None
    count: int = field(default=1)


def deal_refused(sent_by: Literal["file", "program"], deal_id: str, why: Sequence[KloofError]) -> Happened:
    """That a deal, a delivery or a cancellation was not taken in; of each reason its column and its word."""
    errors = [{"column": one.facts.get("column"), "reason": one.reason.value} for one in why]
    return Happened(
        EventKind.DEAL_REFUSED, {"deal_id": deal_id or None, "sent_by": sent_by, "errors": errors}
    )
