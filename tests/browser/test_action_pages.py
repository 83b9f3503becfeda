"""The desk's pages of what the company does about its findings, in a real browser: axe, valid HTML, every width."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast.builders import NOW, settings
from cast.made_site import chained, put_releases
from cast.synthetic import Firm
from instruments.pages import axe_violations, follow, html_errors, served, sign_in
from kloof.actions.releases import company_actions
from kloof.domain.access.people import Role
from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
from kloof.domain.releases.document import Level
from kloof.web import create_app

NewPage = Callable[..., Page]
NOOR = ("Noor Desk", Role.DESK)
DOCUMENTS = chained(Firm(aspects=2).documents())
WIDTHS = (360, 768, 1024, 1280, 1600)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    return create_app(settings(database, tmp_path), clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def paths(app: Flask, tmp_path: Path) -> list[str]:
    """The list with one that goes on, with figures of before and since, and one that is over; their forms."""
    put_releases(tmp_path, DOCUMENTS)
    house, began = app.extensions["kloof.settings"], DOCUMENTS[0].published_on
    goes_on = CompanyAction(
        id=0,
        survey="installation",
        aspect="lead-time",
        group=CompanyGroup(level=Level.COMPANY),
        title="De planner belt elke klant een week vooraf",
        what="Elke klant.\n\nOok wie al belde.",
        owner="Hoofd planning",
        started_on=began,
    )
    kept = company_actions.add(house, goes_on, NOW)
    company_actions.add(house, goes_on.model_copy(update={"ended_on": began}), NOW)
    return [
        "/desk/actions",
        "/desk/actions?done=added",
        "/desk/actions/add",
        f"/desk/actions/{kept.id}",
    ]


@pytest.mark.parametrize(("scheme", "locale"), [("light", "nl-NL"), ("dark", "en-GB")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage, app: Flask, address: str, paths: list[str], scheme: str, locale: str
) -> None:
    page = new_page(360, scheme, locale)
    sign_in(page, app, address, *NOOR)
    for path in paths:
        answer = page.goto(address + path)
        assert answer
        assert (path, answer.status) == (path, 200)
        _is_well(page, path)
    page.locator("#title").fill("")
    follow(page, page.locator("main .actions button"))
    assert page.locator(".error-summary").is_visible()
    _is_well(page, "without a title")


def _is_well(page: Page, name: str) -> None:
    for folded in page.locator("main summary").all():
        folded.click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        sideways = page.evaluate("document.documentElement.scrollWidth")
        assert sideways <= width, f"{name} scrolls sideways at {width}"
        if width in {WIDTHS[0], WIDTHS[-1]}:
            assert (name, width, axe_violations(page)) == (name, width, [])


@pytest.mark.java
def test_the_html_is_valid(
    new_page: NewPage, app: Flask, address: str, paths: list[str], tmp_path: Path, html_checker: None
) -> None:
    page = new_page()
    sign_in(page, app, address, *NOOR)
    html = {str(number): page.request.get(address + path).text() for number, path in enumerate(paths)}
    page.goto(f"{address}/desk/actions/add")
    follow(page, page.locator("main .actions button"))
    html["wrong"] = page.content()
    assert html_errors(html, tmp_path) == []
