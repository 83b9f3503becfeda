"""The sections of kloof.toml as values, each setting with the range in which it makes sense."""

from datetime import date
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kloof.config.columns import Columns
from kloof.config.field_types import THIS_MACHINE, Address, Line, MailDomain, Name, Origin
from kloof.domain.access.people import Role
from kloof.domain.colour import nearest_readable
from kloof.domain.deals.study_arms import MOST
from kloof.domain.text import Language


class Section(BaseModel):
    """Settings that stand together; none of them can be changed, and none is there by an unknown name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Company(Section):
    """Whose kloof it is: the name on every mail and page, and the colour of its buttons."""

    name: Line = "Your company"
    language: Language = "nl"
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b6e69"
    logo: Path | None = None
    address: Line | None = None
    contact: Line | None = None

    @field_validator("accent")
    @classmethod
    def _can_be_read(cls, accent: str) -> str:
        nearest = nearest_readable(accent)
        if nearest != accent.lower():
            raise PydanticCustomError(
                "unreadable",
                "this colour is too light to be read as text or on a button (WCAG 2.2 AA wants a contrast of 4.5); "
                'the nearest that can be read is "{nearest}"',
                {"nearest": nearest},
            )
        return accent


class Mail(Section):
    """When and how often mail may go out."""

    reply_to: Line | None = None
    reminders_after_days: tuple[Annotated[int, Field(ge=1, le=90)], ...] = (4, 10)
    hours: tuple[Annotated[int, Field(ge=0, le=23)], Annotated[int, Field(ge=1, le=24)]] = (9, 18)
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    time_zone: Line = "Europe/Amsterdam"
    holidays: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = "NL"
    most_per_day: Annotated[int, Field(ge=1, le=100)] = 1
    most_per_month: Annotated[int, Field(ge=1, le=100)] = 4
    most_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    first_waits_days: Annotated[int, Field(ge=1, le=365)] = 30
    bounce_address: Address | None = None
    dkim_selector: Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,63}$")] | None = None
    dkim_key: Path | None = None
    late_after_minutes: Annotated[int, Field(ge=1, le=10_080)] = 30
    ca_file: Path | None = None

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError('is not a time zone; write one like "Europe/Amsterdam"') from None
        return name

    @model_validator(mode="after")
    def _can_ever_send(self) -> Self:
        if self.hours[0] >= self.hours[1]:
            raise ValueError(f"hours: closes at {self.hours[1]}, before it opens at {self.hours[0]}")
        if self.most_per_day > self.most_per_month:
            raise ValueError(f"most_per_day: {self.most_per_day} is more than most_per_month allows")
        if not self.weekdays:
            raise ValueError("weekdays: without a weekday no mail could ever go out")
        if tuple(sorted(set(self.reminders_after_days))) != self.reminders_after_days:
            raise ValueError("reminders_after_days: each must be later than the one before")
        if (self.dkim_key is None) != (self.dkim_selector is None):
            raise ValueError("dkim_key and dkim_selector belong together: set both, or neither")
        return self


class Deals(Section):
    """The names that a deal may carry; an empty list takes every name. At whose mail domains strangers meet. And after
    how many days a sale or a delivery is history, about which nobody is asked any more.
    """

    teams: tuple[Name, ...] = ()
    regions: tuple[Name, ...] = ()
    products: tuple[Name, ...] = ()
    mail_providers: tuple[MailDomain, ...] = ()
    history_after_days: Annotated[int, Field(ge=1, le=3650)] = 60
    columns: Columns = Field(default={}, validate_default=True)


class Publishing(Section):
    """Thresholds of disclosure control. k is never below 10; m is lower only with recorded consent."""

    k: Annotated[int, Field(ge=10, le=1000)] = 10
    m: Annotated[int, Field(ge=1, le=100)] = 3
    smaller_m_agreed_on: date | None = None
    approvals: Annotated[int, Field(ge=1, le=2)] = 1
    least_gap: Annotated[float, Field(gt=0, le=5)] = 0.5
    findings: Literal["public", "signed in"] = "public"
    site_address: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+(/[^\s]*)?$")] | None = None


class Embed(Section):
    """Whose pages may show *before you promise* in a frame; nobody's, unless they are named."""

    origins: tuple[Origin, ...] = ()


class Research(Section):
    """What kloof finds out about the asking itself. Off by default: each deal left out is a pair less."""

    share_without_first_survey: float = 0

    @field_validator("share_without_first_survey")
    @classmethod
    def _leaves_enough_pairs(cls, share: float) -> float:
        if not 0 <= share <= MOST:
            raise PydanticCustomError(
                "share",
                "must lie between 0 and {most}, since every deal left out is a pair less; write 0.15 for 15 in 100 "
                "deals, or 0 to ask everybody",
                {"most": MOST},
            )
        return share


class Calls(Section):
    """Calls to customers."""

    due_in_working_days: Annotated[int, Field(ge=1, le=30)] = 3


class Webhooks(Section):
    """Where events may be sent. Without `allowed_networks` only to addresses of the public internet."""

    http: bool = False
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None


class Retention(Section):
    """After how many months kloof forgets something by itself; nothing, unless it is said."""

    answer_months: Annotated[int, Field(ge=12, le=240)] | None = None
    name_months: Annotated[int, Field(ge=12, le=240)] | None = None
    audit_months: Annotated[int, Field(ge=12, le=240)] | None = None
    mail_months: Annotated[int, Field(ge=6, le=240)] | None = None


class Oidc(Section):
    """Signing in at the company's own provider (OpenID Connect) in place of a mailed link."""

    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = None
    client_id: Line | None = None
    groups_claim: Line = "groups"
    team_claim: Line | None = None
    tells_email_verified: bool = True
    roles: dict[str, Role] = Field(default={})

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str | None) -> str | None:
        if issuer and not issuer.startswith("https://") and urlsplit(issuer).hostname not in THIS_MACHINE:
            raise ValueError("must begin with https://; only a provider on this machine may do without")
        return issuer

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.issuer is None) != (self.client_id is None):
            raise ValueError("issuer and client_id belong together: set both, or neither")
        if self.issuer and not self.roles:
            raise ValueError(
                'roles: without a group nobody could sign in; write roles = { "sales" = "salesperson" }'
            )
        return self

    @property
    def is_on(self) -> bool:
        return self.issuer is not None
