"""The two forms in a real browser: accessible, light, calm, and nothing is lost, with and without JavaScript."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from string import ascii_letters
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect

from cast.builders import CALLS, NOW, BuiltDeal, deal, settings, survey
from instruments.looks import judged
from instruments.pages import axe_violations, follow, html_errors, served
from kloof import storage
from kloof.actions.surveys import respond
from kloof.actions.surveys.files import load_surveys
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, Source
from kloof.web import create_app
from kloof.web.survey.preview import alone
from kloof.wording import catalogue

NewPage = Callable[..., Page]
SURVEY = survey(6)
ASPECTS = [aspect.id for aspect in SURVEY.aspects]
BOTH = (Wave.SALE, Wave.DELIVERY)
LOOKS = [(360, "light", "nl"), (1280, "dark", "en")]
WIDTHS = (320, 640, 1280)
MOST_BYTES = 30_000
SHIPPED = Path(__file__).parents[2] / "surveys"
TARGETS = ".scale__point, .choice, main button:not([aria-hidden]), main select, summary"
# Of those that can be seen.
BOXES = """(all) => all.filter((one) => one.checkVisibility({visibilityProperty: true})).map((one) => {
    const {width, height} = one.getBoundingClientRect();
    return [one.innerText, width, height];
})"""

pytestmark = pytest.mark.browser


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    return create_app(settings(database, tmp_path), clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


def kept(built: BuiltDeal, wave: Wave = Wave.SALE) -> dict[str, object]:
    return dict(respond.open_link(built.tokens[wave], NOW).response.answers)


def said(built: BuiltDeal, changes: Changes, wave: Wave = Wave.SALE, *, submit: bool = False) -> None:
    respond.save(respond.open_link(built.tokens[wave], NOW), changes, NOW, CALLS, submit=submit)


@pytest.fixture
def customer() -> BuiltDeal:
    return who_came_back()


def who_came_back() -> BuiltDeal:
    """Somebody who sent the first survey with two promises, and has rated in the second."""
    built = deal(SURVEY, waves=BOTH)
    written = {
        0: PromiseChange(text="Vóór de bouwvakantie klaar", aspect="a1", source=Source.SAID),
        3: PromiseChange(text="Geen boorgaten"),
    }
    answers = dict.fromkeys(ASPECTS, 8) | {"a2": "none"}
    comment = "Fijn gesprek.\nDuidelijke <offerte>."
    everything = Changes(answers=answers, promises=written, consent=Consent.NAMED, comment=comment)
    said(built, everything, submit=True)
    said(built, Changes(answers=dict.fromkeys(ASPECTS, 6)), Wave.DELIVERY)
    return built


def paths(customer: BuiltDeal, fresh: BuiltDeal) -> dict[str, str]:
    """Every page that a customer can see, by what it is."""
    first, second = f"/s/{customer.tokens[Wave.SALE]}", f"/s/{customer.tokens[Wave.DELIVERY]}"
    new, skipped = f"/s/{fresh.tokens[Wave.SALE]}", deal(SURVEY, waves=BOTH)
    said(skipped, Changes(answers=dict.fromkeys(ASPECTS, 8), consent=Consent.NAMED), submit=True)
    begun = deal(SURVEY)
    said(begun, Changes(answers={"a1": 3}))
    return {
        "empty": new,
        "chosen-in-mail": f"/s/{deal(SURVEY).tokens[Wave.SALE]}?a1=8",
        "chosen-otherwise": f"/s/{begun.tokens[Wave.SALE]}?a1=8",
        "promises": f"{new}?page=3",
        "finish": f"{new}?page=4",
        "check-too-early": f"{new}?page=5",
        "pass-on": f"{new}/pass-on",
        "half-filled": f"{second}?page=1",
        "overall": f"{second}?page=3",
        "look-back": f"{second}?page=4",
        "look-back-too-early": f"/s/{skipped.tokens[Wave.DELIVERY]}?page=4",
        "finish-second": f"{second}?page=5",
        "check-second": f"{second}?page=6",
        "changing": f"{first}?page=1",
        "receipt": f"{first}/receipt",
        "receipt-notes": f"{first}/receipt?saved&late",
        "withdraw": f"{first}/withdraw",
        "closed": "/s/expired-or-wrong",
        "accessibility": "/accessibility",
        "opt-out": f"/opt-out/{fresh.opt_out_tokens[Wave.SALE]}",
        "letter": "/k",
        "wrong-code": "/k/ABC",
        "nothing": "/nothing-here",
    }


class Seen(NamedTuple):
    """What a page shows to who asked for less motion."""

    targets: list[tuple[str, float, float]]
    """On a phone: the words on what can be pressed, its width and its height."""
    widths: dict[int, int]
    """How wide the page is on a screen this wide."""
    moving: int


@pytest.fixture(scope="module")
def seen(browser: Browser, tmp_path_factory: pytest.TempPathFactory, _migrated_file: Path) -> dict[str, Seen]:
    """Every page by its name, looked at once for all who ask."""
    folder = tmp_path_factory.mktemp("seen")
    url = f"sqlite:///{shutil.copyfile(_migrated_file, folder / 'kloof.db')}"
    storage.open_database(url)
    page = browser.new_page(locale="nl-NL", reduced_motion="reduce")
    with served(create_app(settings(url, folder), clock=lambda: NOW)) as address:
        found = {
            name: look_at(page, address + path) for name, path in paths(who_came_back(), deal(SURVEY)).items()
        }
    page.close()
    storage.close_database()
    return found


def look_at(page: Page, address: str) -> Seen:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(address)
    targets, still = page.locator(TARGETS).evaluate_all(BOXES), moving(page)
    widths = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        widths[width] = page.evaluate("document.documentElement.scrollWidth")
    return Seen(targets, widths, still)


def in_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}language={language}"


def submit(page: Page) -> None:
    follow(page, page.locator("main .actions button[value=submit]"))


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_axe_finds_nothing_on_any_page_and_nothing_sticks_out(
    new_page: NewPage,
    address: str,
    customer: BuiltDeal,
    width: int,
    scheme: str,
    language: str,
    full: bool,
) -> None:
    page, every = new_page(width, scheme), paths(customer, deal(SURVEY))
    for name in judged(every, LOOKS.index((width, scheme, language)), full):
        page.goto(address + in_language(every[name], language))
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
        assert (name, axe_violations(page)) == (name, [])


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_axe_finds_nothing_where_something_is_wrong_or_done(
    new_page: NewPage, address: str, customer: BuiltDeal, width: int, scheme: str, language: str
) -> None:
    page = new_page(width, scheme)
    page.goto(f"{address}/s/{deal(SURVEY).tokens[Wave.SALE]}?page=5&language={language}")
    submit(page)
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe_violations(page) == []
    page.goto(f"{address}/s/{customer.tokens[Wave.SALE]}/withdraw?language={language}")
    follow(page, page.locator("button[value=withdraw]"))
    assert axe_violations(page) == []
    page.goto(f"{address}/opt-out/{customer.opt_out_tokens[Wave.SALE]}?language={language}")
    follow(page, page.locator("button[value=stop]"))
    assert axe_violations(page) == []


@pytest.mark.parametrize("accent", ["#7c6a0c", "#5b00ff"])
def test_axe_finds_nothing_in_any_colour_that_a_company_may_have(
    database: str, new_page: NewPage, tmp_path: Path, customer: BuiltDeal, accent: str
) -> None:
    look = settings(database, tmp_path, company={"name": "Zon", "accent": accent})
    page = new_page(360)
    with served(create_app(look, clock=lambda: NOW)) as address:
        for path in ("/receipt?saved", "?page=1"):
            page.goto(f"{address}/s/{customer.tokens[Wave.SALE]}{path}")
            page.locator(".button, .choice:has(:checked)").first.hover()
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found = axe_violations(page, ["color-contrast"])  # nothing else hangs on the colour
                assert (scheme, path, found) == (scheme, path, [])


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_axe_finds_nothing_on_the_preview(
    new_page: NewPage, tmp_path: Path, width: int, scheme: str, language: str, full: bool
) -> None:
    page, every = new_page(width, scheme), ("/preview", "/preview/project/delivery?page=4")
    with served(alone(settings("sqlite:///nowhere", tmp_path), SURVEY)) as preview:
        for path in judged(every, LOOKS.index((width, scheme, language)), full):
            page.goto(preview + in_language(path, language))
            assert axe_violations(page) == []


@pytest.mark.java
def test_the_html_is_valid(
    app: Flask, new_page: NewPage, customer: BuiltDeal, tmp_path: Path, html_checker: None
) -> None:
    client, fresh = app.test_client(use_cookies=False), deal(SURVEY)
    pages = {
        name: client.get(path, follow_redirects=True).text for name, path in paths(customer, fresh).items()
    }
    link = f"/s/{fresh.tokens[Wave.SALE]}"
    pages["errors"] = client.post(link, data={"comment": "x" * 5000, "a1": "9", "page": "4"}).text
    pages["missing"] = client.post(link, data={"page": "5", "action": "submit"}).text
    assert html_errors(pages, tmp_path) == []


# Until the letters have come and two pictures of the page were drawn; nothing waits for a time to run out.
AT_REST = """document.fonts.ready
    .then(() => new Promise(requestAnimationFrame)).then(() => new Promise(requestAnimationFrame)).then(() => null)"""


def _bytes_of(request: Request) -> int:
    """What came over the line for it, headers and all; waits for the end of it."""
    sizes = request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]


def test_a_page_weighs_at_most_30_kb_asks_nobody_else_and_sets_no_cookie(
    new_page: NewPage, address: str, customer: BuiltDeal
) -> None:
    page = new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one))  # noqa: PLW0108  # Playwright takes no method of a list
    scripts: set[tuple[str, ...]] = set()
    shipped = deal(load_surveys(SHIPPED)["installation"], waves=BOTH)
    longest = {
        f"shipped-{wave}-{number}": f"/s/{shipped.tokens[wave]}?page={number}"
        for wave in BOTH
        for number in range(1, 6)
    }
    for name, path in (paths(customer, deal(SURVEY)) | longest).items():
        asked.clear()
        page.goto(address + path)
        page.evaluate(AT_REST)
        own = tuple(page.locator("script").evaluate_all("(all) => all.map((one) => one.outerHTML)"))
        if (
            own not in scripts
        ):  # only a script can ask for more later: each is watched for half a second, once
            page.wait_for_load_state("networkidle")
            scripts.add(own)
        assert len(asked) > 1
        weight = sum(_bytes_of(request) for request in asked)
        assert weight <= MOST_BYTES, f"{name} weighs {weight} bytes"
        assert all(request.url.startswith(address) for request in asked)
        assert page.context.cookies() == []


# As wide before letters of any width as before others: it is drawn by ours.
DRAWN_BY_US = """(letters) => {
    const pen = document.createElement("canvas").getContext("2d");
    const wide = (letter, others) => {
        pen.font = `40px "Source Sans 3", ${others}`;
        return pen.measureText(letter).width;
    };
    return letters.filter((letter) => wide(letter, "monospace") !== wide(letter, "serif"));
}"""


def test_the_letters_of_the_survey_are_those_of_the_site_and_none_of_its_words_has_another(
    new_page: NewPage, address: str, customer: BuiltDeal
) -> None:
    page = new_page()
    page.goto(f"{address}/s/{customer.tokens[Wave.SALE]}?page=1")
    page.evaluate(
        "Promise.all(['400', '600'].map((weight) => document.fonts.load(`${weight} 16px 'Source Sans 3'`)))"
    )
    words = "".join(catalogue().values()) + "".join(
        file.read_text("utf-8") for file in SHIPPED.glob("*.yaml")
    )
    # What stands in templates and YAML only, and what no letter has: a space breaks the line. ¤ is for a PDF.
    letters = {*words, *ascii_letters, *"Ééëïöüèàó0123456789"} - {*"{}[]_`\\#=¤\n\xad"}
    assert "ë" in letters
    assert page.evaluate(DRAWN_BY_US, sorted(letters)) == []
    assert page.evaluate(DRAWN_BY_US, ["Ж"]) == ["Ж"], "of another script the reader has their own"


def test_nothing_moves_while_the_page_loads_or_a_choice_is_saved(
    new_page: NewPage, address: str, customer: BuiltDeal
) -> None:
    page = new_page()
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((seen) => {"
        "for (const shift of seen.getEntries()) window.moved += shift.value;"
        "}).observe({type: 'layout-shift', buffered: true});"
    )
    for path in paths(customer, deal(SURVEY)).values():
        page.goto(address + path)
        page.evaluate(AT_REST)
        if page.locator(".scale__point").count():
            page.locator(".scale__point").nth(5).click()
            expect(page.locator(".saved")).to_have_text("Bewaard")
            page.evaluate(AT_REST)
        assert page.evaluate("window.moved") == 0


@pytest.mark.xdist_group("survey pages seen")
def test_every_target_is_large_enough_for_a_thumb(seen: dict[str, Seen]) -> None:
    assert sum(len(one.targets) for one in seen.values()) > 100
    for name, one in seen.items():
        assert (name, [target for target in one.targets if min(target[1:]) < 44]) == (name, [])


@pytest.mark.xdist_group("survey pages seen")
@pytest.mark.parametrize("width", WIDTHS)
def test_zoomed_in_to_400_percent_or_on_a_wide_screen_nothing_scrolls_sideways(
    seen: dict[str, Seen], width: int
) -> None:
    assert [name for name, one in seen.items() if one.widths[width] > width] == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_was_expected_and_received_stands_within_the_column_of_the_smallest_phone(
    new_page: NewPage, tmp_path: Path, language: str
) -> None:
    page = new_page(320)
    shipped = load_surveys(SHIPPED)["installation"]
    with served(alone(settings("sqlite:///nowhere", tmp_path), shipped)) as preview:
        page.goto(f"{preview}/preview/installation/delivery?page=4&language={language}")
        table, form = page.locator("table.beside").bounding_box(), page.locator("form").bounding_box()
    assert table
    assert form
    assert table["x"] + table["width"] <= form["x"] + form["width"]


def test_a_chosen_point_can_be_seen_in_forced_colours(new_page: NewPage, address: str) -> None:
    page = new_page(forced_colors="active")
    page.goto(f"{address}/s/{deal(SURVEY).tokens[Wave.SALE]}?a1=3")
    looks = page.locator(".scale").first.locator("span:not(.visually-hidden)")
    colours = looks.evaluate_all("(all) => all.map((one) => getComputedStyle(one).backgroundColor)")
    assert [colours.count(colour) for colour in colours] == [10, 10, 10, 1, *[10] * 7]


def test_the_words_of_a_chosen_answer_keep_the_readers_colours_in_forced_colours(
    new_page: NewPage, address: str, customer: BuiltDeal
) -> None:
    page = new_page(forced_colors="active")
    page.goto(f"{address}/s/{customer.tokens[Wave.SALE]}/receipt")
    assert page.locator("[name=consent]:checked").count() == 1
    words = page.locator("label:has([name=consent]) :is(span, small)")
    assert len(set(words.evaluate_all("(all) => all.map((one) => getComputedStyle(one).color)"))) == 1


def moving(page: Page) -> int:
    """How many elements of the page would move or fade by themselves."""
    return page.locator("*").evaluate_all(
        """(all) => all.filter((one) => ["", "::before", "::after"].some((part) => {
            const style = getComputedStyle(one, part || null);
            const lasts = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
            return lasts.some((time) => parseFloat(time) > 0) || style.scrollBehavior === "smooth";
        })).length"""
    )


@pytest.mark.xdist_group("survey pages seen")
def test_nothing_moves_for_who_asked_for_less_motion(seen: dict[str, Seen]) -> None:
    assert [name for name, one in seen.items() if one.moving] == []


def test_something_moves_for_who_did_not(new_page: NewPage, address: str, customer: BuiltDeal) -> None:
    usual = new_page(reduced_motion="no-preference")
    usual.goto(f"{address}/s/{customer.tokens[Wave.SALE]}?page=1")
    assert moving(usual) > 0


@pytest.mark.parametrize("scripted", [True, False])
def test_the_browsers_back_goes_back_to_the_page_before_the_first_one_too(
    new_page: NewPage, address: str, scripted: bool
) -> None:
    link = f"{address}/s/{deal(SURVEY).tokens[Wave.SALE]}"
    page = new_page(java_script_enabled=scripted)
    page.goto(f"{link}.")
    assert page.url == f"{link}?page=1"
    for number in (1, 2):
        page.locator(f"[name={ASPECTS[3 * number - 3]}]").first.check(force=True)
        page.locator("main button[value=save]").click()
        page.wait_for_url(f"{link}?page={number + 1}")
    for number in (2, 1):
        page.go_back()
        page.wait_for_url(f"{link}?page={number}")
        assert page.locator(f"[name={ASPECTS[3 * number - 3]}]").first.is_checked()


def test_the_whole_form_can_be_filled_in_by_keyboard_without_javascript(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    for number in (1, 2):
        for aspect in ASPECTS[3 * number - 3 : 3 * number]:
            _tab_to(page, f"[name={aspect}]")
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**page={number + 1}*")
    _tab_to(page, "[name=promise-0]")
    page.keyboard.type("Klaar voor de zomer")
    _tab_to(page, "summary")
    page.keyboard.press("Enter")
    _tab_to(page, "[name=promise-1]")
    page.keyboard.type("Geen troep")
    _tab_to(page, "main button[value=save]")
    page.keyboard.press("Enter")
    page.wait_for_url("**page=4*")
    _tab_to(page, "[name=consent]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**page=5*")
    _tab_to(page, "main button[value=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt")
    opened = respond.open_link(built.tokens[Wave.SALE], NOW)
    assert opened.response.answers == dict.fromkeys(ASPECTS, 1)
    assert opened.response.consent is Consent.TOTALS
    assert [promise.text for promise in respond.promises(opened)] == ["Klaar voor de zomer", "Geen troep"]


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"no tab stop {selector}")


def test_an_error_leads_to_its_question_by_keyboard(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/s/{deal(SURVEY).tokens[Wave.SALE]}?page=5")
    submit(page)
    assert page.title().startswith("Fout: ")
    page.wait_for_load_state()  # whoever is faster than the script gets the browser's own jump
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#q-a1")
    expect(page.locator("#q-a1 legend")).to_be_in_viewport(ratio=1)
    expect(page.locator("[name=a1]").first).to_be_focused()


def test_a_mistyped_code_is_said_first_and_leads_back_to_its_field(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/k")
    page.locator("#code").fill("ABC")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    assert page.locator("#code").input_value() == "ABC"


def test_going_from_an_error_to_another_page_loses_nothing_without_javascript(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}?page=4")
    page.locator("#q-comment").fill("bel \x07")
    page.locator("[name=consent][value=totals]").check()
    follow(page, page.locator("form#survey button.button[value=save]"))
    assert page.title().startswith("Fout: ")
    page.locator("#q-comment").fill("Graag voor tien uur")
    follow(page, page.locator("form#survey button.button[value=save]"))
    submit(page)
    page.locator(".error-summary button").first.click()
    page.wait_for_url("**page=1*#q-a1")
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}?page=4")
    assert page.locator("#q-comment").input_value() == "Graag voor tien uur"
    assert page.locator("[name=consent][value=totals]").is_checked()


def test_each_choice_is_saved_as_it_is_made(new_page: NewPage, address: str) -> None:
    built = deal(SURVEY)
    page = new_page()
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    page.locator("[name=a1][value='7']").check()
    expect(page.locator(".saved")).to_have_text("Bewaard")
    assert kept(built) == {"a1": 7}
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}?page=3")
    page.locator("[name='promise-0']").fill("Op tijd")
    expect(page.locator(".saved")).to_have_text("Bewaard")
    page.locator("[name='promise-0-aspect']").select_option("a2")
    page.locator("[name='promise-0-source'][value=said]").check()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".saved")).to_have_text("Bewaard")
    written = respond.promises(respond.open_link(built.tokens[Wave.SALE], NOW))
    assert [(one.text, one.aspect, str(one.source)) for one in written] == [("Op tijd", "a2", "said")]


@pytest.mark.whole_browser
def test_the_box_for_the_people_who_do_the_work_is_saved_and_comes_back_without_a_network(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page()
    last = f"{address}/s/{built.tokens[Wave.SALE]}?page=4"

    def shares() -> bool:
        return respond.open_link(built.tokens[Wave.SALE], NOW).response.shares_with_delivery

    page.goto(last)
    box = page.locator("input[type=checkbox]")
    for ticked in (True, False):
        box.set_checked(ticked)
        expect(page.locator(".saved")).to_have_text("Bewaard")
        page.wait_for_load_state("networkidle")
        assert shares() is ticked
    page.context.set_offline(True)
    box.check()
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(last)
    expect(again.locator(".saved")).to_have_text("Bewaard")
    assert again.locator("input[type=checkbox]").is_checked()
    assert shares()


@pytest.mark.whole_browser
def test_what_was_chosen_without_a_network_is_said_so_and_outlives_the_tab(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page()
    link = f"{address}/s/{built.tokens[Wave.SALE]}"
    page.goto(link)
    page.context.set_offline(True)
    page.locator("[name=a1][value='7']").check()
    page.locator("[name=a2][value=none]").check()
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    page.locator("main .actions button[value=save]").click()
    assert page.url == f"{link}?page=1"
    assert kept(built) == {}
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(link)
    expect(again.locator(".saved")).to_have_text("Bewaard")
    assert again.locator("[name=a1][value='7']").is_checked()
    assert kept(built) == {"a1": 7, "a2": "none"}
    assert again.evaluate("localStorage.length") == 0


def test_why_something_is_not_saved_stays_to_be_read_while_other_things_are(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page()
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}?page=4")
    page.locator("#q-comment").fill("bel \x07")
    expect(page.locator(".saved")).to_contain_text("onzichtbare tekens")
    page.locator("[name=consent][value=totals]").check()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".saved")).to_contain_text("onzichtbare tekens")
    assert respond.open_link(built.tokens[Wave.SALE], NOW).response.consent is Consent.TOTALS
    page.locator("#q-comment").fill("Fijn")
    expect(page.locator(".saved")).to_have_text("Bewaard")


def test_when_the_network_comes_back_everything_is_sent_by_itself(new_page: NewPage, address: str) -> None:
    built = deal(SURVEY)
    page = new_page()
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    page.context.set_offline(True)
    page.locator("[name=a1][value='7']").check()
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    page.context.set_offline(False)
    expect(page.locator(".saved")).to_have_text("Bewaard")
    assert kept(built) == {"a1": 7}


@pytest.mark.parametrize("status", [200, 429, 503])
def test_what_answers_in_our_place_is_not_taken_for_saved(
    new_page: NewPage, address: str, status: int
) -> None:
    built = deal(SURVEY)
    page = new_page()
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    page.route("**/s/*", lambda route: route.fulfill(status=status, body="<h1>Welcome to our network</h1>"))
    page.locator("[name=a1][value='7']").check()
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    page.unroute_all()
    page.reload()
    expect(page.locator(".saved")).to_have_text("Bewaard")
    assert kept(built) == {"a1": 7}


@pytest.mark.whole_browser
def test_an_old_choice_that_never_arrived_gives_way_to_another_device(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page()
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    page.context.set_offline(True)
    page.locator("[name=a1][value='7']").check()
    page.locator("[name=a2][value='6']").check()
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    said(built, Changes(answers={"a1": 2}))
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"{address}/s/{built.tokens[Wave.SALE]}?page=1")
    expect(again.locator(".saved")).to_have_text("Bewaard")
    assert again.locator("[name=a1][value='2']").is_checked()
    assert kept(built) == {"a1": 2, "a2": 6}


def test_two_tabs_at_once_end_with_the_last_choice(new_page: NewPage, address: str) -> None:
    built = deal(SURVEY)
    one = new_page()
    two = one.context.new_page()
    for page in (one, two):
        page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    for page, value in ((one, 3), (two, 4), (one, 5), (two, 6)):
        page.locator(f"[name=a1][value='{value}']").check()
        expect(page.locator(".saved")).to_have_text("Bewaard")
    two.locator("[name=a2][value='9']").check()
    expect(two.locator(".saved")).to_have_text("Bewaard")
    assert kept(built) == {"a1": 6, "a2": 9}


def test_a_form_that_was_sent_elsewhere_says_so(new_page: NewPage, address: str) -> None:
    built = deal(SURVEY)
    page = new_page()
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    said(built, Changes(answers=dict.fromkeys(ASPECTS, 5), consent=Consent.TOTALS), submit=True)
    page.locator("[name=a1][value='7']").check()
    expect(page.locator(".saved")).to_contain_text("gesloten")
    assert kept(built)["a1"] == 5


def test_an_answer_chosen_in_the_mail_is_saved_with_the_first_own_choice(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page()
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}?a1=9")
    assert kept(built) == {}
    page.locator("[name=a2][value='4']").check()
    expect(page.locator(".saved")).to_have_text("Bewaard")
    assert kept(built) == {"a1": 9, "a2": 4}


def test_switching_the_language_keeps_what_was_filled_in_without_javascript(
    new_page: NewPage, address: str
) -> None:
    built = deal(SURVEY)
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/s/{built.tokens[Wave.SALE]}")
    page.locator("[name=a1][value='4']").check()
    follow(page, page.get_by_role("button", name="English"))
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("[name=a1][value='4']").is_checked()
