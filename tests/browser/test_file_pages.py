"""Files at the desk in a browser: everything works without JavaScript, by keyboard, on a phone, for every reader."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize

from cast.builders import NOW, person, settings
from cast.workbooks import workbook
from instruments.pages import axe_violations, follow, html_errors, served, sign_in, wrong_on_a_phone
from kloof.domain.access.people import Role
from kloof.storage.models import Deal
from kloof.web import create_app

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
TITLES = [
    "Ordernr.",
    "Klant",
    "E-mailadres",
    "Verkoper e-mail",
    "Vestiging",
    "Artikel",
    "Verkocht op",
    "Marge",
]
SELLER = "sanne.de.vries@company.example"
ROWS = [
    ["2026/0417", "Familie Jansen", "jansen@home.example", SELLER, "Noord", "Warmtepomp", "25-2-2026", "12,5"],
    ["2026/0418", "Bakkerij Smit", "kantoor@smit", SELLER, "Noord", "Zonnepanelen", "26-2-2026", "9"],
    ["2026/0419", "De heer Ö. Yılmaz", "yilmaz@home.example", "niels@firm.example", "Zuid", "Boiler", "31-2-2026", "8"],
]  # fmt: skip
PLAIN: ViewportSize = {"width": 1280, "height": 900}
ON_A_PHONE: ViewportSize = {"width": 360, "height": 780}


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    (tmp_path / "surveys").mkdir()
    shipped = (ROOT / "surveys" / "installation.yaml").read_text(encoding="utf-8")
    (tmp_path / "surveys" / "installation.yaml").write_text(shipped, encoding="utf-8")
    person()
    app = create_app(settings(database, tmp_path), clock=lambda: NOW)
    with served(app) as address:
        yield app, address


def looked_at(page: Page, name: str) -> None:
    """No reader is shut out of this page, nor is anybody with a phone; for who wants to look, a picture."""
    if folder := os.environ.get("KLOOF_TEST_PICTURES"):
        for size in (PLAIN, ON_A_PHONE):
            page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.screenshot(path=f"{folder}/{name}-{size['width']}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PLAIN)
    assert axe_violations(page) == []
    page.set_viewport_size(ON_A_PHONE)
    wrong = wrong_on_a_phone(page)
    assert {fault: wrong[fault] for fault in ("sideways", "outside", "overlaps", "small")} == {
        "sideways": 0,
        "outside": [],
        "overlaps": [],
        "small": [],
    }, name
    page.set_viewport_size(PLAIN)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_workbook_goes_from_its_first_look_to_loaded(
    browser: Browser, desk: tuple[Flask, str], tmp_path: Path, html_checker: None, scripts: bool
) -> None:
    app, address = desk
    context = browser.new_context(
        java_script_enabled=scripts, has_touch=True, is_mobile=True, locale="nl-NL", viewport=PLAIN
    )
    page = context.new_page()
    sign_in(page, app, address, "Noor Smit", Role.DESK)
    html: dict[str, str] = {}

    def seen(name: str) -> None:
        html[name] = page.content()
        if scripts:
            looked_at(page, name)

    page.goto(f"{address}/desk/files")
    seen("ask")
    raw = workbook({"Export": [TITLES, *ROWS]})
    page.set_input_files("#file", {"name": "export maart.xlsx", "mimeType": "", "buffer": raw})
    follow(page, page.get_by_role("button", name="Bestand controleren"))
    seen("columns")
    page.locator("#column-region").select_option("4")
    page.locator("#always-language").select_option("nl")
    page.locator("#always-survey").select_option("installation")
    page.get_by_label("Dag eerst").check()
    follow(page, page.get_by_role("button", name="Bestand controleren"))
    seen("mend")
    assert "Lees 1 regel in" in page.locator("main").inner_text()
    page.get_by_label("E-mailadres, Regel 3").fill("kantoor@smit.example")
    page.locator('input[name="out"][value="4"]').check()
    follow(page, page.get_by_role("button", name="Bewaar en controleer opnieuw"))
    seen("checked")
    follow(page, page.get_by_role("button", name="Lees 2 regels in"))
    seen("loaded")
    assert {row.deal_id for row in Deal.select()} == {"2026/0417", "2026/0418"}
    page.goto(f"{address}/desk/files")
    seen("history")
    context.close()
    assert html_errors(html, tmp_path) == []


def test_a_file_is_dropped_on_its_field(browser: Browser, desk: tuple[Flask, str]) -> None:
    app, address = desk
    page = browser.new_page(locale="nl-NL")
    sign_in(page, app, address, "Noor Smit", Role.DESK)
    page.goto(f"{address}/desk/files")
    page.evaluate("""() => {
      const carried = new DataTransfer();
      carried.items.add(new File(["deal_id;delivered_on\\nX-1;2026-01-01\\n"], "gesleept.csv"));
      const zone = document.querySelector("[data-drop]");
      for (const kind of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
    }""")
    page.get_by_label("Deals die zijn geleverd").check()
    follow(page, page.get_by_role("button", name="Bestand controleren"))
    assert "gesleept.csv" in page.locator("h1").inner_text()
    page.close()
