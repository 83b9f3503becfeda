"""How much kloof costs over a bare Flask + Jinja + sqlite3 application that serves the same page and keeps the row.

Both run under the same gunicorn settings as `kloof serve`; rounds alternate, and each figure is the median over rounds.
`get` opens the first page of a survey with twelve aspects; `flow` opens it and posts all twelve answers with consent,
each time for another customer, each committed with synchronous=FULL.

    python bench/respond.py            under 50 seconds
    python bench/respond.py --full     five times as long
"""

import argparse
import json
import os
import platform
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import bare_app
import load
from many_links import prepare, settings

CUSTOMERS = 24_000
CONNECTIONS = (1, 8, 32)
# Many short rounds: on a machine with neighbours, what two rounds side by side share is noise that cancels out.
PLAN = (8,) * 16 + (1, 32) * 2
ROUND_SECONDS = {8: 0.3, 1: 0.5, 32: 0.5}
FIELDS = {f"a{number}": str(number % 11) for number in range(1, 13)} | {
    "consent": "totals",
    "action": "submit",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--full", action="store_true", help="more rounds and more customers")
    arguments.add_argument("--serve", nargs=3, metavar=("WHICH", "PORT", "FOLDER"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.serve:
        serve(given.serve[0], int(given.serve[1]), Path(given.serve[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(Path(folder), factor=5 if given.full else 1)))


def measure(folder: Path, *, factor: int) -> dict[str, object]:
    """The whole benchmark: prepare, start both servers, alternate rounds, and sum up."""
    tokens = prepare(folder, CUSTOMERS * factor)
    queries = count_queries(folder, tokens[-2:])
    servers = {which: Server(which, folder) for which in ("ours", "bare")}
    try:
        for server in servers.values():
            server.wait(tokens[-1])
        check_same(servers, tokens[-1])
        rounds = alternate(servers, tokens, factor)
    finally:
        for server in servers.values():
            server.stop()
    return summed_up(rounds) | {"queries": queries, "machine": machine()}


class Server:
    """One of the two applications in a process group of its own."""

    def __init__(self, which: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", which, str(self.port), str(folder)]
        )

    def wait(self, token: str) -> None:
        """Until it answers; raises RuntimeError after half a minute."""
        for _ in range(300):
            try:
                fetch(self.port, f"/s/{token}?page=1")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


def serve(which: str, port: int, folder: Path) -> None:
    """Run one of the applications under gunicorn, as `kloof serve` does."""
    from flask import Flask

    from kloof.cli.gunicorn import Server as Gunicorn

    class Bare(Gunicorn):
        def load(self) -> Flask:
            return bare_app.make(folder)

    kind = Gunicorn if which == "ours" else Bare
    kind(settings(folder), bind=f"127.0.0.1:{port}", workers=2, threads=4).run()


def count_queries(folder: Path, tokens: list[str]) -> dict[str, dict[str, int]]:
    """What kloof asks of SQLite to show a page, to save one, and to submit; by the first word of the statement."""
    from kloof import storage
    from kloof.storage.database import database
    from kloof.web import create_app

    client = create_app(settings(folder)).test_client()
    client.get(f"/s/{tokens[0]}?page=1")
    said: list[str] = []
    database.connection().set_trace_callback(lambda sql: said.append(sql.split()[0]))
    counted: dict[str, dict[str, int]] = {}
    steps: dict[str, Callable[[], object]] = {
        "get": lambda: client.get(f"/s/{tokens[0]}?page=1"),
        "save": lambda: client.post(f"/s/{tokens[0]}", data={"a1": "3", "page": "1", "action": "save"}),
        "submit": lambda: client.post(f"/s/{tokens[0]}", data=FIELDS),
    }
    for name, step in steps.items():
        said.clear()
        step()
        counted[name] = dict(Counter(said))
    storage.close_database()
    return counted


def fetch(port: int, path: str) -> bytes:
    """The body of one page."""
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def check_same(servers: dict[str, Server], token: str) -> None:
    """Refuse to compare two applications that do not serve the same page."""
    ours, bare = (fetch(server.port, f"/s/{token}?page=1") for server in servers.values())
    if ours != bare or b'name="a4"' not in ours:
        raise RuntimeError("the two applications do not serve the same page")


class Customers:
    """Hands out the next customer who has not answered, over every round."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = iter(tokens)

    def flow(self, _: int) -> load.Requests:
        """GET and POST in turn, each pair for a customer of its own."""
        for token in self.tokens:
            yield get(token)
            yield post(token)


def get(token: str) -> bytes:
    return f"GET /s/{token}?page=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n".encode()


def post(token: str) -> bytes:
    body = urlencode(FIELDS)
    return (
        f"POST /s/{token} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
    ).encode()


def alternate(
    servers: dict[str, Server], tokens: list[str], factor: int
) -> dict[tuple[str, str, int], list[load.Round]]:
    """Rounds by (which, what, connections), the two applications in turn."""
    # Who only looks has not answered: what was sent in is shown otherwise.
    looking, answering = tokens[-50:], tokens[:-50]
    fresh = {which: Customers(answering) for which in servers}
    rounds: dict[tuple[str, str, int], list[load.Round]] = {}

    def again(_: int) -> load.Requests:
        while True:
            yield from map(get, looking)

    for connections in PLAN * factor:
        for what in ("get", "flow"):
            for which, server in servers.items():
                requests = again if what == "get" else fresh[which].flow
                seen = load.run(server.port, connections, ROUND_SECONDS[connections], requests)
                rounds.setdefault((which, what, connections), []).append(seen)
    return rounds


def summed_up(rounds: dict[tuple[str, str, int], list[load.Round]]) -> dict[str, object]:
    """Ratios of paired rounds at 8 connections, and the latencies in milliseconds at each number of connections."""
    ratios = {
        what: median(
            ours.per_second / bare.per_second
            for ours, bare in zip(rounds["ours", what, 8], rounds["bare", what, 8], strict=True)
        )
        for what in ("get", "flow")
    }
    found: dict[str, object] = {"ratios": {what: round(ratio, 3) for what, ratio in ratios.items()}}
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        found[name] = {
            f"{which} {what} at {connections}": round(median(seen.percentile(share) for seen in group), 2)
            for (which, what, connections), group in rounds.items()
        }
    found["per_second"] = {
        f"{which} {what} at {connections}": round(median(seen.per_second for seen in group))
        for (which, what, connections), group in rounds.items()
    }
    return found


def machine() -> str:
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.machine()}, {python}, SQLite {sqlite3.sqlite_version}"


if __name__ == "__main__":
    main()
