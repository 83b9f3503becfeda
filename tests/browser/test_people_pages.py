"""The people of the company in a real browser: axe, valid HTML, every width, and by keyboard without JavaScript."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast.builders import NOW, deal, person, settings
from instruments.pages import axe_violations, follow, html_errors, served, sign_in
from kloof import storage
from kloof.actions.access import api_tokens
from kloof.actions.webhooks import endpoints
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.domain.webhooks.endpoints import DeliveryState, EndpointKind, EndpointState
from kloof.domain.webhooks.events import CHOSEN
from kloof.storage.access import people
from kloof.storage.webhooks import endpoints as kept
from kloof.storage.webhooks import outbox
from kloof.web import create_app

NewPage = Callable[..., Page]
SANNE, NOOR = "Sanne de Vries", "Noor Desk"
LIST, TOKENS, WEBHOOKS = "/desk/people", "/desk/tokens", "/desk/webhooks"
LATER = NOW.date() + timedelta(days=90)
LOOKS = [(360, "light", "nl-NL"), (1280, "dark", "en-GB"), (1600, "light", "nl-NL")]

pytestmark = pytest.mark.browser


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    house = settings(database, tmp_path, deals={"teams": ("North", "South")})
    return create_app(house, clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def paths(app: Flask) -> list[str]:
    """Every page about people: of who stays, who will leave, who has left, and who is erased; and about tokens, which
    belong to one of them.
    """
    deal(seller=person(SANNE))
    person(NOOR, Role.DESK, also={Role.LEAD})
    will, left, erased = person("Bram de Wit"), person("Kim Vos"), person("Piet Smit")
    people.plan_leaving(will, date(2026, 3, 31), person(SANNE))
    for gone in (left, erased):
        people.leave(gone, NOW)
    people.erase(erased, "Oud-collega", NOW)
    noor, scopes = people.by_id(person(NOOR)), {Scope.DEALS, Scope.CUSTOMERS}
    assert noor
    api_tokens.make(
        app.extensions["kloof.settings"], "Deals from our CRM", TokenKind.WRITE, scopes, noor, LATER, NOW
    )
    house = app.extensions["kloof.settings"]
    for kind in (EndpointKind.STANDARD, EndpointKind.SLACK):
        endpoints.add(house, f"Our {kind}", kind, "https://crm.example/in", {*CHOSEN}, NOW)
    endpoints.send_ping(1, NOW)
    with storage.transaction():
        outbox.settle(1, "", DeliveryState.FAILED, 503, "<html>Service unavailable</html>", NOW, NOW)
        kept.set_state(2, EndpointState.DISABLED, "gone")
    return [
        TOKENS,
        WEBHOOKS,
        f"{WEBHOOKS}/1",
        f"{WEBHOOKS}/2",
        f"{LIST}?done=left",
        f"{LIST}/add",
        f"{LIST}/{will}",
        f"{LIST}/{left}",
        f"{LIST}/{will}/leave",
        f"{LIST}/{will}/data",
        f"{LIST}/{left}/data",
    ]


WITH_ERRORS = ("/add", "/data", TOKENS, WEBHOOKS)


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage, app: Flask, address: str, paths: list[str], width: int, scheme: str, locale: str
) -> None:
    page = new_page(width, scheme, locale)
    sign_in(page, app, address, NOOR, Role.DESK)
    for path in paths:
        answer = page.goto(address + path)
        assert answer
        assert (path, answer.status) == (path, 200)
        _is_well(page, path, width)
        if path.endswith(WITH_ERRORS) and page.locator("main form.stack button").count():
            follow(page, page.locator("main form.stack button").last)
            assert page.locator(".error-summary").is_visible(), path
            _is_well(page, f"{path}, wrong", width)


def _is_well(page: Page, name: str, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
    assert (name, axe_violations(page)) == (name, [])


@pytest.mark.java
def test_the_html_is_valid(
    new_page: NewPage, app: Flask, address: str, paths: list[str], tmp_path: Path, html_checker: None
) -> None:
    page = new_page()
    sign_in(page, app, address, NOOR, Role.DESK)
    html = {str(number): page.request.get(address + path).text() for number, path in enumerate(paths)}
    page.goto(f"{address}{LIST}/add")
    follow(page, page.locator("main form button"))
    html["wrong"] = page.content()
    page.goto(address + TOKENS)
    follow(page, page.locator("main form.stack button"))
    html["token-wrong"] = page.content()
    page.locator("#name").fill("Deals from our other CRM")
    page.locator("#scopes").check()
    follow(page, page.locator("main form.stack button"))
    assert page.locator("#secret").input_value()
    html["token-made"] = page.content()
    page.goto(address + WEBHOOKS)
    follow(page, page.locator("main form.stack button"))
    html["webhook-wrong"] = page.content()
    page.locator("#name").fill("Our other CRM")
    page.locator("#url").fill("https://crm.example/in")
    page.locator("#events").check()
    follow(page, page.locator("main form.stack button"))
    assert page.locator("#secret").input_value()
    html["webhook-made"] = page.content()
    assert html_errors(html, tmp_path) == []


def test_somebody_is_added_and_another_leaves_by_keyboard_without_javascript(
    new_page: NewPage, app: Flask, address: str
) -> None:
    person(SANNE)
    page = new_page(1280, locale="en-GB", java_script_enabled=False)
    sign_in(page, app, address, NOOR, Role.DESK)
    page.goto(address + LIST)
    _tab_to(page, "Add a colleague")
    page.keyboard.press("Enter")
    page.locator("#name").focus()
    for typed in ("Kim Vos", "kim@company.example"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    _tab_to(page, "Add")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/people?done=added")
    kim = people.by_email("kim@company.example")
    assert kim
    assert kim.roles == {Role.DESK}
    page.goto(f"{address}{LIST}/{person(SANNE)}/leave")
    _tab_to(page, f"Let {SANNE} leave")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/people?done=left")
    assert people.by_id(person(SANNE)) is None


def _tab_to(page: Page, words: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        # Not `:focus`: the parts of a field for a day have the focus, and it does not.
        if page.evaluate("document.activeElement.innerText?.trim()") == words:
            return
    raise AssertionError(f"No Tab leads to {words}")
