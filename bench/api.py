"""How fast deals go in over the API, and how fast they are listed.

`put`: new deals with their invitations per second, over a bare Flask + pydantic + sqlite3 application that stores the
same rows (bare_deals.py); both under the gunicorn settings of `kloof serve`, with synchronous=FULL and eight
connections, rounds in turn. `bulk`: deals per second of one PUT of 1,000 over those of single PUTs, both on one
connection. `list`: the time of a page of 100 deals in a large company over that in one of 2,000.

    python bench/api.py            under 50 seconds; the large company has 20,000 deals
    python bench/api.py --full     200,000 deals, and more rounds
"""

import argparse
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import bare_deals
import load
from company_of_deals import NOW, fill
from kloof import storage
from kloof.actions.access import api_tokens
from kloof.config import Settings
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.storage.access import people
from kloof.storage.database import database
from kloof.storage.surveys import versions
from mail import SELLER, machine, survey

FEW, MANY, MOST = 2_000, 20_000, 200_000
BULK = 1_000
ROUND_SECONDS = 0.7
WARM_AND_LOOK = 25
WORDS = 6
"""By which a deal of this benchmark is found."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help=f"{MOST:,} deals, and more rounds")
    parser.add_argument("--serve", nargs=3, metavar=("WHICH", "PORT", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve[0], int(given.serve[1]), Path(given.serve[2]))
        return
    rounds, most = (40, MOST) if given.full else (10, MANY)
    with tempfile.TemporaryDirectory() as folder:
        found = puts(Path(folder), rounds)
    lists = listed(most)
    found["ratios"]["list"] = lists["ratio"]
    print(json.dumps(found | {"list_ms": lists["ms"], "deals": [FEW, most], "machine": machine()}))


def settings(folder: Path, name: str = "ours") -> Settings:
    """Of a company in this folder that mails at any hour."""
    return Settings.model_validate(
        {
            "folder": folder,
            "secret_key": "only for this benchmark, worth nothing",
            "database_url": f"sqlite:///{folder / f'{name}.db'}",
            "mail": {"hours": (0, 24), "weekdays": (1, 2, 3, 4, 5, 6, 7), "holidays": ""},
        }
    )


def company(folder: Path, name: str) -> str:
    """Both have the same tables, somebody who sells, a survey and a token; gives the token."""
    now = datetime.now(UTC)
    storage.open_database(settings(folder, name).database_url)
    storage.migrate()
    people.put(SELLER, "Eva Bakker", {Role.SALESPERSON}, "Utrecht", now)
    secret = _token(settings(folder, name), now)
    with storage.transaction():
        versions.record(survey(), now)
    storage.close_database()
    return secret


def _token(house: Settings, now: datetime) -> str:
    people.put("noor@example.com", "Noor", {Role.DESK}, "", now)
    owner = people.by_email("noor@example.com")
    assert owner
    ends_on = (now + timedelta(days=9)).date()
    return api_tokens.make(house, "bench", TokenKind.WRITE, set(Scope), owner, ends_on, now).secret


def serve(which: str, port: int, folder: Path) -> None:
    """Run one of the applications under gunicorn, as `kloof serve` does."""
    from flask import Flask

    from kloof.cli.gunicorn import Server as Gunicorn
    from kloof.web.api import rates

    class Bare(Gunicorn):
        def load(self) -> Flask:
            return bare_deals.make(folder / "bare.db", 1)

    rates.MOST = 10**9  # type: ignore[misc]  # no program may ask so often, and this one has to
    kind = Gunicorn if which == "ours" else Bare
    kind(settings(folder), bind=f"127.0.0.1:{port}", workers=2, threads=4).run()


@contextmanager
def serving(which: str, folder: Path) -> Iterator[int]:
    """One of the applications in a process of its own; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([sys.executable, __file__, "--serve", which, str(port), str(folder)])
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def deal(number: int) -> dict[str, str]:
    """A deal that nobody has yet, of a new customer."""
    return {
        "customer_name": f"Customer {number}", "customer_email": f"customer{number}@example.com", "language": "nl",
        "salesperson_email": SELLER, "team": "Utrecht", "region": "Midden", "product": "Warmtepomp", "survey": "bench",
        "sold_on": (datetime.now(UTC) - timedelta(days=2)).date().isoformat(),
    }  # fmt: skip


def request(path: str, body: object, secret: str) -> bytes:
    """A PUT as bytes."""
    sent = json.dumps(body).encode()
    head = (
        f"PUT /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    return head.encode() + sent


class Deals:
    """Hands out the next deal that is new, over all rounds."""

    def __init__(self, secret: str) -> None:
        self.secret, self.next = secret, 0

    def singles(self, _: int) -> load.Requests:
        while True:
            yield self.single()

    def single(self) -> bytes:
        self.next += 1
        return request(f"/deals/D-{self.next}", deal(self.next), self.secret)

    def many(self) -> bytes:
        numbers = range(self.next + 1, self.next + BULK + 1)
        self.next += BULK
        return request(
            "/deals", {"deals": [{"deal_id": f"D-{one}"} | deal(one) for one in numbers]}, self.secret
        )


def puts(folder: Path, rounds: int) -> dict[str, Any]:
    """Single PUTs of both, and PUTs of a thousand of ours."""
    with_survey(folder)
    secrets = {which: company(folder, which) for which in ("ours", "bare")}
    sources = {which: Deals(secret) for which, secret in secrets.items()}
    with serving("ours", folder) as ours, serving("bare", folder) as bare:
        ports = {"ours": ours, "bare": bare}
        per_second: dict[str, list[float]] = {"ours": [], "bare": []}
        for turn in range(rounds + 1):
            for which, port in ports.items():
                seen = load.run(port, 8, ROUND_SECONDS, sources[which].singles)
                if turn:
                    per_second[which].append(seen.per_second)
        bulk = alternated(ours, sources["ours"], max(2, rounds // 4))
    ratio = median(one / other for one, other in zip(per_second["ours"], per_second["bare"], strict=True))
    refuse_other_rows(folder, {which: source.next for which, source in sources.items()})
    return {
        "ratios": {"put": round(ratio, 3), "bulk": round(bulk["ratio"], 2)},
        "per_second": {which: round(median(of), 1) for which, of in per_second.items()}
        | {"bulk": round(bulk["bulk"], 1), "single on one connection": round(bulk["single"], 1)},
    }


def alternated(port: int, source: Deals, rounds: int) -> dict[str, float]:
    """Deals per second on one connection, one by one and by the thousand, in turn."""
    bulks, singles = [], []
    for _ in range(rounds):
        singles.append(load.run(port, 1, ROUND_SECONDS, source.singles).per_second)
        seen = load.run(port, 1, 0.0, lambda _: iter([source.many()]))
        bulks.append(BULK / seen.seconds)
    ratio = median(one / other for one, other in zip(bulks, singles, strict=True))
    return {"ratio": ratio, "bulk": median(bulks), "single": median(singles)}


def with_survey(folder: Path) -> None:
    """The survey as a file, where ours looks for it."""
    (folder / "surveys").mkdir()
    text = survey().model_dump_json(exclude_none=True)
    (folder / "surveys" / "bench.yaml").write_text(text, encoding="utf-8")


def refuse_other_rows(folder: Path, sent: dict[str, int]) -> None:
    """Raise RuntimeError where one of the two did not store what the other does."""
    for which, deals in sent.items():
        storage.open_database(settings(folder, which).database_url)
        found = {
            table: database.execute_sql(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in (
                "deal",
                "customer",
                "invitation",
                "message",
                "audit_subject",
                "audit_entry",
                "deal_word",
            )
        }
        storage.close_database()
        print(which, deals, found)
        # A token is one line of the log more; a number, a name and an address are six words.
        found["audit_entry"] -= 1
        found["deal_word"] //= WORDS
        if len(set(found.values())) != 1 or not 0 <= deals - found["deal"] <= WARM_AND_LOOK:
            raise RuntimeError(f"{which} stored {found} of {deals} deals")


def listed(most: int) -> dict[str, Any]:
    """Milliseconds of a page of 100 deals, the first and one in the middle, in a small company and in a large one."""
    from kloof.web import create_app

    times: dict[int, list[float]] = {FEW: [], most: []}
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        asks: dict[int, tuple[str, Callable[[], list[float]]]] = {}
        for deals, folder in ((FEW, Path(small)), (most, Path(large))):
            house = settings(folder)
            storage.open_database(house.database_url)
            storage.migrate()
            fill(deals)
            secret = _token(house, NOW)
            client = create_app(house, clock=lambda: NOW).test_client(use_cookies=False)
            asks[deals] = (house.database_url, partial(pages, client, secret))
            storage.close_database()
        for turn in range(8):
            for deals, (url, ask) in asks.items():
                storage.open_database(url)
                took = ask()
                storage.close_database()
                if turn:
                    times[deals] += took
    few, many = (median(times[deals]) for deals in (FEW, most))
    return {"ratio": round(many / few, 2), "ms": [round(few, 1), round(many, 1)]}


def pages(client: Any, secret: str) -> list[float]:
    """How long pages of 100 take, in milliseconds: the first ones and, by a filter, some further back."""
    headers, found = {"Authorization": f"Bearer {secret}"}, []
    client.get("/api/v1/deals?limit=1", headers=headers)
    for asked in (
        "",
        "&status=asked&without=answered",
        "&sold_until=2024-06-03",
        "&product=Product+3",
        "&status=delivered",
    ):
        began = time.perf_counter()
        answer = client.get(f"/api/v1/deals?limit=100{asked}", headers=headers)
        found.append(1000 * (time.perf_counter() - began))
        assert answer.status_code == 200, answer.data
    return found


if __name__ == "__main__":
    main()
