"""A real browser for all journeys, and pages of it in every width, colour scheme and language."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from instruments.compiled import compile_once
from instruments.html_checker import CHECKER, html_checker_runs
from instruments.pages import LIGHTHOUSE
from instruments.running import CHROMIUM, WHOLE_CHROMIUM, chromium

compile_once()

NewPage = Callable[..., Page]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that need the HTML checker on one worker, so that it starts once, and all that need a whole Chromium; before
    xdist reads the groups.
    """
    for item in items:
        if "html_checker" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("html checker"))
        elif item.get_closest_marker("whole_browser"):
            item.add_marker(pytest.mark.xdist_group("whole browser"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers; there can be one of it at a time."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium's headless shell where it is installed, or else Chromium; skips by name where there is neither."""
    with _opened(playwright, CHROMIUM) as browser:
        yield browser


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """A whole Chromium, as people have it; skips by name where there is none."""
    with _opened(playwright, WHOLE_CHROMIUM) as browser:
        yield browser


@contextmanager
def _opened(playwright: Playwright, program: str) -> Iterator[Browser]:
    _need(program)
    browser = chromium(playwright, program)
    yield browser
    browser.close()


def _need(program: str) -> None:
    if not Path(program).exists():
        pytest.skip(f"no Chromium at {program} (set KLOOF_TEST_CHROMIUM)")


@pytest.fixture
def new_page(request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """A function that opens a page of its own: width 360 unless said, light, Dutch, with JavaScript.

    Without `typefaces` it stands in the reader's own: as before ours have come, or where they never do. A test that
    is marked `whole_browser` gets it in a whole Chromium.
    """
    whole = request.node.get_closest_marker("whole_browser")
    with _pages(request.getfixturevalue("whole_browser" if whole else "browser")) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def lasting_page(browser: Browser) -> Iterator[NewPage]:
    """As `new_page`, for what several tests of a file judge."""
    with _pages(browser) as open_page:
        yield open_page


@contextmanager
def _pages(browser: Browser) -> Iterator[NewPage]:
    contexts: list[BrowserContext] = []

    def open_page(
        width: int = 360,
        scheme: Literal["light", "dark"] = "light",
        locale: str = "nl-NL",
        *,
        typefaces: bool = True,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            locale=locale,
            **options,
        )
        contexts.append(context)
        if not typefaces:
            context.route("**/*.woff2", lambda route: route.abort())
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def html_checker() -> Iterator[None]:
    """The Nu HTML checker for `html_errors`; skips by name where it cannot run."""
    if shutil.which("java") is None:
        pytest.skip("no Java runtime for the Nu HTML checker")
    if not CHECKER.exists():
        pytest.skip("the Nu HTML checker is not installed (npm ci --prefix tests/browser/tools)")
    with html_checker_runs():
        yield


@pytest.fixture(scope="session")
def judge() -> None:
    """Skips by name where Lighthouse cannot run."""
    if shutil.which("node") is None:
        pytest.skip("no Node for Lighthouse")
    if not LIGHTHOUSE.exists():
        pytest.skip("Lighthouse is not installed (npm ci --prefix tests/browser/tools)")
    _need(CHROMIUM)
