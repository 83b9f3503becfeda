"""Judges of a page: axe for accessibility, the Nu checker for its HTML; and a server to ask pages of."""

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

CHECKER = (
    Path(__file__).parent / "browser" / "tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
)
# WCAG 2.2 AA, and what axe calls best practice besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def axe_violations(page: Page) -> list[str]:
    """What axe has against the page as it stands now: rule, and the elements that break it."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found]


def html_errors(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What the Nu HTML checker says against these pages (by name), one line each, warnings included."""
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    files = [str(folder / f"{name}.html") for name in pages]
    done = subprocess.run(
        ["java", "-jar", str(CHECKER), "--format", "json", "--stdout", *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    messages = json.loads(done.stdout)["messages"]
    return [f"{Path(found['url']).name}:{found.get('lastLine')}: {found['message']}" for found in messages]
