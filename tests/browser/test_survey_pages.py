"""The two surveys as a customer goes through them: on a phone, without JavaScript, and by keyboard."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from cast.builders import CALLS, NOW, BuiltDeal, deal, settings, survey
from instruments.pages import follow, served
from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.models import Promise, Response
from kloof.web import create_app

NewPage = Callable[..., Page]
BOTH = (Wave.SALE, Wave.DELIVERY)
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
    follow(page, page.locator(NEXT))
    assert "Klaar voor de zomer" in page.inner_text("main")
    follow(page, page.locator(SEND))
    assert page.url.endswith("/receipt")
    page.locator("summary").first.click()
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
    follow(page, page.locator(NEXT))
    follow(page, page.locator(SEND))
    assert page.url.endswith("/receipt")
    assert Promise.get().outcome == "broken"


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
