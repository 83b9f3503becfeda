"""How the survey goes by hand: taps and scrolling on a phone, figures on a keyboard, looking it through at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from cast.builders import NOW, BuiltDeal, deal, settings, survey
from instruments.pages import follow, served
from kloof.actions.surveys import respond
from kloof.actions.surveys.files import load_surveys
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Response
from kloof.web import create_app

NewPage = Callable[..., Page]
NEXT, SEND = 'form#survey button.button[value="save"]', 'button.button[value="submit"]'
SHIPPED = load_surveys(Path(__file__).parents[2] / "surveys")
PHONE: ViewportSize = {"width": 360, "height": 740}
MOST_TAPS, MOST_SCREENS = 14, 4
HIGHEST = "document.documentElement.scrollHeight - innerHeight"
AT_REST = """() => new Promise((done) => {
    let last = -1, still = 0;
    const look = () => {
        still = scrollY === last ? still + 1 : 0;
        last = scrollY;
        still > 12 ? done(scrollY) : requestAnimationFrame(look);
    };
    look();
})"""

pytestmark = pytest.mark.browser


@pytest.fixture
def address(database: str, tmp_path: Path) -> Iterator[str]:
    with served(create_app(settings(database, tmp_path), clock=lambda: NOW)) as address:
        yield address


def link(built: BuiltDeal) -> str:
    return f"/s/{built.tokens[Wave.SALE]}"


class Thumb:
    """Taps what is in sight, scrolls to what is not, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.scrolled = page, 0, 0.0

    def tap(self, selector: str) -> None:
        target = self.page.locator(selector)
        box = target.bounding_box()
        assert box
        below = box["y"] + box["height"] - PHONE["height"]
        if below > 0 or box["y"] < 0:
            self.by_hand(below if below > 0 else box["y"] - 60)
        before = self.page.evaluate(AT_REST)
        target.tap()
        self.taps += 1
        if selector.startswith("label"):
            self.scrolled += abs(self.page.evaluate(AT_REST) - before)

    def by_hand(self, distance: float) -> None:
        self.page.mouse.wheel(0, distance)
        self.page.evaluate(AT_REST)
        self.scrolled += abs(distance)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_first_survey_takes_at_most_14_taps_and_4_screens_of_scrolling_a_step(
    browser: Browser,
    address: str,
    name: str,
) -> None:
    asked = SHIPPED[name]
    built = deal(asked)
    context = browser.new_context(locale="nl-NL", viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address + link(built))
    thumb, screens, taps = Thumb(page), [], 0
    while "/receipt" not in page.url:
        for item in page.locator("fieldset.question:has(.scale)").all():
            identifier = (item.get_attribute("id") or "").removeprefix("q-")
            thumb.tap(f"label.scale__point:has([name='{identifier}'][value='5'])")
        if page.locator("[name=consent][type=radio]").count():
            thumb.tap("label:has([name=consent][value=totals])")
        button = SEND if page.locator(SEND).count() else NEXT
        with page.expect_navigation():
            thumb.tap(f"{button}")
        screens.append(round(thumb.scrolled / PHONE["height"], 2))
        taps, thumb.scrolled = thumb.taps, 0.0
    context.close()
    assert len(asked.aspects) == 8
    assert Response.get().submitted_at is not None
    assert taps <= MOST_TAPS, taps
    assert max(screens) <= MOST_SCREENS, screens


def test_after_a_tap_the_next_question_comes_into_view_below_what_says_how_far_it_is(
    browser: Browser,
    address: str,
) -> None:
    context = browser.new_context(locale="nl-NL", viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}{link(deal(survey(8)))}?page=1")
    page.locator("label.scale__point:has([name=a1][value='7'])").tap()
    page.evaluate(AT_REST)
    top = page.locator("#q-a2").bounding_box()
    bar = page.locator(".progress-bar").bounding_box()
    assert top
    assert bar
    assert bar["y"] + bar["height"] <= top["y"] < PHONE["height"] / 3
    expect(page.locator("[data-answered]")).to_have_text("1")
    # Who chooses again stays where they are.
    page.locator("label.scale__point:has([name=a2][value='7'])").tap()
    page.evaluate(AT_REST)
    page.locator("#q-a1").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    page.locator("label.scale__point:has([name=a1][value='6'])").tap()
    assert page.evaluate(AT_REST) == before
    context.close()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_scrolls_for_who_asked_for_less_motion_or_uses_the_keyboard(
    browser: Browser,
    address: str,
    motion: Literal["reduce", "no-preference"],
) -> None:
    page = browser.new_page(locale="nl-NL", viewport=PHONE, reduced_motion=motion)
    page.goto(f"{address}{link(deal(survey(8)))}?page=1")
    if motion == "reduce":
        page.locator("label.scale__point:has([name=a1][value='7'])").click()
    else:
        page.locator("[name=a1]").first.focus()
        page.keyboard.press("ArrowRight")
    at = page.evaluate("scrollY")
    assert page.evaluate(AT_REST) == at
    assert page.evaluate("document.activeElement.name") == "a1"
    page.close()


def test_figures_on_the_keyboard_choose_and_ten_is_a_one_and_a_nought(
    new_page: NewPage, address: str
) -> None:
    built = deal(survey(8))
    page = new_page(1280)
    page.goto(f"{address}{link(built)}?page=1")
    expect(page.locator(".keys")).to_be_visible()
    page.keyboard.press("8")
    assert page.evaluate("[document.activeElement.name, document.activeElement.value]") == ["a1", "8"]
    page.keyboard.press("Tab")
    page.keyboard.press("1")
    page.keyboard.press("0")
    page.keyboard.press("Tab")
    page.keyboard.press("1")
    page.wait_for_timeout(1100)
    page.keyboard.press("0")
    expect(page.locator(".saved")).to_have_text("Bewaard")
    chosen = page.evaluate("[...document.querySelectorAll(':checked')].map((one) => [one.name, one.value])")
    assert chosen == [["a1", "8"], ["a2", "10"], ["a3", "0"]]
    expect(page.locator("[data-answered]")).to_have_text("3")
    page.goto(f"{address}{link(built)}?page=4")
    page.locator("#q-comment").fill("In 2026")
    assert page.locator("#q-comment").input_value() == "In 2026"


def test_a_phone_and_a_browser_without_scripts_say_nothing_of_keys(
    browser: Browser,
    address: str,
) -> None:
    for page in (
        browser.new_page(locale="nl-NL", has_touch=True, is_mobile=True),
        browser.new_page(locale="nl-NL", java_script_enabled=False),
    ):
        page.goto(f"{address}{link(deal(survey(8)))}?page=1")
        expect(page.locator(".keys")).to_be_hidden()
        page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_changed_from_the_last_page_leads_back_to_it(
    new_page: NewPage, address: str, scripts: bool
) -> None:
    built = deal(survey(8))
    page = new_page(java_script_enabled=scripts)
    page.goto(f"{address}{link(built)}?page=5")
    assert page.locator(".notice button[name=go]").count() == 9
    follow(page, page.locator(".answers button[value=a6]"))
    page.wait_for_url("**page=2**#q-a6")
    expect(page.locator("#q-a6 legend")).to_be_in_viewport()
    if scripts:
        expect(page.locator("#q-a6 [name=a6]").first).to_be_focused()
    page.locator("label.scale__point:has([name=a6][value='3'])").click()
    follow(page, page.locator(NEXT))
    page.wait_for_url("**page=5**")
    assert "3 van de 10" in page.locator(".answers").inner_text()
    assert page.locator(".notice button[name=go]").count() == 8
    assert respond.open_link(built.tokens[Wave.SALE], NOW).response.answers == {"a6": 3}


def test_the_receipt_is_one_screen_with_one_button(new_page: NewPage, address: str) -> None:
    built = deal(SHIPPED["installation"])
    answers: dict[str, str | float | bool] = {aspect.id: "8" for aspect in SHIPPED["installation"].aspects}
    page = new_page()
    page.set_viewport_size(PHONE)
    sent = page.request.post(address + link(built), form=answers | {"consent": "named", "action": "submit"})
    page.goto(sent.url)
    button = page.locator("main a.button")
    box = page.locator(".folds").bounding_box()
    assert button.count() == 1
    assert page.locator("main button:visible").count() == 0
    assert box
    assert box["y"] + box["height"] <= PHONE["height"]
    follow(page, button)
    assert page.locator(".answers button[name=go]").count() == 12
