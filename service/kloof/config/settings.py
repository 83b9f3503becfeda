"""The settings as values, each with the range in which it makes sense."""

from contextlib import suppress
from datetime import date, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kloof.config.field_types import Address, Line, MailDomain, Name
from kloof.config.secret_key import DEMO_KEY
from kloof.domain.access.people import Role
from kloof.domain.access.secret_key import weakness
from kloof.domain.colour import nearest_readable
from kloof.domain.deals.study_arms import MOST
from kloof.domain.text import Language

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def is_this_machine(host: str | None) -> bool:
    """Whether a host is the machine that asks: by its whole name, and any address that never leaves it."""
    if host in _THIS_MACHINE:
        return True
    with suppress(ValueError):
        return ip_address(host or "").is_loopback
    return False


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Company(_Section):
    """Whose kloof it is: the name on every mail and page, and the colour of its buttons."""

    name: Line = "Your company"
    language: Language = "nl"
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b6e69"
    logo: Path | None = None
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


class Mail(_Section):
    """When and how often mail may go out."""

    reply_to: Line | None = None
    reminders_after_days: tuple[Annotated[int, Field(ge=1, le=90)], ...] = (4, 10)
    hours: tuple[Annotated[int, Field(ge=0, le=23)], Annotated[int, Field(ge=1, le=24)]] = (9, 18)
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    time_zone: Line = "Europe/Amsterdam"
    holidays: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = "NL"
    most_per_day: Annotated[int, Field(ge=1, le=100)] = 1
    most_per_month: Annotated[int, Field(ge=1, le=100)] = 4
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


class Deals(_Section):
    """The names that a deal may carry; an empty list takes every name. And at whose mail domains strangers meet."""

    teams: tuple[Name, ...] = ()
    regions: tuple[Name, ...] = ()
    products: tuple[Name, ...] = ()
    mail_providers: tuple[MailDomain, ...] = ()


class Publishing(_Section):
    """Thresholds of disclosure control. k is never below 10; m is lower only with recorded consent."""

    k: Annotated[int, Field(ge=10, le=1000)] = 10
    m: Annotated[int, Field(ge=1, le=100)] = 3
    smaller_m_agreed_on: date | None = None
    least_gap: Annotated[float, Field(gt=0, le=5)] = 0.5
    site_address: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+(/[^\s]*)?$")] | None = None


class Research(_Section):
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


class Calls(_Section):
    """Calls to customers."""

    due_in_working_days: Annotated[int, Field(ge=1, le=30)] = 3


class Oidc(_Section):
    """Signing in at the company's own provider (OpenID Connect) in place of a mailed link."""

    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = None
    client_id: Line | None = None
    groups_claim: Line = "groups"
    tells_email_verified: bool = True
    roles: dict[str, Role] = Field(default={})

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str | None) -> str | None:
        if issuer and not issuer.startswith("https://") and urlsplit(issuer).hostname not in _THIS_MACHINE:
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


class Settings(_Section):
    """Everything that can be set. `folder` is where kloof.toml, surveys/ and site/ stand."""

    folder: Path
    company: Company = Company()
    mail: Mail = Mail()
    deals: Deals = Deals()
    publishing: Publishing = Publishing()
    research: Research = Research()
    calls: Calls = Calls()
    oidc: Oidc = Oidc()
    works_council_consent: date | None = None
    key_is_lasting: bool = True
    database_url: str
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+(/[^\s]*)?$")] = (
        "http://localhost:8000"
    )
    smtp_url: str = "folder:instance/mail"
    mail_from: str = ""
    bounces_url: str = ""
    oidc_secret: str = ""
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    run: Literal["company", "demo"] = "company"
    clock_ahead: float = 0
    secret_key: str

    @field_validator("clock_ahead")
    @classmethod
    def _is_the_real_time(cls, seconds: float, known: ValidationInfo) -> float:
        if seconds and known.data.get("run") != "demo":
            raise PydanticCustomError("clock", "only the demo may say that it is another day; leave it out")
        return seconds

    @field_validator("base_url", "smtp_url", "bounces_url")
    @classmethod
    def _can_be_taken_apart(cls, url: str) -> str:
        try:
            _ = urlsplit(url).port
        except ValueError as error:
            raise PydanticCustomError(
                "address",
                "this is no address that can be read: {why}. Write [ ] only around an IPv6 address, and a number "
                "behind the last colon",
                {"why": str(error)},
            ) from None
        return url

    @field_validator("base_url")
    @classmethod
    def _is_a_root(cls, url: str) -> str:
        place = urlsplit(url)
        if place.path.strip("/") or place.query or place.fragment:
            raise PydanticCustomError(
                "base_url",
                "kloof lives at the root of a name of its own, and forms under a path would lose what is typed in "
                'them; leave out what stands behind "{root}"',
                {"root": f"{place.scheme}://{place.netloc}"},
            )
        return url

    @field_validator("secret_key")
    @classmethod
    def _is_secret(cls, key: str, known: ValidationInfo) -> str:
        here = urlsplit(known.data.get("base_url", "")).hostname in _THIS_MACHINE
        if key == DEMO_KEY and not (known.data.get("run") == "demo" and here):
            raise PydanticCustomError(
                "demo_key",
                "this is the key of the demo, which everybody knows. Leave the variable out and remove the file "
                "instance/secret_key: then kloof makes a key of your own",
            )
        if weak := weakness(key):
            raise PydanticCustomError(
                "weak_key",
                "this key could be guessed: it {weak}. Let a machine draw one: openssl rand -base64 48",
                {"weak": weak},
            )
        return key

    @property
    def surveys_folder(self) -> Path:
        return self.folder / "surveys"

    @property
    def site_folder(self) -> Path:
        return self.folder / "site"

    @property
    def built_site(self) -> Path:
        return self.folder / "build" / "site"

    @property
    def releases_folder(self) -> Path:
        return self.site_folder / "findings" / "releases"

    @property
    def is_demo(self) -> bool:
        return self.run == "demo"

    def today(self, now: datetime) -> date:
        """The date on the company's own calendar at this moment."""
        return now.astimezone(ZoneInfo(self.mail.time_zone)).date()

    @property
    def findings_address(self) -> str:
        """Where customers read the findings: the site's own address, or under kloof itself."""
        return self.publishing.site_address or self.link("/findings/")

    @property
    def links_lead_here(self) -> bool:
        """Whether the links in mails open on this machine only, as with the default of KLOOF_BASE_URL."""
        return is_this_machine(urlsplit(self.base_url).hostname)

    def link(self, path: str) -> str:
        """The public address of a path of the web application."""
        return self.base_url.rstrip("/") + path
