"""The findings site as the application serves it: accessible, valid, silent to others, whole on every screen."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, Request

from cast.builders import NOW, settings
from cast.long_names import long
from cast.made_site import LOOK, company_folder
from cast.synthetic import Firm
from instruments.looks import judged
from instruments.made_once import made_once
from instruments.pages import axe_violations, html_errors, lighthouse, served, wrong_on_a_phone
from kloof.publish.site_build import build_site
from kloof.web import create_app

NewPage = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG_WORD = long("Hybride")
LOOKS = {"nl": (360, "light"), "en": (1280, "dark")}
"""Each kind of page is judged once, every second one in one language and look; all pages in all with --full."""
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

LIGHT = ("", "findings/data/", "findings/installation-1/aspects/included/")
"""Two pages that most readers come to, and last the heaviest."""

WIDTHS, FEWER_WIDTHS = (320, 360, 768, 1280, 1600), (320, 360, 1280)
"""The main pages are looked at at all of them, and those of the other kinds at fewer, unless --full."""
A4 = 680
"""The width of a sheet within its margins."""

ON_A_SCREEN = """() => {
    const seen = (found) => found.checkVisibility({visibilityProperty: true});
    const letters = (svg) => [...svg.querySelectorAll('text')]
        .map((text) => [text.textContent, text.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0);
    return {
        width: document.documentElement.scrollWidth,
        height: document.querySelector('main').getBoundingClientRect().height,
        places: [...document.querySelectorAll('header a, h1, figure, details')]
            .map((found) => JSON.stringify(found.getBoundingClientRect())),
        cut: [...document.querySelectorAll('h1, h2, p, th, td, caption, li, summary, .big-links a')]
            .filter((found) => seen(found) && !found.closest('thead'))
            .filter((found) => found.scrollWidth > found.clientWidth + 1)
            .filter((found) => getComputedStyle(found).display !== 'inline')
            .map((found) => found.outerHTML),
        hidden: [...document.querySelectorAll('.table-scroll')]
            .filter((region) => seen(region) && region.scrollWidth > region.clientWidth)
            .map((region) => region.getAttribute('aria-label')),
        overlaps: [...document.querySelectorAll('svg.chart')].map(letters).flatMap((boxes) =>
            boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
                .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1)
                .filter(([, b]) => a.top < b.bottom - 6 && b.top < a.bottom - 6)
                .map(([other]) => `${one} × ${other}`))),
    };
}"""
ON_PAPER = """() => ({
    width: document.documentElement.scrollWidth,
    colour: getComputedStyle(document.body).backgroundColor,
    useless: [...document.querySelectorAll('nav, button, .downloads, summary')]
        .filter((found) => found.checkVisibility({visibilityProperty: true}))
        .filter((found) => found.getBoundingClientRect().height > 0)
        .map((found) => found.outerHTML),
    folded: [...document.querySelectorAll('td')].filter((cell) => !cell.checkVisibility()).length,
    dots: [...document.querySelectorAll('.c-dot')].map((dot) => getComputedStyle(dot).fill),
})"""

Look = dict[str, dict[int, Any]]
"""What a page looks like, by its path and the width of the screen."""


class Walk(NamedTuple):
    """Each kind of page at every width and on paper; and what its looks are compared with."""

    ours: Look
    readers: Look
    """With the reader's own typefaces, as before ours have come."""
    bare: Look
    """The main pages without JavaScript."""
    paper: dict[str, Any]
    counted: dict[str, tuple[int, int]]
    """How often a page names the long word, and how many cells have a label of their own."""


one_walk = pytest.mark.xdist_group("findings at every width")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    places = (
        ("Warmtepomp", "Noord"),
        ("Warmtepomp", "Zuid"),
        (LONG_WORD, "Noord"),
        ("Thuisbatterij", "Zuid"),
    )
    firm = Firm(aspects=3, releases=2, places=places, called=lambda name: f"{name} {long('naam')}")

    def make(folder: Path) -> None:
        build_site(company_folder(folder, firm.documents()), replace(LOOK, company=long("Warmtehuis")))

    return made_once(tmp_path_factory, "findings with long names", make)


@contextmanager
def findings(folder: Path, database: str) -> Iterator[str]:
    with served(create_app(settings(database, folder), clock=lambda: NOW)) as address:
        yield f"{address}/findings/"


@pytest.fixture
def address(folder: Path, database: str) -> Iterator[str]:
    with findings(folder, database) as address:
        yield address


@pytest.fixture(scope="module")
def walked(folder: Path, tmp_path_factory: pytest.TempPathFactory, lasting_page: NewPage, full: bool) -> Walk:
    walk = Walk({}, {}, {}, {}, {})
    with findings(folder, f"sqlite:///{tmp_path_factory.mktemp('walked') / 'empty.db'}") as address:
        page = lasting_page(width=A4, scheme="dark")
        for path in KINDS:
            page.goto(address + path)
            words, cells = page.get_by_text(LONG_WORD).count(), page.locator("td[data-label]").count()
            walk.counted[path] = words, cells
            walk.ours[path] = at_each_width(page, WIDTHS if full or path in MAIN else FEWER_WIDTHS)
            page.set_viewport_size({"width": A4, "height": 800})
            page.emulate_media(media="print")
            walk.paper[path] = page.evaluate(ON_PAPER)
            page.emulate_media(media="screen")
        in_readers, without_script = lasting_page(typefaces=False), lasting_page(java_script_enabled=False)
        for path in KINDS:
            in_readers.goto(address + path)
            walk.readers[path] = at_each_width(in_readers, (320, 360, 1280) if path in MAIN else (320,))
        for path in MAIN:
            without_script.goto(address + path)
            walk.bare[path] = at_each_width(without_script, (360, 1280))
    return walk


def at_each_width(page: Page, widths: tuple[int, ...]) -> dict[int, Any]:
    """What stands on the page as it is narrow and wide; its script never asks how wide it is."""
    page.evaluate("document.fonts.ready.then(() => null)")
    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate(ON_A_SCREEN)
    return found


def paths(folder: Path) -> list[str]:
    built = folder / "build" / "site"
    return sorted(
        str(file.parent.relative_to(built)).replace(".", "", 1) + "/" for file in built.rglob("index.html")
    )


def in_language(language: str, found: list[str]) -> list[str]:
    return [path.lstrip("/") for path in found if path.strip("/").startswith("en") == (language == "en")]


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_kind_of_page_by_day_on_a_phone_or_by_night_on_a_desk(
    folder: Path, address: str, new_page: NewPage, language: str, full: bool
) -> None:
    page = new_page(reduced_motion="reduce")  # nothing halfway between day and night
    half = judged(KINDS, [*LOOKS].index(language), full)
    kinds = [path if language == "nl" else f"en/{path}" for path in KINDS if path in half]
    found = {}
    for path in in_language(language, paths(folder)) if full else kinds:
        page.goto(address + path)
        for width, scheme in LOOKS.values() if full else [LOOKS[language]]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            if violations := axe_violations(page):
                found[path, scheme] = violations
    assert found == {}


@pytest.mark.parametrize("language", LOOKS)
def test_every_kind_of_page_is_looked_at(folder: Path, language: str) -> None:
    def kind(path: str) -> str:
        return re.sub(r"(aspects|releases)/[\w-]+", r"\1/one", path.removeprefix("en/").strip("/"))

    assert {kind(path) for path in in_language(language, paths(folder))} == {kind(path) for path in KINDS}


@pytest.mark.java
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


@one_walk
def test_no_page_is_wider_than_its_screen(walked: Walk) -> None:
    wide = {
        (path, width): seen["width"]
        for path, look in walked.ours.items()
        for width, seen in look.items()
        if seen["width"] > width
    }
    assert wide == {}


@one_walk
def test_a_long_word_is_broken_and_never_cut_off_in_our_typefaces_or_the_readers(walked: Walk) -> None:
    assert {path: look[320]["cut"] for path, look in walked.ours.items() if look[320]["cut"]} == {}
    assert {path: look[320]["cut"] for path, look in walked.readers.items() if look[320]["cut"]} == {}
    assert sum(words for words, _ in walked.counted.values()) > 5


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
    page.goto(address)
    button = page.get_by_role("button", name="Zoeken")
    for width in (320, 400):
        page.set_viewport_size({"width": width, "height": 800})
        button.wait_for()
        sizes = [found.bounding_box() for found in (button, button.locator("svg"))]
        assert [
            (box["width"] >= least, box["height"] >= least)
            for box, least in zip(sizes, (44, 18), strict=True)
            if box
        ] == [(True, True)] * 2


@one_walk
def test_on_a_phone_no_table_hides_a_column_beside_the_screen(walked: Walk) -> None:
    assert {path: look[360]["hidden"] for path, look in walked.ours.items() if look[360]["hidden"]} == {}
    assert sum(cells for _, cells in walked.counted.values()) > 200


@one_walk
def test_on_paper_every_page_is_light_whole_and_without_what_only_a_screen_can_do(walked: Walk) -> None:
    for path, sheet in walked.paper.items():
        assert sheet["width"] <= A4, path
        assert sheet["useless"] == [], path
        assert sheet["colour"] == "rgb(255, 255, 255)", path
    assert walked.paper["findings/installation-1/norm/"]["folded"] == 0
    assert walked.paper["findings/installation-1/before-you-promise/"]["dots"][0] == "rgb(35, 69, 107)"


@one_walk
def test_hardly_a_line_moves_when_our_typefaces_come(walked: Walk) -> None:
    for path in MAIN:
        for width in (360, 1280):
            before, after = (look[path][width]["height"] for look in (walked.readers, walked.ours))
            assert before == pytest.approx(after, rel=0.02), (path, width)


@one_walk
def test_letters_are_no_wider_than_the_table_says_they_are(walked: Walk) -> None:
    charts = walked.ours["findings/installation-1/"]
    assert {width: seen["overlaps"] for width, seen in charts.items() if seen["overlaps"]} == {}


@one_walk
def test_nothing_moves_when_the_script_has_come(walked: Walk) -> None:
    for path, look in walked.bare.items():
        for width, seen in look.items():
            assert seen["places"] == walked.ours[path][width]["places"], (path, width)
            assert len(seen["places"]) > 3, path


def test_without_javascript_the_pages_are_whole_and_offer_nothing_that_needs_it(
    address: str, new_page: NewPage
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address)
    assert page.locator("svg.chart").count() >= 1
    assert not page.get_by_role("button", name="Zoeken").is_visible()
    assert not page.locator("a[data-png]").first.is_visible()


def test_search_finds_words_in_the_language_of_the_page(address: str, new_page: NewPage) -> None:
    page = new_page(width=1280)
    for start, button, word, expected in (
        ("", "Zoeken", "levert", "/findings/"),
        ("en/", "Search", "lead ti", "/en/"),
    ):
        page.goto(address + start)
        page.get_by_role("button", name=button).click()
        page.keyboard.type(word)
        links = page.locator("[data-search-results] a")
        links.first.wait_for()
        addresses = links.evaluate_all("found => found.map((link) => link.pathname)")
        assert addresses
        assert all(("/en/" in found) == (start == "en/") for found in addresses)
        assert expected in addresses[0]


def test_search_groups_by_page_tells_how_many_there_are_and_forgives_a_letter(
    address: str, new_page: NewPage
) -> None:
    page = new_page(width=360)
    page.goto(address)
    page.get_by_role("button", name="Zoeken").click()
    status, hits = page.locator("[data-search-status]"), page.locator("[data-search-results] > li > a")
    for word, said in (
        ("verwacht", "12 van de"),
        ("privcy", "Dit lijkt erop"),
        ("xqzwv", "Probeer een ander woord"),
    ):
        page.locator("#search-words").fill(word)
        page.wait_for_function(
            "([said]) => document.querySelector('[data-search-status]').textContent.includes(said)",
            arg=[said],
        )
        titles = hits.all_inner_texts()
        addresses = hits.evaluate_all("found => found.map((link) => link.pathname + link.hash)")
        assert len(addresses) == len(set(addresses))
        assert not any("#" in one for one in addresses)
        assert ("Privacy" in titles) == (word == "privcy")
    assert status.inner_text()


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


def test_a_page_is_light_and_lies_still(address: str, new_page: NewPage) -> None:
    """What makes a page slow to come or jump about when it does, in what no clock measures."""
    page = new_page(width=412, has_touch=True, is_mobile=True)
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    loaded: list[Request] = []
    page.on("requestfinished", lambda request: loaded.append(request))  # noqa: PLW0108  playwright wants a function
    shift = """() => new Promise((resolve) => {
        let moved = 0;
        new PerformanceObserver((list) => list.getEntries().forEach(({value}) => { moved += value; }))
            .observe({type: 'layout-shift', buffered: true});
        setTimeout(() => resolve(moved), 100);
    })"""
    for path in LIGHT:
        loaded.clear()
        page.goto(address + path, wait_until="networkidle")
        sizes = [request.sizes() for request in loaded]
        assert 5 <= len(sizes) <= 10, path
        assert all(request.url.startswith(address) for request in loaded), path
        assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= 130_000, path
        assert page.evaluate(shift) <= 0.01, path


def test_lighthouse_gives_at_least_98(address: str, full: bool, judge: None, tmp_path: Path) -> None:
    # What it says of accessibility is what axe says.
    categories = {"best-practices", "seo"} | ({"accessibility"} if full else set())
    for path in LIGHT if full else LIGHT[-1:]:
        found = lighthouse(address + path, tmp_path, ",".join(sorted(categories)))
        assert found.scores.keys() == categories
        assert min(found.scores.values()) >= 98, (path, found)
