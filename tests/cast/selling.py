"""A small company with deals, for every test in which mail goes out."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cast import builders
from cast.builders import ALWAYS, settings
from cast.mails import NOON as NOON
from kloof import storage
from kloof.actions.mailing import invite
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.access import people
from kloof.storage.deals import deals
from kloof.storage.surveys import versions

SELLER = "eva@warmtehuis.example"


def survey(**changes: Any) -> Survey:
    """The survey of the cast, of which both waves are asked at once, with these changes."""
    at_once = {"timing": {"first_after_days": 0, "second_after_days": 0}}
    return Survey.model_validate(builders.survey().model_dump() | at_once | changes)


def company(folder: Path, **mail: Any) -> Settings:
    """A company that sends mail at any hour, unless `mail` says otherwise."""
    return settings(
        "sqlite:///unused",
        folder,
        mail=ALWAYS | mail,
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
        survey="project",
        sold_on=date(2026, 9, 14),
    )
    return replace(facts, **changes)


def sell(settings: Settings, deal: DealLine, *, now: datetime = NOON, about: Survey | None = None) -> Deal:
    """A deal with its first invitation, in one transaction, as an import does it."""
    asked = about or survey()
    with storage.transaction():
        put = deals.put(deal, *seller_and_version(asked, now), now)
        invite.invite(settings, put, asked, Wave.SALE, now, anew=True)
    return put


def seller_and_version(about: Survey, now: datetime) -> tuple[int, int]:
    """The rows that every sale needs: somebody who sells, and the survey that is in force."""
    people.put(SELLER, "Eva Bakker", {Role.SALESPERSON}, "Utrecht", now)
    seller = people.by_email(SELLER)
    assert seller
    return seller.id, versions.record(about, now)


def deliver(settings: Settings, deal: Deal, on: date, *, now: datetime, about: Survey | None = None) -> Deal:
    with storage.transaction():
        deals.set_delivered(deal.id, on)
        done = replace(deal, delivered_on=on)
        invite.invite(settings, done, about or survey(), Wave.DELIVERY, now, anew=True)
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
