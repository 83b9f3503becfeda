"""All settings of an installation as one value."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kloof.config.field_types import THIS_MACHINE, is_this_machine
from kloof.config.secret_key import DEMO_KEY
from kloof.config.sections import (
    Calls,
    Company,
    Deals,
    Embed,
    Mail,
    Oidc,
    Publishing,
    Research,
    Retention,
    Section,
    Webhooks,
)
from kloof.domain.access.secret_key import weakness


class Settings(Section):
    """Everything that can be set. `folder` is where kloof.toml, surveys/ and site/ stand."""

    folder: Path
    company: Company = Company()
    mail: Mail = Mail()
    deals: Deals = Deals()
    publishing: Publishing = Publishing()
    research: Research = Research()
    calls: Calls = Calls()
    webhooks: Webhooks = Webhooks()
    embed: Embed = Embed()
    retention: Retention = Retention()
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
    metrics_token: Annotated[str, StringConstraints(pattern=r"^(|[!-~]{16,})$")] = ""
    log: Literal["text", "json"] = "text"
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    host: Annotated[str, StringConstraints(pattern=r"^[\w.-]{0,60}$")] = ""
    run: Literal["company", "demo"] = "company"
    clock_ahead: float = 0
    secret_key: str

    @field_validator("clock_ahead")
    @classmethod
    def _is_the_real_time(cls, seconds: float, known: ValidationInfo) -> float:
        if seconds and known.data.get("run") != "demo":
            raise PydanticCustomError("clock", "only the demo may say that it is another day; leave it out")
        return seconds

    @field_validator("database_url")
    @classmethod
    def _names_its_file(cls, url: str) -> str:
        scheme, _, file = url.partition(":")
        if scheme == "sqlite" and (not file.startswith("///") or not file.strip("/")):
            raise PydanticCustomError(
                "sqlite",
                "an address of SQLite has three strokes and then the file; write sqlite:///{file}",
                {"file": file.lstrip("/") or "instance/kloof.db"},
            )
        return url

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
        here = urlsplit(known.data.get("base_url", "")).hostname in THIS_MACHINE
        if key == DEMO_KEY and not (known.data.get("run") == "demo" and here):
            raise PydanticCustomError(
                "demo_key",
                "this is the key of the demo, which everybody knows. Leave the variable out and remove the file "
                "instance/secret_key: then kloof makes a key of your own",
            )
        if weak := weakness(key):
            raise PydanticCustomError(
                "weak_key",
                "this key could be guessed: it {weak}. Let a machine draw one: openssl rand -base64 48. Where a "
                "database has this one already, kloof db rekey replaces it",
                {"weak": weak},
            )
        return key

    @model_validator(mode="after")
    def _shows_nobody_what_is_for_colleagues(self) -> Self:
        if self.embed.origins and self.publishing.findings != "public":
            raise PydanticCustomError(
                "embedded",
                "embed.origins: whoever has the address of that page can open it, and publishing.findings is "
                '"signed in"; make the findings public, or take the origins out',
            )
        return self

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
    def customers_read_findings(self) -> bool:
        """Whether the findings are anywhere where a customer may read them."""
        return self.publishing.findings == "public" or self.publishing.site_address is not None

    @property
    def links_lead_here(self) -> bool:
        """Whether the links in mails open on this machine only, as with the default of KLOOF_BASE_URL."""
        return is_this_machine(urlsplit(self.base_url).hostname)

    def link(self, path: str) -> str:
        """The public address of a path of the web application."""
        return self.base_url.rstrip("/") + path
