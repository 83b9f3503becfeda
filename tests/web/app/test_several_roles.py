"""Who has several roles opens the pages of each, and what they do is noted in the role in which they did it."""

from collections.abc import Set
from itertools import combinations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import NOW, deal, person, signed_in_as
from cast.calls import answers
from kloof.actions.access import people, sign_in
from kloof.actions.staff.leaving import leave
from kloof.actions.staff.open_calls import policy
from kloof.actions.surveys import respond
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.models import AuditEntry

FIRST_PAGES = {
    Role.DESK: "/desk",
    Role.SALESPERSON: "/me",
    Role.LEAD: "/handover",
    Role.READER: "/findings/",
}
SEVERAL = [frozenset(some) for size in range(1, 5) for some in combinations(Role, size)]


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["kloof.settings"] = app.extensions["kloof.settings"].model_copy(
        update={"works_council_consent": NOW.date()}
    )
    return app


def enter(app: Flask, roles: Set[Role], name: str = "Sanne de Vries") -> FlaskClient:
    first, *others = roles
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update(signed_in_as(person(name, first, also=set(others))))
    return browser


@pytest.mark.parametrize("roles", SEVERAL, ids=lambda roles: "+".join(sorted(roles)))
def test_each_page_opens_for_whoever_has_one_of_its_roles(app: Flask, roles: frozenset[Role]) -> None:
    browser = enter(app, roles)
    for role, path in FIRST_PAGES.items():
        if role is not Role.READER:
            assert browser.get(path).status_code == (200 if role in roles else 404), path


@pytest.mark.parametrize("roles", SEVERAL, ids=lambda roles: "+".join(sorted(roles)))
def test_whoever_signs_in_begins_at_the_first_page_of_the_first_of_their_roles(
    app: Flask, roles: frozenset[Role]
) -> None:
    house, browser = app.extensions["kloof.settings"], app.test_client()
    first, *others = roles
    number = person(role=first, also=set(others))
    who = people.people.by_id(number)
    assert who
    _, token = sign_in.mint(house, who, "", NOW, sign_in.LINK_LASTS)
    went = browser.post(f"/sign-in/{token}", data={"confirmed": "yes"})
    assert went.location == next(path for role, path in FIRST_PAGES.items() if role in roles)


def test_what_is_done_is_noted_in_the_role_of_the_page_on_which_it_was_done(app: Flask) -> None:
    house = app.extensions["kloof.settings"]
    browser = enter(app, {Role.DESK, Role.SALESPERSON, Role.LEAD})
    sold, called = deal(), answers(house)
    told = Changes(answers={"a1": 8, "a2": 8, "a3": 8}, consent=Consent.NAMED, shares_with_delivery=True)
    respond.save(respond.open_link(sold.tokens[Wave.SALE], NOW), told, NOW, policy(house), submit=True)
    for path in (f"/me/deals/{sold.deal_id}", f"/handover/{sold.deal_id}", f"/calls/{called.deal_id}"):
        assert browser.get(path).status_code == 200
    noted = [(row.what, row.role) for row in AuditEntry.select().order_by(AuditEntry.id) if row.person]
    assert noted == [
        ("feedback_read", "salesperson"),
        ("handover_read", "lead"),
        ("feedback_read", "salesperson"),
    ]


def test_who_is_at_the_desk_and_sells_has_the_calls_of_both_on_one_list(app: Flask) -> None:
    house, browser = app.extensions["kloof.settings"], enter(app, {Role.DESK, Role.SALESPERSON})
    person("Bram de Wit")
    leave(house, "bram.de.wit@company.example", NOW)
    mine, of_the_desk = answers(house), answers(house, seller="Bram de Wit", wants_call=True)
    of_somebody = answers(house, seller="Kim Vos")
    shown = browser.get("/calls").text
    links = [f'href="/calls/{built.deal_id}"' in shown for built in (mine, of_the_desk, of_somebody)]
    assert links == [True, True, False]
    assert browser.get(f"/calls/{of_somebody.deal_id}").status_code == 404


def test_roles_do_not_add_up_to_more_than_each_of_them_shows(app: Flask) -> None:
    theirs = deal(seller=person("Kim Vos"), team="South")
    browser = enter(app, frozenset(Role))
    for path in ("/me/deals/{}", "/handover/{}", "/calls/{}"):
        nothing = browser.get(path.format("D-nothing"))
        assert browser.get(path.format(theirs.deal_id)).data == nothing.data
