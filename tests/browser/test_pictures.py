"""Pictures as a browser draws them: no letter on another, as large as the reader's, and whole when taken along."""

import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from cast.builders import NOW, settings
from cast.made_site import LOOK, company_folder
from cast.synthetic import Firm
from instruments.made_once import made_once
from instruments.pages import served
from kloof.publish.charts.drawing import NARROWEST
from kloof.publish.site_build import build_site
from kloof.web import create_app

NewPage = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY_ON_FIVE = Firm(
    aspects=24,
    low=1,
    high=5,
    releases=2,
    called=lambda name: f"{name} arbeidsongeschiktheidsverzekeringspolis",
)
ONE = Firm(aspects=1, releases=2, surveys=("installation", "product"))
FIRMS = {"24 aspects, 1 to 5, long words": MANY_ON_FIVE, "one aspect": ONE}
PATHS = ("", "findings/installation-1/", "findings/installation-1/aspects/lead-time/")

COLLIDING = """() => {
    const letters = (svg) => [...svg.querySelectorAll('text')]
        .map((text) => [text.textContent, text.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0);
    return {
        width: document.documentElement.scrollWidth,
        sizes: [...document.querySelectorAll('figure svg.chart text')]
            .map((text) => text.getBoundingClientRect().height).filter((height) => height > 0),
        collide: [...document.querySelectorAll('figure svg.chart')].map(letters).flatMap((boxes) =>
            boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
                .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1)
                .filter(([, b]) => a.top < b.bottom - 0.4 * b.height && b.top < a.bottom - 0.4 * a.height)
                .map(([other]) => `${one} × ${other}`))),
        outside: [...document.querySelectorAll('figure svg.chart')].flatMap((svg) => {
            const sheet = svg.getBoundingClientRect();
            return letters(svg)
                .filter(([, box]) => box.left < sheet.left - 1 || box.right > sheet.right + 1)
                .map(([words]) => words);
        }),
    };
}"""
IN_A_FILE = """() => {
    const sheet = document.querySelector('rect').getBoundingClientRect();
    const lines = [...document.querySelectorAll('g[transform*=scale]')].map((g) => g.getBoundingClientRect());
    return {
        lines: lines.length,
        outside: lines.filter((box) => box.left < sheet.left || box.right > sheet.right
            || box.top < sheet.top || box.bottom > sheet.bottom).length,
        collide: lines.flatMap((a, index) => lines.slice(index + 1).filter((b) =>
            a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length,
    };
}"""


@pytest.fixture(scope="module", params=FIRMS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    firm = FIRMS[request.param]

    def make(folder: Path) -> None:
        build_site(company_folder(folder, firm.documents()), LOOK)

    return made_once(tmp_path_factory, f"pictures of {request.param}", make)


@pytest.fixture
def address(folder: Path, tmp_path: Path) -> Iterator[str]:
    with served(
        create_app(settings(f"sqlite:///{tmp_path / 'empty.db'}", folder), clock=lambda: NOW)
    ) as address:
        yield f"{address}/findings/"


def looked_at(page: Page, width: int) -> dict[str, Any]:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.fonts.ready.then(() => null)")
    found: dict[str, Any] = page.evaluate(COLLIDING)
    return found


def test_no_letter_stands_on_another_or_beside_its_picture(address: str, new_page: NewPage) -> None:
    page = new_page()
    for path in PATHS:
        page.goto(address + path)
        for width in (320, 360, 768, 1280):
            seen = looked_at(page, width)
            assert (seen["collide"], seen["outside"]) == ([], []), (path, width)
            assert seen["width"] <= width, (path, width)
            assert seen["sizes"], path


def test_letters_of_a_picture_are_twice_as_large_for_who_reads_twice_as_large(
    address: str, new_page: NewPage
) -> None:
    page = new_page()
    for path in PATHS:
        page.goto(address + path)
        for width in (360, 1280):
            # Half as many letters fit, so what is seen is what is seen at half the width.
            before = looked_at(page, max(width // 2, NARROWEST + 32))
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            twice = looked_at(page, width)
            page.evaluate("document.documentElement.style.fontSize = ''")
            assert (twice["collide"], twice["outside"]) == ([], []), (path, width)
            assert twice["width"] <= width, (path, width)
            assert len(twice["sizes"]) == len(before["sizes"]), (path, width)
            for small, large in zip(before["sizes"], twice["sizes"], strict=True):
                assert large == pytest.approx(2 * small, rel=0.12), (path, width)


def test_a_downloaded_picture_keeps_its_letters_apart_and_on_its_sheet(
    folder: Path, new_page: NewPage
) -> None:
    page = new_page(width=1000)
    pictures = sorted((folder / "build" / "site" / "findings" / "pictures").glob("*-nl.svg"))
    some = [
        picture
        for picture in pictures
        if re.search(r"where|sides|changed|trend|whole|promises", picture.name)
    ]
    assert len(some) > 5
    for picture in some[:: max(1, len(some) // 12)]:
        page.goto(picture.as_uri())
        seen = page.evaluate(IN_A_FILE)
        assert seen["lines"] > 5, picture.name
        assert (seen["outside"], seen["collide"]) == (0, 0), picture.name


def test_a_picture_is_offered_by_name_large_enough_to_press_and_saved_twice_as_sharp(
    address: str, new_page: NewPage
) -> None:
    page = new_page(width=1280)
    page.goto(address)
    for link in page.locator(".downloads a, .downloads button").all():
        box = link.bounding_box()
        assert box
        assert box["height"] >= 24
        assert re.match(r"Download (SVG|PNG)|Kopieer plaatje", link.inner_text())
    with page.expect_download() as saving:
        page.locator("a[data-png]").first.click()
    width, height = struct.unpack(">II", Path(saving.value.path()).read_bytes()[16:24])
    assert width == 2 * 864
    assert height > 400


def test_a_picture_is_copied_as_png_and_the_button_says_so(address: str, new_page: NewPage) -> None:
    page = new_page(width=1280)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address)
    said = page.locator(".downloads [role=status]").first
    assert said.inner_text() == ""
    page.get_by_role("button", name="Kopieer plaatje").first.click()
    page.get_by_text("Gekopieerd. Plak het in je presentatie.").wait_for()
    kept = page.evaluate("""async () => {
        const [item] = await navigator.clipboard.read();
        const picture = await createImageBitmap(await item.getType('image/png'));
        return [item.types, picture.width > 800];
    }""")
    assert kept == [["image/png"], True]


def test_where_the_clipboard_is_kept_from_the_page_nothing_is_offered_that_could_not_be_done(
    address: str, new_page: NewPage
) -> None:
    page = new_page(width=1280)
    page.add_init_script("delete window.ClipboardItem")
    page.goto(address)
    page.locator("a[data-png]").first.wait_for()
    assert not page.locator("button[data-copy]").first.is_visible()
    page.add_init_script("window.ClipboardItem = class {}")
    page.goto(address)
    page.get_by_role("button", name="Kopieer plaatje").first.click()
    page.get_by_text("Kopiëren lukte niet. Download de PNG.").wait_for()


def test_a_table_is_a_stop_of_the_keyboard_only_where_it_scrolls(address: str, new_page: NewPage) -> None:
    page = new_page(width=1280)
    page.goto(address + "findings/installation-1/")
    page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true })")
    stops = """async () => {
        const found = () => [...document.querySelectorAll('.table-scroll')].map((region) =>
            [region.scrollWidth > region.clientWidth, region.tabIndex === 0]);
        for (let tries = 0; tries < 50 && found().some(([more, stop]) => more !== stop); tries += 1) {
            await new Promise((again) => setTimeout(again, 100));
        }
        return found();
    }"""
    before = page.evaluate(stops)
    assert before == [[False, False]] * len(before)
    page.locator(".table-scroll > table").last.evaluate("(table) => { table.style.minWidth = '200rem' }")
    assert page.evaluate(stops)[-1] == [True, True]
