"""Takes the pictures in the README and the handbook again, from a running demo. `make screenshots` runs it.

The demo plays on always the same day, so that only what was changed looks different.
"""

import tempfile
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, sync_playwright

from instruments.running import WHOLE_CHROMIUM, Demo, chromium, running_demo

PICTURES = Path(__file__).parents[1] / "site" / "pictures"
DAY = "2026-11-25"
SITE_PAGES = {
    "aspects": "#aspects",
    "aspect": "aspects/lead-time/",
    "norm": "norm/",
    "promises": "promises/",
    "before": "before-you-promise/#product-0",
    "groups": "groups/",
    "answered": "answered/",
}
"""Pages of the findings about one survey, by the name of their picture."""


def main() -> None:
    """Start a demo, look at its faces, and write one picture of each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder) / "demo", "--today", DAY) as demo,
        sync_playwright() as api,
    ):
        browser = chromium(api, WHOLE_CHROMIUM)
        _phone(browser, demo)
        _desktop(browser, demo)
        browser.close()


def _phone(browser: Browser, demo: Demo) -> None:
    page = _page(browser, 390, 780)
    page.emulate_media(reduced_motion="reduce")  # else the next question scrolls in
    _open(page, demo.address("Be a customer"))
    page.locator("input[type=radio][value='8']").first.check(force=True)
    page.evaluate("scrollTo(0, 0)")
    _take(page, "customer")


def _desktop(browser: Browser, demo: Demo) -> None:
    page = _page(browser, 1280, 860)
    _open(page, demo.address("Read the findings") + "en/")
    _take(page, "findings")
    _site(
        browser,
        demo,
        urljoin(page.url, page.get_by_role("link", name="See all aspects").first.get_attribute("href")),
    )
    for label, name in (("Be a salesperson", "salesperson"), ("Be the desk", "desk")):
        page = _page(browser, 1280, 860)
        _open(page, demo.address(label))
        page.locator("main button").click()
        page.wait_for_load_state("networkidle")
        _take(page, name)


def _site(browser: Browser, demo: Demo, survey: str) -> None:
    for name, path in SITE_PAGES.items():
        page = _page(browser, 1280, 860)
        _open(page, survey + path)
        _take(page, f"findings-{name}")
    phone = browser.new_context(
        viewport={"width": 390, "height": 780}, locale="nl-NL", color_scheme="dark"
    ).new_page()
    _open(phone, demo.address("Read the findings"))
    _take(phone, "findings-phone")


def _open(page: Page, address: str) -> None:
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"There is nothing to take a picture of at {address}")


def _page(browser: Browser, width: int, height: int) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", color_scheme="light"
    )
    return context.new_page()


def _take(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
    print(f"site/pictures/{name}.png")  # noqa: T201


if __name__ == "__main__":
    main()
