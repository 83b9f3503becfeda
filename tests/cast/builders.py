"""A fixed cast for the tests: a survey, a seller, and customers with deals and links that open."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from kloof import storage
from kloof.actions.access import sign_in
from kloof.actions.staff import weekly
from kloof.config import Settings
from kloof.domain.access import tokens as links
from kloof.domain.access.people import Role
from kloof.domain.mailing.schedule import SendingHours
from kloof.domain.staff.calls import CallPolicy
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.access import people
from kloof.storage.models import Customer, Deal, Invitation, Person, WeeklyWish
from kloof.storage.surveys import versions

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SECRET = "a secret key for tests, and nothing else"  # long enough, and worth nothing
ANY_HOUR = SendingHours(0, 24, frozenset(range(1, 8)), ZoneInfo("Europe/Amsterdam"))
ALWAYS = {"hours": (0, 24), "weekdays": (1, 2, 3, 4, 5, 6, 7), "holidays": ""}
"""The settings of a company that sends mail at any hour."""
CALLS = CallPolicy(by_salespeople=False, hours=ANY_HOUR, due_in=3)
"""Of a company whose works council was not asked: a call opens only for who asks for one."""
_numbers = count(1)


def settings(database_url: str, folder: Path, **more: object) -> Settings:
    """Settings of a company in an empty folder."""
    return Settings.model_validate(
        {
            "folder": folder,
            "secret_key": SECRET,
            "database_url": database_url,
            "company": {"name": "Warmtehuis"},
        }
        | more
    )


def text(words: str) -> dict[str, str]:
    """A text whose language shows: the Dutch one ends in (nl)."""
    return {"nl": f"{words} (nl)", "en": words}


@cache
def survey(
    aspects: int = 3, *, core: int | None = None, high: int = 10, version: int = 1, norm: float = 7
) -> Survey:
    """A pair with aspects a1, a2 … of which the first `core` are (all, unless said), and `again` as overall item."""
    core = aspects if core is None else core
    return Survey.model_validate(
        {
            "id": "project",
            "version": version,
            "title": text("Project"),
            "scale": {
                "low": 0,
                "high": high,
                "low_label": text("very poor"),
                "high_label": text("excellent"),
            },
            "aspects": [
                {
                    "id": f"a{number}",
                    "name": text(f"Aspect {number}"),
                    "at_sale": text(f"How good will aspect {number} be?"),
                    "after_delivery": text(f"How good was aspect {number}?"),
                    "norm": norm,
                    "core": number <= core,
                }
                for number in range(1, aspects + 1)
            ],
            "overall": [
                {
                    "id": "again",
                    "name": text("Again"),
                    "question": text("Would you buy from us again?"),
                    "low_label": text("certainly not"),
                    "high_label": text("certainly"),
                }
            ],
        }
    )


@dataclass
class BuiltDeal:
    """A deal in the database, with the tokens of its links by wave."""

    row: int
    deal_id: str
    email: str
    tokens: dict[Wave, str] = field(default_factory=dict)
    opt_out_tokens: dict[Wave, str] = field(default_factory=dict)
    invitations: dict[Wave, int] = field(default_factory=dict)


def person(
    name: str = "Sanne de Vries",
    role: Role = Role.SALESPERSON,
    team: str = "North",
    *,
    also: Set[Role] = frozenset(),
) -> int:
    """Somebody of the company, in one role or `also` in others; gives the row id, the same one for the same name."""
    email = f"{name.lower().replace(' ', '.')}@company.example"
    row, roles = Person.get_or_none(Person.email == email), people.packed({role} | also)
    return int((row or Person.create(email=email, name=name, roles=roles, team=team, added_at=NOW)).id)


def signed_in_as(number: int, at: datetime = NOW) -> dict[str, object]:
    """What the cookie of a browser holds in which this person (row id) signs in at this moment."""
    found = people.by_id(number)
    assert found
    return {"_user_id": sign_in.begin_session(found, at), "_fresh": True, "seen": int(at.timestamp())}


def weekly_link(house: Settings, number: int) -> str:
    """This colleague (row id) chooses the weekly mail; gives the path of the link that stops it."""
    found = people.by_id(number)
    assert found
    weekly.choose(house, found, NOW, wanted=True)
    salt = bytes(WeeklyWish.get(WeeklyWish.person == number).link_salt)
    return f"/weekly/{links.token(house.secret_key, links.Purpose.WEEKLY, salt)}"


def deal(
    of: Survey | None = None,
    *,
    seller: int | None = None,
    email: str | None = None,
    waves: tuple[Wave, ...] = (Wave.SALE,),
    language: str = "nl",
    sold_on: date = date(2026, 2, 25),
    **facts: object,
) -> BuiltDeal:
    """A deal with a customer of its own (or the one with this address), invited for these waves; facts: its columns."""
    number = next(_numbers)
    known = {"name": f"Customer {number}", "language": language}
    with storage.transaction():
        if email is None:
            email = f"customer{number}@example.net"
            customer = Customer.create(email=email, **known)
        else:
            customer = Customer.get_or_none(Customer.email == email) or Customer.create(email=email, **known)
        row = Deal.create(
            **{
                "deal_id": f"BUILT-{number}",
                "customer": customer,
                "customer_name": f"Customer {number}",
                "customer_language": language,
                "salesperson": seller or person(),
                "team": "North",
                "region": "East",
                "product": "Heat pump",
                "survey_version": versions.record(of or survey(), NOW),
                "sold_on": sold_on,
                "delivered_on": date(2026, 2, 27) if Wave.DELIVERY in waves else None,
                "added_at": NOW,
            }
            | facts
        )
        built = BuiltDeal(row.id, row.deal_id, email)
        for wave in waves:
            invite(built, wave)
    return built


def invite(built: BuiltDeal, wave: Wave, state: InvitationState = InvitationState.INVITED) -> str:
    """Invite the customer of a deal for a wave; gives the token of the link."""
    salt = links.new_salt()
    token = links.token(SECRET, links.Purpose.SURVEY, salt)
    opt_out = links.token(SECRET, links.Purpose.OPT_OUT, salt)
    built.invitations[wave] = Invitation.create(
        deal=built.row,
        wave=wave.value,
        state=state.value,
        link_salt=salt,
        link_fingerprint=links.fingerprint(token),
        opt_out_fingerprint=links.fingerprint(opt_out),
        invite_on=NOW.date(),
        expires_at=NOW + timedelta(days=45),
        created_at=NOW,
    ).id
    built.tokens[wave] = token
    built.opt_out_tokens[wave] = opt_out
    return token
