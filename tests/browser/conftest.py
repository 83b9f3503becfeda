"""One real Chromium for all journeys, and pages of it in every width, colour scheme and language."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from instruments.compiled import compile_once
from instruments.html_checker import CHECKER, html_checker_runs
from instruments.pages import LIGHTHOUSE
from instruments.running import CHROMIUM, chromium

compile_once()

NewPage = Callable[..., Page]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that need the HTML checker on one worker, so that it starts once; before xdist reads the groups."""
    for item in items:
        if "html_checker" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("html checker"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; skips by name where there is none."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM} (set KLOOF_TEST_CHROMIUM)")
    with sync_playwright() as playwright:
        opened = chromium(playwright)
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """A function that opens a page of its own: width 360 unless said, light, Dutch, with JavaScript.

    Without `typefaces` it stands in the reader's own: as before ours have come, or where they never do.
    """
    with _pages(browser) as open_page:
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
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM} (set KLOOF_TEST_CHROMIUM)")
