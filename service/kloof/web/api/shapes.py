"""What goes over the wire about deals, as the document of the API says it. The checks of what is in a field are those
of the importers, in `domain.deals.cells`.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kloof.domain.deals.cells import LONGEST
from kloof.domain.deals.files import LONGEST_DEAL_ID
from kloof.domain.deals.steps import DealStep, DealTrouble
from kloof.domain.states import InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language

MOST_AT_ONCE = 1_000
MOST_PER_PAGE = 100
Practice = Literal[
    "joint_visit",
    "quote_checked",
    "exclusions_listed",
    "seller_on_site",
    "handover_document",
    "aftercare_call",
    "complaint",
]


def _day(value: object) -> object:
    """ISO 8601, written out: to pydantic "0" is a day too, and to Python a week."""
    if not isinstance(value, str):
        return value
    if len(value) != 10 or not value.isascii() or not value.replace("-", "").isdigit():
        raise ValueError("a day is written like 2026-03-31")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Address = Annotated[str, Field(max_length=320)]
DealNumber = Annotated[
    str, Field(min_length=1, max_length=LONGEST_DEAL_ID, description="The CRM's own number.")
]


class Shape(BaseModel):
    """What is sent in: a field that is not known is a mistake, and says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """What is given back: later versions may add fields."""

    model_config = ConfigDict(frozen=True)


class DealIn(Shape):
    """A deal as the CRM knows it. What is optional and left out stays as it was, but the planned day, which goes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_name": "Sanne Jansen",
                    "customer_email": "sanne@example.org",
                    "language": "nl",
                    "salesperson_email": "anouk@example.com",
                    "team": "North",
                    "region": "Groningen",
                    "product": "Heat pump",
                    "survey": "installation",
                    "sold_on": "2026-03-31",
                    "delivery_planned_on": "2026-06-01",
                    "practices": {"joint_visit": "2026-03-20"},
                }
            ]
        }
    )
    deal_id: DealNumber | None = Field(None, description="As in the address, or left out.")
    customer_name: Name
    customer_email: Address | None = Field(None, description="Without one the customer gets letters.")
    language: Language
    salesperson_email: Address = Field(description="Of a salesperson whom kloof knows.")
    team: Name
    region: Name
    product: Name
    survey: Name = Field(description="The id of a survey that is in use.")
    sold_on: Day
    delivery_planned_on: Day | None = None
    practices: dict[Practice, Day] | None = Field(
        None, description="What was done, and when. A practice that is left out stays as it was."
    )
    customer_number: str | None = Field(None, max_length=LONGEST_DEAL_ID)
    customer_time_zone: str | None = Field(None, max_length=64, description="An IANA name.")
    account: str | None = Field(
        None, max_length=LONGEST, description="The organisation for which the customer answers."
    )

    def cells(self, deal_id: str) -> dict[str, str]:
        """The same as the cells of one line of a file."""
        facts = self.model_dump(mode="json", exclude_none=True, exclude={"practices", "deal_id"})
        done = {f"{name}_on": day.isoformat() for name, day in (self.practices or {}).items()}
        return {"deal_id": deal_id} | facts | done


class DealOfMany(DealIn):
    """A deal among others."""

    deal_id: DealNumber


class DealsIn(Shape):
    """Up to a thousand deals."""

    deals: Annotated[list[DealOfMany], Field(min_length=1, max_length=MOST_AT_ONCE)]


class DeliveryIn(Shape):
    """A deal was delivered."""

    delivered_on: Day


class CancellationIn(Shape):
    """A deal was called off."""

    cancelled_on: Day


class SurveyState(Given):
    """How far one survey of a deal is; never what was answered."""

    wave: Wave
    state: InvitationState
    answered_on: date | None = Field(None, description="The day; at which hour, nobody is told.")
    expires_at: datetime


class WavesStand(Given):
    """How far both surveys are; None for one that is not there: yet, or for a deal that goes without it."""

    sale: InvitationState | None
    delivery: InvitationState | None


class Links(Given):
    """Where people see more, once they have signed in."""

    salesperson: str
    desk: str


class DealOut(Given):
    """A deal as it is kept, and how far its surveys are."""

    deal_id: str
    customer_name: str
    customer_email: str | None
    language: Language
    salesperson_email: str
    team: str
    region: str
    product: str
    survey: str
    survey_version: int
    sold_on: date
    delivery_planned_on: date | None
    delivered_on: date | None
    cancelled_on: date | None
    practices: dict[str, date]
    customer_number: str | None
    customer_time_zone: str | None
    account: str | None
    surveys: list[SurveyState]
    waves: WavesStand
    links: Links


class FieldWrong(Given):
    """One field that is wrong, as in a problem."""

    pointer: str
    reason: str
    detail: str


class DealTaken(Given):
    """What became of one deal of many."""

    deal_id: str
    result: Literal["created", "updated", "unchanged", "refused"]
    errors: list[FieldWrong] = []


class MailForecast(Given):
    """What mail the deals would cause that are right: how many customers are asked by mail, on days from when to when,
    and by letter. `history`: sold before `asked_since`, so that nobody is asked. `oldest`, `newest`: the days of sale
    that are asked about. The limits of mails to one customer may move some to later.
    """

    mails: int
    letters: int
    history: int
    asked_since: date
    due_from: date | None
    due_to: date | None
    oldest: date | None
    newest: date | None


class DealsTaken(Given):
    """What became of each deal, in the order in which they were sent. `forecast`: for a token for tests, what mail they
    would cause; null where they were taken in.
    """

    results: list[DealTaken]
    forecast: MailForecast | None = None


class DealsAsked(Shape):
    """Which deals a list has; all that is given holds."""

    status: DealStep | None = Field(None, description="Those that have come so far.")
    without: DealStep | None = Field(None, description="Those that have not come so far.")
    trouble: DealTrouble | None = Field(
        None, description="Those about which somebody may have to do something."
    )
    product: Annotated[str, Field(max_length=LONGEST)] = ""
    team: Annotated[str, Field(max_length=LONGEST)] = ""
    sold_from: Day | None = None
    sold_until: Day | None = None
    after: str | None = Field(None, max_length=64, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=MOST_PER_PAGE)] = 50


class DealListedOut(Given):
    """A deal in a list."""

    deal_id: str
    customer_name: str
    product: str
    team: str
    salesperson: str
    sold_on: date
    delivery_planned_on: date | None
    delivered_on: date | None
    cancelled: bool
    by_letter: bool
    asked: bool
    answered: bool
    answered_after: bool


class DealsOut(Given):
    """A page of deals, the last sold first. `next` is None at the end; a page may be shorter than its limit before."""

    deals: list[DealListedOut]
    next: str | None


class MailOut(Given):
    """One mail or letter about a deal. `since`: when it came into its state, or is due where it waits."""

    number: int
    kind: str
    wave: Wave | None
    state: MessageState
    since: datetime
    sent_at: datetime | None


class InvitationsOut(Given):
    """How far the surveys of a deal are, and its mail."""

    surveys: list[SurveyState]
    mails: list[MailOut]


class WaveIn(Shape):
    """Which of the two surveys."""

    wave: Wave


class MailAgain(Shape):
    """Which mail."""

    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
