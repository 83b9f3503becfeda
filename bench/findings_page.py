"""Lighthouse's score for performance of pages of the findings, against a page that holds one sentence.

Lighthouse reckons, from times measured here, what a phone with a slow processor on a slow network would need. What
else the machine does lowers the score, that of the bare page too; so both are judged in turn, and the medians stand
side by side. Lighthouse comes with `npm ci --prefix tests/browser/tools`.

    kloof demo                          # in another window
    python bench/findings_page.py http://127.0.0.1:8000/findings/ http://127.0.0.1:8000/findings/findings/method/
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LIGHTHOUSE = Path(__file__).parent.parent / "tests/browser/tools/node_modules/lighthouse/cli/index.js"
CHROMIUM = os.environ.get("KLOOF_TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
BARE = b'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Bare</title><p>Bare.'


class _BarePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(BARE)))
        self.end_headers()
        self.wfile.write(BARE)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the figures are the output."""


@contextmanager
def bare_page() -> Iterator[str]:
    """The address of a page of one sentence."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _BarePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def performance(address: str) -> int:
    """Lighthouse's score of this address, 0 to 100."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        ask = ["node", str(LIGHTHOUSE), address, "--only-categories=performance", "--output=json"]
        ask += [
            f"--output-path={report}",
            "--quiet",
            f"--chrome-flags={FLAGS}",
            "--no-enable-error-reporting",
        ]
        subprocess.run(ask, check=True, capture_output=True, env=os.environ | {"CHROME_PATH": CHROMIUM})
        found = json.loads(report.read_text(encoding="utf-8"))
    score: float = found["categories"]["performance"]["score"]
    return round(100 * score)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("addresses", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with bare_page() as bare:
        scores: dict[str, list[int]] = {address: [] for address in (bare, *given.addresses)}
        for _ in range(given.rounds):
            for address, seen in scores.items():
                seen.append(performance(address))
    baseline = statistics.median(scores.pop(bare))
    print(f"a bare page: {baseline:.0f}")
    for address, seen in scores.items():
        middle = statistics.median(seen)
        print(f"{address}: {middle:.0f}, {middle / baseline:.2f} of the bare page (in {sorted(seen)})")


if __name__ == "__main__":
    main()
