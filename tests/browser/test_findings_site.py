"""The findings site as the application serves it: accessible, valid, silent to others, whole on every screen."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cast.builders import NOW, settings
from cast.long_names import long
from cast.made_site import LOOK, company_folder
from cast.synthetic import Firm
from instruments.pages import axe_violations, html_errors, lighthouse, served, wrong_on_a_phone
from kloof.publish.site_build import build_site
from kloof.web import create_app

NewPage = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG_WORD = long("Hybride")
LOOKS = [(360, "light"), (1280, "dark")]
MAIN = (
    "",
    "findings/",
    "findings/installation-1/",
    "findings/installation-1/aspects/included/",
    "findings/method/",
)

KINDS = (
    "",
    *(
        f"findings/{path}"
        for path in ("", "method/", "privacy/", "data/", "releases/", "releases/0002/", "accessibility/")
    ),
    *(
        f"findings/installation-1/{path}"
        for path in (
            "",
            "aspects/included/",
            "norm/",
            "promises/",
            "before-you-promise/",
            "practices/",
            "groups/",
            "answered/",
        )
    ),
    "you-said-we-did/",
)
"""One page of each kind."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    places = (
        ("Warmtepomp", "Noord"),
        ("Warmtepomp", "Zuid"),
        (LONG_WORD, "Noord"),
        ("Thuisbatterij", "Zuid"),
    )
    firm = Firm(aspects=3, releases=2, places=places, called=lambda name: f"{name} {long('naam')}")
    made = company_folder(tmp_path_factory.mktemp("company"), firm.documents())
    build_site(made, replace(LOOK, company=long("Warmtehuis")))
    return made


@pytest.fixture
def address(folder: Path, database: str) -> Iterator[str]:
    with served(create_app(settings(database, folder), clock=lambda: NOW)) as address:
        yield f"{address}/findings/"


def paths(folder: Path) -> list[str]:
    built = folder / "build" / "site"
    return sorted(
        str(file.parent.relative_to(built)).replace(".", "", 1) + "/" for file in built.rglob("index.html")
    )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_axe_finds_nothing_on_any_page_by_day_on_a_phone_or_by_night_on_a_desk(
    folder: Path, address: str, new_page: NewPage, language: str
) -> None:
    page = new_page(reduced_motion="reduce")  # nothing halfway between day and night
    ours = [path for path in paths(folder) if path.strip("/").startswith("en") == (language == "en")]
    assert len(ours) >= len(KINDS)
    found = {}
    for path in ours:
        page.goto(address + path.lstrip("/"))
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            if violations := axe_violations(page):
                found[path, scheme] = violations
    assert found == {}


def test_every_kind_of_page_is_looked_at(folder: Path) -> None:
    def kind(path: str) -> str:
        return re.sub(r"(aspects|releases)/[\w-]+", r"\1/one", path.strip("/"))

    dutch = [path for path in paths(folder) if not path.strip("/").startswith("en")]
    assert {kind(path) for path in dutch} == {kind(path) for path in KINDS}


def test_the_html_of_every_page_is_valid(folder: Path, html_checker: None, tmp_path: Path) -> None:
    built = folder / "build" / "site"
    named = {
        str(file.relative_to(built)).replace("/", "-"): file.read_text(encoding="utf-8")
        for file in built.rglob("*.html")
    }
    assert html_errors(named, tmp_path) == []


def test_nothing_is_asked_of_another_host_and_the_policy_is_never_broken(
    address: str, new_page: NewPage
) -> None:
    page = new_page(width=1280)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for path in MAIN:
        page.goto(address + path)
    page.wait_for_load_state("networkidle")
    assert len(asked) > len(MAIN)
    assert [url for url in asked if not url.startswith(address)] == []
    assert said == []


@pytest.mark.parametrize("width", [320, 360, 768, 1600])
def test_no_page_is_wider_than_its_screen(address: str, new_page: NewPage, width: int) -> None:
    page = new_page(width=width)
    for path in MAIN:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("typefaces", [True, False], ids=["our typefaces", "the reader's typefaces"])
def test_a_long_word_is_broken_and_never_cut_off(address: str, new_page: NewPage, typefaces: bool) -> None:
    page = new_page(width=320, typefaces=typefaces)
    cut = """() => [...document.querySelectorAll('h1, h2, p, th, td, caption, li, summary, .big-links a')]
        .filter((found) => found.checkVisibility({visibilityProperty: true}) && !found.closest('thead'))
        .filter((found) => found.scrollWidth > found.clientWidth + 1 && getComputedStyle(found).display !== 'inline')
        .map((found) => found.outerHTML)"""
    named = 0
    for path in KINDS:
        page.goto(address + path)
        assert page.evaluate(cut) == [], path
        named += page.get_by_text(LONG_WORD).count()
    assert named > 5


def test_under_a_thumb_long_names_wrap_and_whatever_can_be_pressed_is_high_enough(
    address: str, new_page: NewPage
) -> None:
    page = new_page(has_touch=True, is_mobile=True, reduced_motion="reduce")
    faults, named = {}, set()
    for path in KINDS:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true })")
        found = wrong_on_a_phone(page)
        named.update(name.partition("hybride")[0] for name in found.pop("long"))
        if any(found.values()):
            faults[path] = found
    assert faults == {}
    assert named >= {"Warmtehuis", "Hybride", "naam"}


def test_the_way_to_search_is_seen_beside_a_long_name(address: str, new_page: NewPage) -> None:
    page = new_page(has_touch=True, is_mobile=True)
    for width in (320, 400):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        button = page.get_by_role("button", name="Zoeken")
        button.wait_for()
        sizes = [found.bounding_box() for found in (button, button.locator("svg"))]
        assert [
            (box["width"] >= least, box["height"] >= least)
            for box, least in zip(sizes, (44, 18), strict=True)
            if box
        ] == [(True, True)] * 2


def test_on_a_phone_no_table_hides_a_column_beside_the_screen(address: str, new_page: NewPage) -> None:
    page = new_page(width=360)
    hidden = """() => [...document.querySelectorAll('.table-scroll')]
        .filter((region) => region.checkVisibility() && region.scrollWidth > region.clientWidth)
        .map((region) => region.getAttribute('aria-label'))"""
    seen = 0
    for path in KINDS:
        page.goto(address + path)
        assert page.evaluate(hidden) == [], path
        seen += page.locator("td[data-label]").count()
    assert seen > 200


def test_on_paper_every_page_is_light_whole_and_without_what_only_a_screen_can_do(
    address: str, new_page: NewPage
) -> None:
    page = new_page(width=680, scheme="dark")  # A4 within its margins
    page.emulate_media(media="print")
    for path in KINDS:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 680, path
        assert (
            page.locator("nav:visible, button:visible, .downloads:visible, summary:visible").count() == 0
        ), path
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", path
    page.goto(address + "findings/installation-1/norm/")
    assert page.evaluate("[...document.querySelectorAll('td')].every((cell) => cell.checkVisibility())")
    page.goto(address + "findings/installation-1/before-you-promise/")
    dot = page.locator(".c-dot").first
    assert dot.evaluate("(dot) => getComputedStyle(dot).fill") == "rgb(35, 69, 107)"


@pytest.mark.parametrize("width", [360, 1280])
def test_hardly_a_line_moves_when_our_typefaces_come(address: str, new_page: NewPage, width: int) -> None:
    after, before = new_page(width=width), new_page(width=width, typefaces=False)
    for path in MAIN:
        heights = []
        for page in (after, before):
            page.goto(address + path)
            page.evaluate("document.fonts.ready")
            heights.append(page.evaluate("document.querySelector('main').getBoundingClientRect().height"))
        assert heights[1] == pytest.approx(heights[0], rel=0.02), path


@pytest.mark.parametrize("width", [320, 1280])
def test_letters_are_no_wider_than_the_table_says_they_are(
    address: str, new_page: NewPage, width: int
) -> None:
    page = new_page(width=width)
    page.goto(address + "findings/installation-1/")
    page.evaluate("document.fonts.ready")
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart')].flatMap((svg) => {
            const boxes = [...svg.querySelectorAll('text')]
                .map((text) => [text.textContent, text.getBoundingClientRect()])
                .filter(([, box]) => box.width > 0);
            return boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
                .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1)
                .filter(([, b]) => a.top < b.bottom - 6 && b.top < a.bottom - 6)
                .map(([other]) => `${one} × ${other}`));
        })"""
    )
    assert overlaps == []


def test_without_javascript_the_pages_are_whole_and_offer_nothing_that_needs_it(
    address: str, new_page: NewPage
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address)
    assert page.locator("svg.chart").count() >= 1
    assert not page.get_by_role("button", name="Zoeken").is_visible()
    assert not page.locator("a[data-png]").first.is_visible()


@pytest.mark.parametrize("width", [412, 1280])
def test_nothing_moves_when_the_script_has_come(address: str, new_page: NewPage, width: int) -> None:
    before, after = new_page(width=width, java_script_enabled=False), new_page(width=width)
    for path in MAIN:
        places = []
        for page in (before, after):
            page.goto(address + path)
            places.append([box.bounding_box() for box in page.locator("header a, h1, figure, details").all()])
        assert places[0] == places[1], path
        assert len(places[0]) > 3, path


def test_search_finds_words_in_the_language_of_the_page(address: str, new_page: NewPage) -> None:
    for start, button, word, expected in (
        ("", "Zoeken", "levert", "/findings/"),
        ("en/", "Search", "lead ti", "/en/"),
    ):
        page = new_page(width=1280)
        page.goto(address + start)
        page.get_by_role("button", name=button).click()
        page.keyboard.type(word)
        links = page.locator("[data-search-results] a")
        links.first.wait_for()
        addresses = links.evaluate_all("found => found.map((link) => link.pathname)")
        assert addresses
        assert all(("/en/" in found) == (start == "en/") for found in addresses)
        assert expected in addresses[0]


def test_a_picture_can_be_saved_as_png(address: str, new_page: NewPage) -> None:
    page = new_page(width=1280)
    page.goto(address + "findings/installation-1/")
    with page.expect_download() as saving:
        page.locator("a[data-png]").first.click()
    content = Path(saving.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert saving.value.suggested_filename.endswith(".png")


def test_the_keyboard_reaches_the_content_in_one_step(address: str, new_page: NewPage) -> None:
    page = new_page(width=1280)
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("path", ["", "findings/installation-1/aspects/included/", "findings/data/"])
def test_lighthouse_gives_at_least_98_and_a_page_is_light_and_lies_still(
    address: str, path: str, judge: None, tmp_path: Path
) -> None:
    found = lighthouse(address + path, tmp_path)
    assert found.scores.keys() == {"accessibility", "best-practices", "seo"}
    assert min(found.scores.values()) >= 98, found
    # What makes a page slow to come or jump about when it does, in what no clock measures.
    assert found.shift <= 0.01, found
    assert found.kilobytes <= 130, found
    assert len(found.requests) <= 10, found
    assert all(loaded.startswith(address) for loaded in found.requests), found
