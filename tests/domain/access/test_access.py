"""Who may see what, as a table that can be read."""

from dataclasses import replace
from datetime import date

import pytest

from kloof.domain.access.people import Person, Role
from kloof.domain.access.rules import leads, owns
from kloof.domain.deals.deals import Deal
from kloof.domain.surveys.definition import SurveyKey
from kloof.web.app.routes import DESK, LEAD, LINK, PUBLIC, SALES, STAFF, Rule, may_enter

OWNER = Person(1, "owner@firm.example", "Owner", frozenset({Role.SALESPERSON}))
COLLEAGUE = Person(2, "colleague@firm.example", "Colleague", frozenset({Role.SALESPERSON}))
DESK_WORKER = Person(3, "desk@firm.example", "Desk", frozenset({Role.DESK}))
DELIVERY_LEAD = Person(4, "lead@firm.example", "Lead", frozenset({Role.LEAD}), "Utrecht")
DEAL = Deal(
    7,
    "D-7",
    70,
    OWNER.id,
    "Utrecht",
    "Midden",
    "Warmtepomp",
    SurveyKey(id="s", version=1),
    date(2026, 3, 2),
    None,
    None,
)


@pytest.mark.parametrize(
    ("rule", "person", "passes"),
    [
        (PUBLIC, None, True),
        (LINK, None, True),
        (SALES, None, False),
        (SALES, OWNER, True),
        (SALES, DESK_WORKER, False),
        (DESK, DESK_WORKER, True),
        (DESK, OWNER, False),
        (LEAD, OWNER, False),
        (LEAD, DELIVERY_LEAD, True),
        (SALES, DELIVERY_LEAD, False),
        (STAFF, OWNER, True),
        (STAFF, None, False),
    ],
)
def test_a_door_opens_for_its_roles_and_for_nobody_else(
    rule: Rule, person: Person | None, passes: bool
) -> None:
    assert may_enter(rule, person) is passes


def test_a_deal_is_the_salespersons_who_sold_it_and_nobody_elses() -> None:
    assert owns(OWNER, DEAL)
    assert not owns(COLLEAGUE, DEAL)
    assert not owns(DESK_WORKER, DEAL)


def test_a_deal_is_read_by_the_lead_of_its_own_team_and_by_nobody_else() -> None:
    assert leads(DELIVERY_LEAD, DEAL)
    assert not leads(replace(DELIVERY_LEAD, team="Brabant"), DEAL)
    assert not leads(replace(OWNER, team="Utrecht"), DEAL)
    assert not leads(replace(DELIVERY_LEAD, team=""), replace(DEAL, team="")), "no team is no team"
