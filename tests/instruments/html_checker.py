"""The Nu HTML checker as a service of this machine: to start it takes longer than to read all pages of the tests."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from instruments.running import free_port, wait_for

CHECKER = Path(__file__).parents[1] / "browser/tools/node_modules/vnu-jar/build/dist/vnu.jar"
# It runs for too short to win by compiling well, and what compiles fast needs a deeper stack for the schema of HTML.
SHORT_LIVED = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m"]
# No charset, so that a page has to name its own, as one in a file does; and it answers nobody without a name.
HEADERS = {"Content-Type": "text/html", "User-Agent": "tests"}
_ports: list[int] = []


@contextmanager
def html_checker_runs() -> Iterator[None]:
    """Start it, for this machine only, and end it afterwards."""
    port = free_port()
    run = ["java", *SHORT_LIVED, "-Dnu.validator.servlet.bind-address=127.0.0.1", "-cp", str(CHECKER)]
    run += ["nu.validator.servlet.Main", str(port)]
    service = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        _ports.append(port)
        yield
    finally:
        _ports.clear()
        service.kill()
        service.wait()


def html_errors(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What it says against these pages (by name), one line each, warnings included; leaves those pages in `folder`."""
    found = []
    with closing(HTTPConnection("127.0.0.1", _ports[-1], timeout=120)) as service:
        for name, html in pages.items():
            service.request("POST", "/?out=json", html.encode(), HEADERS)
            said = json.loads(service.getresponse().read())["messages"]
            if said:
                (folder / f"{name}.html").write_text(html, encoding="utf-8")
            found += [f"{name}.html:{one.get('lastLine')}: {one['message']}" for one in said]
    return found
