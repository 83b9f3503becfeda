"""Judges of a page: axe, Lighthouse, measure.js and the Nu HTML checker; a server to ask pages of, and a way in."""

import json
import os
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Locator, Page, Response
from werkzeug.serving import make_server

from cast.builders import person, signed_in_as
from instruments.html_checker import html_errors as html_errors
from instruments.running import CHROMIUM, CHROMIUM_FLAGS
from kloof.domain.access.people import Role
from kloof.storage.database import database

JUDGES = Path(__file__).parents[1] / "browser" / "tools" / "node_modules"
LIGHTHOUSE = JUDGES / "lighthouse" / "cli" / "index.js"
MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
# WCAG 2.2 AA, and what axe calls best practice besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve the application on this port of this machine, or a free one; gives its address."""

    def answered(environ: Any, start: Any) -> Iterable[bytes]:
        # Here a thread lives for one request, so its connection does too; those of gunicorn stay.
        try:
            return app(environ, start)
        finally:
            if database.obj is not None:  # a preview has none
                database.close()

    server = make_server("127.0.0.1", port, answered, threaded=True)
    # It looks this often whether it has to end, and each test waits for that.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def follow(page: Page, button: Locator) -> Response:
    """Press what leads to another page; gives the answer, when that page stands and not the one before it."""
    with page.expect_navigation() as going:
        button.click()
    return going.value


def axe_violations(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """What axe has against the page as it stands now, by these rules or groups of them: rule, and what breaks it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Only what breaks a rule travels: to describe every element that does not is most of the work.
    found = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations'], elementRef: false})"
        ".then(({violations}) => violations)",
        rules,
    )
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found]


class Judgement(NamedTuple):
    """Of Lighthouse: 0 to 100 by category, and the audits that the page fails."""

    scores: dict[str, int]
    failed: list[str]


def lighthouse(address: str, folder: Path, categories: str) -> Judgement:
    """What Lighthouse says of the page, on a phone, in these categories, separated by commas.

    Its score for performance is left to `bench/findings_page.py`: it is reckoned from times, and what else the machine
    does lowers it. A run in which Chromium itself gave up says nothing about the page, so that one is tried again.
    """
    report = folder / "lighthouse.json"
    flags = " ".join(["--headless=new", *CHROMIUM_FLAGS])
    ask = ["node", str(LIGHTHOUSE), address, "--output=json", f"--output-path={report}", "--quiet"]
    ask += [f"--chrome-flags={flags}", "--no-enable-error-reporting", "--disable-full-page-screenshot"]
    # By the other ways to slow a page down it waits ten seconds instead of two before it believes that all has come.
    ask += [f"--only-categories={categories}", "--throttling-method=simulate"]
    found = {}
    for _ in range(3):
        done = subprocess.run(
            ask,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env=os.environ | {"CHROME_PATH": CHROMIUM},
        )
        assert report.exists(), done.stderr
        found = json.loads(report.read_text(encoding="utf-8"))
        if "runtimeError" not in found:
            break
    judged, audits = found["categories"], found["audits"]
    return Judgement(
        {name: round(100 * (one["score"] or 0)) for name, one in judged.items()},
        [
            f"{category['title']}: {audits[one['id']]['title']}"
            for category in judged.values()
            for one in category["auditRefs"]
            if one["weight"] and audits[one["id"]]["score"] == 0
        ],
    )


def wrong_on_a_phone(page: Page) -> dict[str, Any]:
    """What is wrong with the page on a screen 360 pixels wide, as measure.js says it, by kind of fault."""
    page.set_viewport_size({"width": 360, "height": 800})
    # Until the letters have come, lines may still break elsewhere.
    page.evaluate("document.fonts.ready.then(() => null)")
    # As high as its page, since only what is on the screen can be pressed.
    page.set_viewport_size({"width": 360, "height": page.evaluate("document.documentElement.scrollHeight")})
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


def sign_in(page: Page, app: Flask, address: str, name: str, role: Role) -> None:
    """Put the session cookie that signing in would give into this browser."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    value = serializer.dumps(signed_in_as(person(name, role)))
    page.context.add_cookies([{"name": "kloof", "value": value, "url": address}])
