"""The desk's pages of deals in a real browser: accessible, valid, and walked by keyboard without JavaScript."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast.builders import ALWAYS, NOW, settings
from cast.selling import line, sell
from instruments.pages import axe_violations, follow, html_errors, served, sign_in
from kloof.actions.mailing.worker import work_once
from kloof.domain.access.people import Role
from kloof.mail.transport import Memory
from kloof.storage.models import Deal, Message
from kloof.web import create_app

NewPage = Callable[..., Page]
LOOKS = [(360, "light", "nl-NL"), (1280, "dark", "en-GB")]
PATHS = {
    "list": "/desk/deals",
    "overdue": "/desk/deals?state=overdue",
    "found": "/desk/deals?q=customer",
    "nothing found": "/desk/deals?q=nobody",
    "none like that": "/desk/deals?state=cancelled",
    "deal": "/desk/deal/2026/0401",
    "deal, done": "/desk/deal/2026/0402?done=delivered",
    "facts": "/desk/deal-facts/2026/0401",
    "erasure": "/desk/deal-erasure/2026/0401",
    "not there": "/desk/deal/2026/9999",
}

pytestmark = pytest.mark.browser


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    house = settings(database, tmp_path, mail=ALWAYS, run="demo")
    for number in (1, 2, 3):
        facts = line(number, deal_id=f"2026/040{number}", sold_on=NOW.date() - timedelta(days=30 + number))
        sell(house, facts, now=NOW)
    work_once(house, Memory(), lambda: NOW)
    Deal.update(delivery_planned_on=NOW.date() - timedelta(days=5)).execute()
    first = Message.get()
    Message.update(state="bounced", last_reply="550 5.1.1 no such user").where(
        Message.id == first.id
    ).execute()
    return create_app(house, clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


def at_the_desk(page: Page, app: Flask, address: str) -> Page:
    sign_in(page, app, address, "Noor Desk", Role.DESK)
    return page


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage, app: Flask, address: str, width: int, scheme: str, locale: str
) -> None:
    page = at_the_desk(new_page(width, scheme, locale), app, address)
    for name, path in PATHS.items():
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert (name, axe_violations(page)) == (name, [])


def test_axe_finds_nothing_where_something_is_wrong_and_where_an_edit_is_shown_first(
    new_page: NewPage, app: Flask, address: str
) -> None:
    page = at_the_desk(new_page(360), app, address)
    page.goto(f"{address}/desk/deal-facts/2026/0401")
    page.fill("#address", "jan@@home")
    follow(page, page.locator("main form button"))
    assert page.locator(".error-summary").is_visible()
    assert axe_violations(page) == []
    page.fill("#address", "jan@new.example")
    follow(page, page.locator("main form button"))
    assert "jan@new.example" in page.inner_text("main ul")
    assert axe_violations(page) == []
    page.goto(f"{address}/desk/deals?state=overdue")
    follow(page, page.locator("form.over button"))
    assert page.locator(".error-summary").is_visible()
    assert axe_violations(page) == []
    page.locator("input[name=deal]").first.check()
    page.fill("#delivered_on", (NOW.date() - timedelta(days=5)).isoformat())
    follow(page, page.locator("form.over button"))
    assert axe_violations(page) == []


@pytest.mark.java
def test_the_html_is_valid(
    new_page: NewPage, app: Flask, address: str, tmp_path: Path, html_checker: None
) -> None:
    page = at_the_desk(new_page(), app, address)
    html = {name: page.request.get(address + path).text() for name, path in PATHS.items()}
    page.goto(f"{address}/desk/deal-facts/2026/0401")
    page.fill("#account", "Radboud")
    follow(page, page.locator("main form button"))
    html["confirm"] = page.content()
    assert html_errors(html, tmp_path) == []


def test_a_deal_is_found_mended_and_delivered_by_keyboard_without_javascript(
    new_page: NewPage, app: Flask, address: str
) -> None:
    page = at_the_desk(new_page(1280, locale="en-GB", java_script_enabled=False), app, address)
    page.goto(f"{address}/desk")
    page.locator("#q").focus()
    page.keyboard.type("customer 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/deals?q=customer**")
    _press(page, "2026/0401", "**/desk/deal/2026/0401")
    _press(page, "Edit the facts", "**/desk/deal-facts/2026/0401")
    page.locator("#address").fill("jan@new.example")
    _press(page, "Go on", "**/desk/deal-facts/2026/0401")
    _press(page, "Change it", "**/desk/deal/2026/0401?done=changed")
    assert "The change is kept." in page.inner_text("main")
    _tab_to(page, "Delivered")
    page.keyboard.press("Enter")
    page.locator("#delivered_on").fill((NOW.date() - timedelta(days=5)).isoformat())
    _press(page, "Mark as delivered", "**?done=delivered")
    row = Deal.get(Deal.deal_id == "2026/0401")
    assert (row.customer.email, row.delivered_on) == ("jan@new.example", NOW.date() - timedelta(days=5))


def _press(page: Page, words: str, onto: str) -> None:
    _tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url(onto)


def _tab_to(page: Page, words: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(":focus").count() and page.locator(":focus").inner_text().strip() == words:
            return
    raise AssertionError(f"no way by Tab to {words}")
