"""The two surveys as a customer meets them: on a phone, without JavaScript, light and quiet, accessible."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Request

from cast.builders import CALLS, NOW, BuiltDeal, deal, settings, survey
from instruments.pages import axe_violations, follow, html_errors, served
from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.models import Promise, Response
from kloof.web import create_app

NewPage = Callable[..., Page]
BOTH = (Wave.SALE, Wave.DELIVERY)
HEAVIEST = 30_000
NEXT, SEND = 'form#survey button.button[value="save"]', 'button.button[value="submit"]'

pytestmark = pytest.mark.browser


@pytest.fixture
def address(database: str, tmp_path: Path) -> Iterator[str]:
    app: Flask = create_app(settings(database, tmp_path), clock=lambda: NOW)
    with served(app) as address:
        yield address


def rate(page: Page, number: int) -> None:
    """Choose this number for every question of the page."""
    for question in page.locator("fieldset.question:has(.scale)").all():
        question.locator(f".scale label:has(input[value='{number}'])").click()


def answered_at_sale() -> BuiltDeal:
    """A customer who expected eights and wrote one promise down."""
    built = deal(survey(aspects=5), waves=BOTH)
    said = Changes(
        answers={f"a{number}": 8 for number in range(1, 6)},
        consent=Consent.TOTALS,
        promises={0: PromiseChange(text="Klaar voor de zomer", aspect="a1")},
    )
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, CALLS, submit=True)
    return built


def test_the_first_survey_from_mail_to_receipt_on_a_phone_without_javascript(
    new_page: NewPage, address: str
) -> None:
    built = deal(survey(aspects=5))
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    while page.locator(".scale").count():
        rate(page, 8)
        follow(page, page.locator(NEXT))
    page.locator("#q-promise-0").fill("Klaar voor de zomer")
    follow(page, page.locator(NEXT))
    page.locator("label:has(input[name=consent][value=totals])").click()
    follow(page, page.locator(SEND))
    assert page.url.endswith("/receipt")
    assert "Klaar voor de zomer" in page.inner_text("main")
    kept = Response.get()
    assert kept.submitted_at is not None
    assert kept.consent == "totals"
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    assert page.url.endswith("/receipt")


def test_the_second_survey_plays_the_promises_back_after_the_ratings(new_page: NewPage, address: str) -> None:
    built = answered_at_sale()
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/s/{built.tokens[Wave.DELIVERY]}")
    while page.locator(".scale").count():
        assert "Klaar voor de zomer" not in page.inner_text("main")
        rate(page, 6)
        follow(page, page.locator(NEXT))
    assert "Klaar voor de zomer" in page.inner_text("main")
    page.locator("label:has(input[name='outcome-0'][value=broken])").click()
    follow(page, page.locator(NEXT))
    page.locator("label:has(input[name=consent][value=named])").click()
    follow(page, page.locator(SEND))
    assert page.url.endswith("/receipt")
    assert Promise.get().outcome == "broken"


def states(page: Page, address: str, check: Callable[[str], None]) -> None:
    """Bring the page into each state that a customer can meet, and call `check` with its name."""
    fresh, second = deal(survey(aspects=5)), answered_at_sale()
    link = f"{address}/s/{fresh.tokens[Wave.SALE]}"
    page.goto(link)
    check("first")
    for number in range(2, 9):
        page.goto(f"{link}?page={number}")
        if page.locator(SEND).count():
            break
        check(f"page-{number}")
    check("finish")
    follow(page, page.locator(SEND))
    assert page.locator(".error-summary").count() == 1
    check("errors")
    page.goto(f"{address}/s/{second.tokens[Wave.SALE]}")
    check("receipt")
    page.goto(f"{address}/s/{second.tokens[Wave.DELIVERY]}?page=3")
    check("second")
    page.goto(f"{address}/s/{'w' * 43}")
    check("closed")
    page.goto(f"{address}/opt-out/{fresh.opt_out_tokens[Wave.SALE]}")
    check("opt-out")


@pytest.mark.parametrize(("width", "scheme", "locale"), [(360, "light", "nl-NL"), (1280, "dark", "en-GB")])
def test_axe_finds_nothing_in_any_state_and_nothing_sticks_out(
    new_page: NewPage, address: str, width: int, scheme: str, locale: str
) -> None:
    page = new_page(width, scheme, locale)

    def check(state: str) -> None:
        assert (state, axe_violations(page)) == (state, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{state} scrolls sideways"

    states(page, address, check)


@pytest.mark.java
def test_the_html_of_every_state_is_valid(
    new_page: NewPage, address: str, tmp_path: Path, html_checker: None
) -> None:
    page = new_page()
    found: dict[str, str] = {}
    states(page, address, lambda state: found.update({state: page.content()}))
    assert html_errors(found, tmp_path) == []


def test_a_page_of_the_survey_is_light_and_asks_nobody_else(new_page: NewPage, address: str) -> None:
    page = new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108  playwright wants a function
    page.goto(f"{address}/s/{deal(survey(aspects=12)).tokens[Wave.SALE]}", wait_until="networkidle")
    sizes = [request.sizes() for request in finished]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert all(request.url.startswith(address) for request in finished)
    assert weight <= HEAVIEST, {request.url: request.sizes()["responseBodySize"] for request in finished}


def test_a_question_is_answered_and_the_page_sent_by_keyboard(new_page: NewPage, address: str) -> None:
    page = new_page(1280)
    page.goto(f"{address}/s/{deal(survey(aspects=2)).tokens[Wave.SALE]}")
    for name in ("a1", "a2"):
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == name:
                break
        page.keyboard.press("Space")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**page=2**")
    assert Response.get().answers == bytes([4, 4])
