"""The company's own pages in a real browser: accessible, valid, usable by keyboard, at home on a phone."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from builders import NOW, BuiltDeal, deal, person, settings, survey
from kloof.actions import respond
from kloof.actions.published import Figures
from kloof.domain.gap import AspectGap
from kloof.domain.people import Consent, Role
from kloof.domain.responses import Changes, PromiseChange
from kloof.domain.surveys import Wave
from kloof.web import create_app
from pages import axe_violations, html_errors, served, sign_in

NewPage = Callable[..., Page]
BOTH = (Wave.SALE, Wave.DELIVERY)
LOOKS = [(360, "light", "nl-NL"), (1280, "dark", "en-GB")]

pytestmark = pytest.mark.browser


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    agreed = settings(database, tmp_path, works_council_consent=date(2026, 1, 15))
    return create_app(agreed, clock=lambda: NOW)


@pytest.fixture
def shut(database: str, tmp_path: Path) -> Flask:
    return create_app(settings(database, tmp_path), clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def cast() -> BuiltDeal:
    """Sanne with one customer who is named, six who count in totals only, and one who is silent."""
    for received in range(6):
        _answered(Consent.TOTALS, received)
    deal(seller=person())
    return _answered(Consent.NAMED, 6)


def _answered(consent: Consent, received: int) -> BuiltDeal:
    built = deal(survey(), seller=person(), waves=BOTH)
    promised = {0: PromiseChange(text="Klaar voor de zomer, ook als de onderdelen later komen", aspect="a1")}
    for wave, number in ((Wave.SALE, 8), (Wave.DELIVERY, received)):
        answers = {f"a{aspect}": number for aspect in (1, 2, 3)}
        said = Changes(answers=answers, consent=consent, comment="Fijn geholpen.", promises=promised)
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, submit=True)
    return built


def paths_of(built: BuiltDeal) -> dict[str, tuple[str, Role | None]]:
    """Name → (path, who opens it)."""
    return {
        "home": ("/", None),
        "sign-in": ("/sign-in", None),
        "spent-link": ("/sign-in/used", None),
        "nothing": ("/nothing-here", None),
        "letter": ("/k", None),
        "wrong-code": ("/k/ABC", None),
        "me": ("/me", Role.SALESPERSON),
        "deal": (f"/me/deals/{built.deal_id}", Role.SALESPERSON),
        "promise": ("/me/promise", Role.SALESPERSON),
        "promise-sheet": ("/me/promise?product=Heat+pump", Role.SALESPERSON),
        "desk": ("/desk", Role.DESK),
        "waiting": ("/desk/waiting", Role.DESK),
    }


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal, width: int, scheme: str, locale: str
) -> None:
    for name, (path, role) in paths_of(cast).items():
        page = new_page(width, scheme, locale)
        if role:
            sign_in(page, app, address, "Sanne de Vries" if role is Role.SALESPERSON else "Noor Desk", role)
        page.goto(address + path)
        assert (name, axe_violations(page)) == (name, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"


def test_axe_finds_nothing_where_the_form_has_errors_or_the_view_is_off(
    new_page: NewPage, app: Flask, shut: Flask, address: str
) -> None:
    page = new_page()
    page.goto(f"{address}/sign-in")
    page.locator("main button").click()
    assert page.locator(".error-summary").is_visible()
    assert axe_violations(page) == []
    with served(shut) as elsewhere:
        sign_in(page, shut, elsewhere, "Sanne de Vries", Role.SALESPERSON)
        page.goto(f"{elsewhere}/me")
        assert "ondernemingsraad" in page.inner_text("main")
        assert axe_violations(page) == []


@pytest.mark.java
def test_the_html_is_valid(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal, tmp_path: Path, html_checker: None
) -> None:
    pages = {}
    for name, (path, role) in paths_of(cast).items():
        page = new_page()
        if role:
            sign_in(page, app, address, "Sanne de Vries" if role is Role.SALESPERSON else "Noor Desk", role)
        answer = page.goto(address + path)
        assert answer
        pages[name] = answer.text()
    assert html_errors(pages, tmp_path) == []


def test_a_salesperson_gets_from_the_list_to_a_deal_and_out_again_by_keyboard(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page(1280, locale="en-GB", java_script_enabled=False)
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    page.goto(f"{address}/me")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    _tab_to(page, cast.deal_id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/me/deals/{cast.deal_id}")
    _tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    page.goto(f"{address}/me")
    assert page.url.endswith("/sign-in")


def _tab_to(page: Page, words: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == words:
            return
    raise AssertionError(f"{words!r} cannot be reached with the Tab key")


def test_no_page_asks_anything_of_another_host(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    for path in ("/", "/me", "/sign-in"):
        page.goto(address + path)
    assert [url for url in asked if not url.startswith(address)] == []


@pytest.mark.parametrize("path", ["/me", "/me/promise?product=Heat+pump"])
def test_on_paper_nothing_is_cut_off_and_nothing_to_press_is_left(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    means = {f"a{number}": AspectGap(f"a{number}", 8.4, 7.6, 7.0) for number in (1, 2, 3)}
    monkeypatch.setattr(
        "kloof.actions.published.company_figures", lambda *_: Figures(date(2026, 2, 1), 63, means)
    )
    page = new_page(718)  # A4 within its margins
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    page.goto(address + path)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.locator("button:visible, select:visible, nav:visible").count() == 0
    assert page.locator("h1").is_visible()
    assert len(page.pdf(format="A4")) > 10_000
