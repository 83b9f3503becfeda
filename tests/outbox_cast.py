"""A small company with deals, for every test in which mail goes out."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from kloof import storage
from kloof.actions.mailing import invite
from kloof.config import Company, Mail, Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.access import people
from kloof.storage.deals import deals
from kloof.storage.surveys import versions
from mail_cast import NOON as NOON

ALWAYS = {"hours": (0, 24), "weekdays": (1, 2, 3, 4, 5, 6, 7), "holidays": ""}
SELLER = "eva@warmtehuis.example"


def both(words: str) -> dict[str, str]:
    return {"nl": f"{words} (nl)", "en": f"{words} (en)"}


def survey(**changes: Any) -> Survey:
    aspects = [
        {
            "id": name,
            "name": both(name),
            "at_sale": both(f"What of {name}?"),
            "after_delivery": both(f"How was {name}?"),
        }
        for name in ("lead-time", "price", "quality")
    ]
    scale = {"low": 0, "high": 10, "low_label": both("poor"), "high_label": both("excellent")}
    facts = {
        "id": "installation",
        "version": 1,
        "title": both("Installation"),
        "scale": scale,
        "aspects": aspects,
    }
    return Survey.model_validate(
        facts | {"timing": {"first_after_days": 0, "second_after_days": 0}} | changes
    )


def company(folder: Path, **mail: Any) -> Settings:
    return Settings(
        folder=folder,
        company=Company(name="Warmtehuis"),
        mail=Mail(**(ALWAYS | mail)),
        secret_key="a key that is long enough for a test",
        database_url="sqlite:///unused",
        base_url="https://feedback.warmtehuis.example",
        mail_from="feedback@warmtehuis.example",
    )


def line(number: int = 1, **changes: Any) -> DealLine:
    facts = DealLine(
        deal_id=f"D-{number}",
        customer_name=f"Customer {number}",
        customer_email=f"customer{number}@example.com",
        language="nl",
        salesperson_email=SELLER,
        team="Utrecht",
        region="Midden",
        product="Warmtepomp",
        survey="installation",
        sold_on=date(2026, 9, 14),
    )
    return replace(facts, **changes)


def sell(settings: Settings, deal: DealLine, *, now: datetime = NOON, about: Survey | None = None) -> Deal:
    """A deal with its first invitation, in one transaction, as an import does it."""
    asked = about or survey()
    with storage.transaction():
        put = deals.put(deal, *seller_and_version(asked, now), now)
        invite.invite(settings, put, asked, Wave.SALE, now)
    return put


def seller_and_version(about: Survey, now: datetime) -> tuple[int, int]:
    """The rows that every sale needs: somebody who sells, and the survey that is in force."""
    people.put(SELLER, "Eva Bakker", Role.SALESPERSON, "Utrecht", now)
    seller = people.by_email(SELLER)
    assert seller
    return seller.id, versions.record(about, now)


def deliver(settings: Settings, deal: Deal, on: date, *, now: datetime, about: Survey | None = None) -> Deal:
    with storage.transaction():
        deals.set_delivered(deal.id, on)
        done = replace(deal, delivered_on=on)
        invite.invite(settings, done, about or survey(), Wave.DELIVERY, now)
    return done


class Clock:
    """A clock that tests set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now
