"""A salesperson's own pages in a real browser: short on a phone, whole with many long names, and chosen at once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast.builders import NOW, BuiltDeal, deal, person, settings, survey
from cast.played import DAY, played
from instruments.pages import MEASURE, follow, served, sign_in
from kloof.actions.staff.open_calls import policy
from kloof.actions.staff.published import Figures
from kloof.actions.surveys import respond
from kloof.demo import company
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome
from kloof.storage.models import OwnPair
from kloof.web import create_app

NewPage = Callable[..., Page]
SANNE = ("Sanne de Vries", Role.SALESPERSON)
HIGHEST = 2_500
NAMES = (
    "Aansprakelijkheidsverzekeringsvoorwaardenoverzicht",
    "Hoe snel alles klaar is, van uw akkoord tot en met de oplevering en de laatste controle",
    "Bereikbaarheid van de serviceafdeling buiten kantooruren",
    "Prijs",
)

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


def many() -> Survey:
    """Twenty-four aspects with names as long as people make them."""
    made = survey(24).model_dump()
    for at, aspect in enumerate(made["aspects"]):
        aspect["name"] = dict.fromkeys(("nl", "en"), f"{NAMES[at % 4]} {at}")
    return Survey.model_validate(made)


def answered(app: Flask, of: Survey, number: int) -> BuiltDeal:
    """Everything answered by name, with a promise that was not kept, and a wish to be called."""
    built = deal(of, seller=person(*SANNE), waves=(Wave.SALE, Wave.DELIVERY))
    for wave in Wave:
        at_sale = wave is Wave.SALE
        promise = (
            PromiseChange(text=f"{NAMES[1]} {number}")
            if at_sale
            else PromiseChange(outcome=PromiseOutcome.KEPT if number % 2 else PromiseOutcome.BROKEN)
        )
        said = Changes(
            answers={aspect.id: 9 if at_sale else (at + number) % 11 for at, aspect in enumerate(of.aspects)},
            consent=Consent.NAMED,
            comment=f"{NAMES[2]}, en dat in de kou. " * 9,
            promises={0: promise},
            may_call=None if at_sale else True,
        )
        link = respond.open_link(built.tokens[wave], NOW)
        respond.save(link, said, NOW, policy(app.extensions["kloof.settings"]), submit=True)
    ago = timedelta(days=120 * (number % 3))
    OwnPair.update(completed_at=NOW - ago).where(OwnPair.deal == built.row).execute()
    return built


@pytest.fixture
def one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> BuiltDeal:
    """One of eighteen deals with 24 aspects each, beside what the company published."""
    of = many()
    published = {aspect.id: AspectGap(aspect.id, 8.4, 7.6, 7.0) for aspect in of.aspects}
    known = Figures(date(2026, 2, 1), 63, published)
    monkeypatch.setattr("kloof.actions.staff.published.company_figures", lambda *_: known)
    first, *_ = [answered(app, of, number) for number in range(18)]
    return first


@pytest.mark.parametrize("width", [360, 1024, 1280])
def test_with_24_aspects_and_long_names_nothing_is_cut_lies_over_another_or_scrolls_sideways(
    new_page: NewPage, app: Flask, address: str, one: BuiltDeal, width: int
) -> None:
    page = new_page(width)
    sign_in(page, app, address, *SANNE)
    for path in ("/me", "/me?aspect=a1", f"/me/deals/{one.deal_id}", "/me/deals"):
        page.goto(address + path)
        page.evaluate("document.fonts.ready.then(() => null)")
        for opened in (False, True):
            if opened:
                page.evaluate(
                    "document.querySelectorAll('main details').forEach(one => { one.open = true; })"
                )
            page.set_viewport_size(
                {"width": width, "height": page.evaluate("document.documentElement.scrollHeight")}
            )
            found = page.evaluate(MEASURE)
            wrong = {fault: found[fault] for fault in ("sideways", "overlaps") if found[fault]}
            # A table is read through a window of its own where it has more columns than there is room for.
            wrong |= {} if opened else {"outside": found["outside"]} if found["outside"] else {}
            assert (path, opened, wrong) == (path, opened, {})
        page.set_viewport_size({"width": width, "height": 800})


def test_twice_as_large_the_words_of_the_picture_grow_and_still_stand_apart(
    new_page: NewPage, app: Flask, address: str, one: BuiltDeal
) -> None:
    page = new_page(360)
    sign_in(page, app, address, *SANNE)
    page.goto(f"{address}/me")
    words = "document.querySelectorAll('.own-aspect__name, .own-numbers text')"
    read = f"[...{words}].map(one => parseFloat(getComputedStyle(one).fontSize))"
    before = page.evaluate(read)
    # What a reader sets in the browser, not what the page says of itself.
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 32}})
    page.reload()
    page.evaluate("document.fonts.ready.then(() => null)")
    after = page.evaluate(read)
    assert after == [pytest.approx(2 * size) for size in before]
    found = page.evaluate(MEASURE)
    assert {fault: found[fault] for fault in ("sideways", "overlaps", "outside") if found[fault]} == {}


@pytest.mark.parametrize("scripts", [True, False])
def test_another_aspect_is_chosen_at_once_and_without_scripts_by_a_button(
    new_page: NewPage, app: Flask, address: str, one: BuiltDeal, scripts: bool
) -> None:
    page = new_page(1280, locale="en-GB", java_script_enabled=scripts)
    sign_in(page, app, address, *SANNE)
    page.goto(f"{address}/me")
    shown = page.locator("[data-trend]:visible")
    assert shown.count() == 1
    other = "a7" if shown.get_attribute("data-trend") != "a7" else "a8"
    page.locator("#aspect").select_option(other)
    button = page.locator("[data-trends] button")
    assert button.is_visible() is not scripts
    if not scripts:
        follow(page, button)
        assert f"aspect={other}" in page.url
    assert shown.count() == 1
    assert shown.get_attribute("data-trend") == other


def test_with_the_demos_data_the_page_is_at_most_2500_pixels_high_on_a_phone(
    new_page: NewPage, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Played as `kloof demo` does it, without its processes, which take as long again and show the same page."""
    migrated = request.getfixturevalue("_migrated_file")
    demo = played(tmp_path / "company", migrated, DAY, company.DEALS, "").open()
    with served(create_app(demo.settings, clock=lambda: demo.first_minute)) as address:
        page = new_page(360, has_touch=True, is_mobile=True)
        page.goto(address + urlsplit(demo.doors.salesperson).path)
        follow(page, page.locator("main button"))
        page.evaluate("document.fonts.ready.then(() => null)")
        assert page.locator(".own-aspect").count() >= 5
        assert page.locator(".own-calls > li").count() >= 1
        assert page.evaluate("document.documentElement.scrollHeight") <= HIGHEST
