"""A deal: as a line of the CRM gives it, and as it is kept."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote

from kloof.domain.deals.study_arms import Arm
from kloof.domain.surveys.definition import SurveyKey
from kloof.domain.text import Language

PRACTICES: tuple[str, ...] = (
    "joint_visit",
    "quote_checked",
    "exclusions_listed",
    "seller_on_site",
    "handover_document",
    "aftercare_call",
    "complaint",
)
"""What is tracked per deal, entered before R is known; a CSV column is the name with `_on` behind it."""


@dataclass(frozen=True, slots=True)
class DealLine:
    """One deal as the CRM gives it. E-mail addresses are lower case and trimmed; no address is an empty one.

    `customer_number` is the CRM's own number of the customer; `account` is the organisation for which they answer, and
    `domain.deals.accounts` says what stands in for it. `time_zone` is an IANA name, or empty for the company's.
    """

    deal_id: str
    customer_name: str
    customer_email: str
    language: Language
    salesperson_email: str
    team: str
    region: str
    product: str
    survey: str
    sold_on: date
    delivery_planned_on: date | None = None
    practices: dict[str, date] = field(default_factory=dict)
    customer_number: str = ""
    time_zone: str = ""
    account: str = ""

    @property
    def by_letter(self) -> bool:
        """Whether the customer is asked on paper, having no address."""
        return not self.customer_email


def in_path(deal_id: str) -> str:
    """The number of a deal as the end of a web address, percent-encoded (RFC 3986).

    A slash stays one, since many web servers refuse it encoded; it is encoded where they would fold the path.
    """
    folded = any(part in {"", ".", ".."} for part in deal_id.split("/"))
    return quote(deal_id, safe="" if folded else "/")


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as it is kept. `survey` is the version that was in force at sale, and so is its norm.

    `salesperson` sold it, and stays who did; `successor` has taken it over from them.
    `arm` is ASKED, or NOT_ASKED where a draw decided that there is no first survey.
    """

    id: int
    deal_id: str
    customer: int
    salesperson: int
    team: str
    region: str
    product: str
    survey: SurveyKey
    sold_on: date
    delivery_planned_on: date | None
    delivered_on: date | None
    by_letter: bool = False
    time_zone: str = ""
    cancelled_on: date | None = None
    arm: Arm = Arm.ASKED
    successor: int | None = None
