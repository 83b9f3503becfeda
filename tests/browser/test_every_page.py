"""Every page under a thumb, in a company in which every name is eighty letters long."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from cast.builders import NOW
from cast.long_names import Place, house, places
from instruments.pages import follow, served, sign_in, wrong_on_a_phone
from kloof import storage
from kloof.web import create_app

NO_PAGES = {
    "static", "files.example", "files.behind", "home.healthz", "home.readyz", "home.workz", "metrics.metrics",
    "findings.page", "sign_in.back", "letter.go", "demo.framed", "releases.preview_page",
    "releases.waiting", "embed.promise", "people_file.example",
}  # fmt: skip
"""What is no page, or a page that has tests of its own."""

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("every page")]

Found = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def walked(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Found]]:
    """The application, and what is wrong with each of its pages, by name."""
    folder = tmp_path_factory.mktemp("long")
    database = f"sqlite:///{folder / 'kloof.db'}"
    storage.open_database(database)
    storage.migrate()
    settings = house(database, folder)
    every = places(settings)
    app = create_app(settings, clock=lambda: NOW)
    with served(app) as address:
        found = _walk(browser, app, address, every)
    yield app, found
    storage.close_database()


def _walk(browser: Browser, app: Flask, address: str, every: dict[str, Place]) -> Found:
    pages: dict[object, Page] = {}
    found: Found = {}
    for name, place in every.items():
        if place.visitor not in pages:
            context = browser.new_context(
                has_touch=True, is_mobile=True, locale="nl-NL", reduced_motion="reduce"
            )
            pages[place.visitor] = context.new_page()
            if place.visitor:
                sign_in(pages[place.visitor], app, address, *place.visitor)
        page = pages[place.visitor]
        page.goto(address + place.path)
        found[name] = wrong_on_a_phone(page) | {"path": place.path}
        if place.press:
            _press(page, place)
            found[f"{name}, pressed"] = wrong_on_a_phone(page) | {"path": place.path}
    for page in pages.values():
        page.context.close()
    return found


def _press(page: Page, place: Place) -> None:
    if place.name:
        page.locator("#name").fill(place.name)
    if place.choose:
        page.locator(place.choose).first.check()
    if place.email:
        page.locator("input[type=email]").fill(place.email)
    if place.upload:
        file = {"name": "deals.csv", "mimeType": "text/csv", "buffer": place.upload.encode()}
        page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    follow(page, page.locator(place.press).first)


def those_with(found: Found, fault: str) -> dict[str, Any]:
    return {name: faults[fault] for name, faults in found.items() if faults[fault]}


def test_no_page_is_wider_than_the_phone(walked: tuple[Flask, Found]) -> None:
    assert those_with(walked[1], "sideways") == {}


def test_no_name_is_cut_off_or_has_to_be_scrolled_to(walked: tuple[Flask, Found]) -> None:
    assert those_with(walked[1], "outside") == {}


def test_no_name_lies_over_other_words(walked: tuple[Flask, Found]) -> None:
    assert those_with(walked[1], "overlaps") == {}


def test_whatever_can_be_pressed_is_as_high_as_a_finger(walked: tuple[Flask, Found]) -> None:
    assert those_with(walked[1], "small") == {}


def test_every_page_is_walked_past_with_a_long_name_of_every_kind(walked: tuple[Flask, Found]) -> None:
    app, found = walked
    shows = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    # What programs ask is no page.
    shows = {name for name in shows if not name.startswith("api.")}
    assert shows - {_endpoint(app, faults["path"]) for faults in found.values()} == NO_PAGES
    kinds = {
        name.partition("hybride")[0].rstrip("0123456789")
        for faults in found.values()
        for name in faults["long"]
    }
    assert kinds >= {
        "Bedrijf",
        "Klant",
        "Deal",
        "Product",
        "Team",
        "Regio",
        "Project",
        "Aspect",
        "Sanne",
        "Joris",
    }
    assert kinds >= {"Toezegging", "Opmerking", "Voicemail", "Actie", "Eigenaar", "Programma"}
    assert any("@" in name for faults in found.values() for name in faults["long"])


def _endpoint(app: Flask, path: str) -> str:
    try:
        return str(app.url_map.bind("").match(path.partition("?")[0])[0])
    except HTTPException:
        return ""
