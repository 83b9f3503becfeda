"""Before a promise in a real browser: chips that answer at once or by a button, and one page to take along."""

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cast.builders import CALLS, NOW, deal, person, settings, survey
from instruments.pages import axe_violations, served, sign_in, wrong_on_a_phone
from kloof.actions.staff.published import Figures
from kloof.actions.surveys import respond
from kloof.domain.access.people import Role
from kloof.domain.staff.calibration import PublishedShares
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.models import Deal
from kloof.web import create_app

NewPage = Callable[..., Page]
SHEET = "/me/promise?product=Heat+pump"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    return create_app(
        settings(database, tmp_path, works_council_consent=date(2026, 1, 15)), clock=lambda: NOW
    )


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def sold(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sanne sells two products about which seven aspects are published, all but two expected too much."""
    asked = survey(7)
    for product in ("Heat pump", "Boiler"):
        for _ in range(5):
            built = deal(asked, seller=person(), waves=(Wave.SALE, Wave.DELIVERY))
            Deal.update(product=product).where(Deal.id == built.row).execute()
            for wave, number in ((Wave.SALE, 9), (Wave.DELIVERY, 6)):
                said = Changes(answers={f"a{one}": number for one in range(1, 8)}, consent=Consent.NAMED)
                respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    sides = [(8.2, 6.2), (8.4, 7.2), (8.0, 7.3), (9.5, 8.8), (10.0, 9.0), (9.1, 9.0), (8.4, 8.3)]
    gaps = {f"a{one}": AspectGap(f"a{one}", *side, 7.0) for one, side in enumerate(sides, start=1)}
    known = Figures(date(2026, 2, 1), 63, gaps, dict.fromkeys(gaps, PublishedShares(35, 65)))
    monkeypatch.setattr("kloof.actions.staff.published.product_figures", lambda *_: known)


def open_sheet(page: Page, app: Flask, address: str, path: str = SHEET) -> None:
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    page.goto(address + path)


@pytest.mark.usefixtures("sold")
def test_a_chip_shows_its_answer_at_once_keeps_the_keyboard_and_says_what_changed(
    new_page: NewPage, app: Flask, address: str
) -> None:
    page = new_page(1280, locale="en-GB")
    open_sheet(page, app, address)
    assert not page.get_by_role("button", name="Show").is_visible()
    page.get_by_text("Choose aspects").click()
    page.locator(".chip input[value=a1]").focus()
    page.keyboard.press("Space")
    expect(page.locator(".guide__finding")).to_have_text("Heat pump: take care with “Aspect 2”")
    expect(page.locator(".guide__aspects summary")).to_contain_text("6 of 7")
    expect(page.get_by_role("status")).to_have_text("Heat pump: take care with “Aspect 2”")
    assert page.evaluate("document.activeElement.value") == "a1"
    assert page.url.endswith("&aspect=a2&aspect=a3&aspect=a4&aspect=a5&aspect=a6&aspect=a7")
    page.select_option("#product", "Boiler")
    expect(page.locator(".guide__finding")).to_have_text("Boiler: take care with “Aspect 1”")
    expect(page.locator(".chip input:checked")).to_have_count(7)
    assert axe_violations(page) == []
    page.reload()
    assert page.locator(".guide__finding").inner_text() == "Boiler: take care with “Aspect 1”"


@pytest.mark.usefixtures("sold")
def test_without_javascript_a_button_shows_what_was_ticked(
    new_page: NewPage, app: Flask, address: str
) -> None:
    page = new_page(360, locale="en-GB", java_script_enabled=False)
    open_sheet(page, app, address)
    page.locator("summary", has_text="Choose aspects").click()
    for name in range(1, 7):
        page.locator(f".chip input[value=a{name}]").uncheck()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".guide__aspect h4")).to_have_text(["Aspect 7"])
    page.select_option("#product", "Boiler")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".guide__aspect")).to_have_count(7)
    assert not page.locator("[data-print]").is_visible()


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("locale", ["nl-NL", "en-GB"])
def test_seven_aspects_are_one_page_of_paper_without_own_customers(
    new_page: NewPage, app: Flask, address: str, locale: str
) -> None:
    page = new_page(1280, locale=locale)
    open_sheet(page, app, address)
    margins = dict.fromkeys(("top", "right", "bottom", "left"), "12mm")
    paper = pypdfium2.PdfDocument(BytesIO(page.pdf(format="A4", margin=margins)))  # type: ignore[arg-type]
    assert len(paper) == 1
    words = paper[0].get_textpage().get_text_range()
    assert "Heat pump" in words
    for one in range(1, 8):
        assert f"Aspect {one}" in words
    for own in ("eigen klanten", "own customers"):
        assert own not in words


@pytest.mark.usefixtures("sold")
def test_it_holds_on_a_phone(new_page: NewPage, app: Flask, address: str) -> None:
    page = new_page(360, has_touch=True)
    open_sheet(page, app, address)
    page.locator("summary", has_text="Kies aspecten").click()
    wrong = wrong_on_a_phone(page)
    assert not any(wrong.values()), wrong
    assert axe_violations(page) == []


def test_the_wish_to_say_why_comes_with_a_no_and_stays_with_what_was_written(
    new_page: NewPage, app: Flask, address: str
) -> None:
    built = deal(survey(2), seller=person())
    said = Changes(answers={"a1": 9, "a2": 6}, consent=Consent.NAMED, shares_with_delivery=True)
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, CALLS, submit=True)
    page = new_page(360, locale="en-GB", java_script_enabled=False)
    sign_in(page, app, address, "Joris Baas", Role.LEAD)
    page.goto(f"{address}/handover/{built.deal_id}")
    note = page.locator("[name=note-a1]")
    for answer, shown in (("will", False), ("wont", True), ("talk", True), ("will", False)):
        page.locator(f"[name=mark-a1][value={answer}]").check()
        assert note.is_visible() is shown
    page.locator("[name=mark-a1][value=talk]").check()
    note.fill("The roof")
    page.locator("[name=mark-a1][value=will]").check()
    assert note.is_visible()
    page.locator("[name=rest]").check()
    page.get_by_role("button", name="Save what delivery says").click()
    page.wait_for_url("**?saved=")
    assert "We can do all of this" in page.locator("main").inner_text()
