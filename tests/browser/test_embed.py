"""A real frame in a real browser: the CRM of the settings shows the page, another site does not."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cast.builders import NOW, settings, survey
from instruments.pages import axe_violations, served, wrong_on_a_phone
from kloof import storage
from kloof.actions.staff.published import Figures
from kloof.domain.staff.calibration import PublishedShares
from kloof.domain.surveys.gap import AspectGap
from kloof.storage.surveys import versions
from kloof.web import create_app

NewPage = Callable[..., Page]
PAGE = "/embed/promise?product=Heat+pump"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class World:
    """Two sites with a frame, of which the settings name the first; and where kloof is."""

    def __init__(self, stack: ExitStack, database: str, folder: Path) -> None:
        self.crm, self.other = (self._site(stack) for _ in range(2))
        house = settings(database, folder, embed={"origins": [self.crm]})
        self.kloof = stack.enter_context(served(create_app(house, clock=lambda: NOW)))

    def _site(self, stack: ExitStack) -> str:
        site = Flask(__name__)
        frames = "<!doctype html><iframe src='{0}' width='340' height='700'></iframe>"
        site.add_url_rule("/", "deal", lambda: frames.format(self.kloof + PAGE))
        site.add_url_rule("/home", "home", lambda: frames.format(self.kloof + "/sign-in"))
        return stack.enter_context(served(site))


@pytest.fixture
def world(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    asked = survey(5)
    with storage.transaction():
        versions.record(asked, NOW)
    sides = [(8.2, 6.2), (8.4, 7.2), (7.4, 7.3), (9.5, 8.8), (8.0, 7.9)]
    gaps = {f"a{one}": AspectGap(f"a{one}", *side, 7.0) for one, side in enumerate(sides, start=1)}
    figures = Figures(date(2026, 2, 1), 63, gaps, dict.fromkeys(gaps, PublishedShares(35, 65)))
    document = SimpleNamespace(surveys=[SimpleNamespace(key=asked.key)])
    monkeypatch.setattr("kloof.actions.staff.published.newest", lambda _: document)
    monkeypatch.setattr("kloof.actions.staff.published.product_figures", lambda *_: figures)
    with ExitStack() as stack:
        yield World(stack, database, tmp_path)


def test_the_site_of_the_settings_shows_it_and_no_other_site_does(new_page: NewPage, world: World) -> None:
    page = new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(world.crm)
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()
    assert page.context.cookies() == []
    assert refused == []
    for address in (world.other, f"{world.crm}/home"):
        page.goto(address)
        expect(page.frame_locator("iframe").locator("h1")).to_have_count(0)
        assert any("frame-ancestors" in said for said in refused), address
        refused.clear()


def test_on_a_phone_nothing_is_wrong_with_it(new_page: NewPage, world: World) -> None:
    page = new_page(360)
    page.goto(world.kloof + PAGE)
    assert {fault: found for fault, found in wrong_on_a_phone(page).items() if found} == {}
    assert axe_violations(page) == []
