"""The pages about calls in a real browser: of whoever calls, of the desk, and of the customer who is asked."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast.builders import NOW, deal, person
from cast.calls import SANNE, answers, chooses, company
from instruments.looks import judged
from instruments.pages import axe_violations, follow, html_errors, served, sign_in
from kloof.actions.staff import calls
from kloof.config import Settings
from kloof.domain.access.people import Person, Role
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Consent
from kloof.domain.surveys.responses import PromiseOutcome as PromiseOutcome
from kloof.storage.access import people
from kloof.storage.models import Call, Deal
from kloof.web import create_app

NewPage = Callable[..., Page]
DESK = "Noor Desk"
WITH_FORM = {"late", "is-it-solved"}
"""Pages that say what is wrong when nothing was filled in."""
LOOKS = [(360, "light", "nl-NL"), (1280, "dark", "en-GB")]

pytestmark = pytest.mark.browser


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path)


@pytest.fixture
def app(house: Settings) -> Flask:
    return create_app(house, clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def paths(house: Settings) -> dict[str, tuple[str, Person | None]]:
    """Name → (path, who opens it), for every page and every way it can look."""
    sanne, desk = people.by_id(person()), people.by_id(person(DESK, Role.DESK))
    assert sanne
    assert desk
    late = answers(house, received=2, outcome=PromiseOutcome.BROKEN)
    Call.update(due_on=(NOW - timedelta(days=2)).date()).execute()
    wish, asked, done = answers(house, consent=Consent.TOTALS), answers(house), answers(house)
    chooses(house, wish, wants_call=True)
    calls.record(house, sanne, late.deal_id, CallOutcome.NOT_REACHED, "Ingesproken op de voicemail.", NOW)
    links = {}
    for built in (asked, done):
        calls.record(house, sanne, built.deal_id, CallOutcome.SOLVED, "Monteur gestuurd.", NOW)
        salt = bytes(Call.get(Call.deal == built.row).link_salt)
        links[built.deal_id] = token(house.secret_key, Purpose.SOLVED, salt)
    calls.answer(house, links[done.deal_id], is_solved=True, words="Dank u wel.", now=NOW)
    for seller, changed in (("Anna", 12), ("Zeb", 0), ("Yde", 0)):
        rows = [deal(seller=person(seller)).row for _ in range(25)]
        Deal.update(added_at=NOW - timedelta(days=40)).where(Deal.id.in_(rows)).execute()
        Deal.update(address_changed_at=NOW).where(Deal.id.in_(rows[:changed])).execute()
    without_consent = house.model_copy(update={"works_council_consent": None})
    chooses(without_consent, answers(without_consent), wants_call=True)
    return {
        "calls": ("/calls", sanne),
        "late": (f"/calls/{late.deal_id}", sanne),
        "wish": (f"/calls/{wish.deal_id}", sanne),
        "made": (f"/calls/{done.deal_id}?saved", sanne),
        "desk": ("/desk", desk),
        "calls-at-desk": ("/calls", desk),
        "fair-play": ("/desk/fair-play", desk),
        "is-it-solved": (f"/solved/{links[asked.deal_id]}", None),
        "said-so": (f"/solved/{links[done.deal_id]}", None),
        "finish": (f"/s/{answers(house, received=8).tokens[Wave.DELIVERY]}?page=9", None),
    }


def arrive(page: Page, app: Flask, address: str, visitor: Person | None) -> None:
    """Be this colleague in this browser from now on, or a customer."""
    page.context.clear_cookies()
    if visitor:
        sign_in(page, app, address, visitor.name, visitor.role)


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage,
    app: Flask,
    address: str,
    paths: dict[str, tuple[str, Person | None]],
    width: int,
    scheme: str,
    locale: str,
    full: bool,
) -> None:
    page = new_page(width, scheme, locale)
    for name in judged(paths, LOOKS.index((width, scheme, locale)), full):
        path, visitor = paths[name]
        arrive(page, app, address, visitor)
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
        assert (name, axe_violations(page)) == (name, [])
        if name in WITH_FORM:
            follow(page, page.locator("main form button").last)
            assert page.locator(".error-summary").is_visible()
            assert (name, axe_violations(page)) == (name, [])


@pytest.mark.java
def test_the_html_is_valid(
    new_page: NewPage,
    app: Flask,
    address: str,
    paths: dict[str, tuple[str, Person | None]],
    tmp_path: Path,
    html_checker: None,
) -> None:
    page, html = new_page(), {}
    for name, (path, visitor) in paths.items():
        arrive(page, app, address, visitor)
        html[name] = page.request.get(address + path).text()
        if name in WITH_FORM:
            page.goto(address + path)
            html[f"{name}-wrong"] = follow(page, page.locator("main form button").last).text()
    assert html_errors(html, tmp_path) == []


def test_a_call_is_noted_by_keyboard_alone_without_scripts(
    new_page: NewPage, app: Flask, address: str, house: Settings
) -> None:
    built = answers(house)
    page = new_page(360, locale="en-GB", java_script_enabled=False)
    sign_in(page, app, address, SANNE, Role.SALESPERSON)
    page.goto(f"{address}/calls")
    _tab_to(page, lambda: f"/calls/{built.deal_id}" in str(page.locator(":focus").get_attribute("href")))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/calls/{built.deal_id}")
    _tab_to(page, lambda: page.locator(":focus").get_attribute("name") == "outcome")
    page.keyboard.press("Space")
    _tab_to(page, lambda: page.locator(":focus").get_attribute("id") == "note")
    page.keyboard.type("Sent a fitter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**?saved=")
    assert "Solved, we think" in page.inner_text("main")
    assert "Sent a fitter" in page.inner_text("main")


def _tab_to(page: Page, there: Callable[[], bool]) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if there():
            return
    raise AssertionError("it cannot be reached with the Tab key")
