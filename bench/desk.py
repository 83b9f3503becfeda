"""How much longer pages for colleagues take in a company with many deals than in one with 2,000: p95 against p95, which
may grow threefold. The last line has the worst of the desk's own pages, of those about deals, and of a salesperson's.

python bench/desk.py                   20,000 deals on SQLite, in under 50 seconds
python bench/desk.py --full            200,000 deals; most of five minutes goes into making them
python bench/desk.py --postgresql      on a PostgreSQL server, which takes twice as long
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from company_of_deals import NOW, fill
from kloof import storage
from kloof.actions import job_kinds
from kloof.actions.access import sign_in
from kloof.actions.jobs.due import ask_what_is_due
from kloof.actions.jobs.progress import LEASE
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.errors import KloofError
from kloof.storage import jobs
from kloof.storage.access import people
from kloof.storage.models import Call, Deal, Message
from kloof.web import create_app
from scratch import postgresql

FEW, MANY, MOST = 2_000, 20_000, 200_000
ROUNDS, WARM = 24, 2
SELLER = "s7@firm.example"
"""Who sells, and leads the deliveries of a team."""
TARGET = 3
DESK = {
    "today": "/desk",
    "mail": "/desk/mail",
    "people": "/desk/people",
    "files": "/desk/files",
    "releases": "/desk/releases",
    "a mail": "/desk/mail/{mail}",
    "calls": "/calls",
    "a call": "/calls/{call}",
    "fair play": "/desk/fair-play",
}
DEALS = {
    "all": "/desk/deals",
    "years back": "/desk/deals?before=2024-06-03.1",
    "figure of a week": "/desk/deals?step=asked&without=answered&week=2026-W40",
    "twelve weeks": "/desk/deals?step=delivered&without=answered_after&from=2026-08-10",
    "a step, ever": "/desk/deals?step=asked&without=answered",
    "overdue": "/desk/deals?state=overdue",
    "mail came back": "/desk/deals?state=bounced",
    "by letter": "/desk/deals?state=letter",
    "a salesperson": "/desk/deals?salesperson=7",
    "a product of a team": "/desk/deals?product=Product+3&team=Team+5",
    "search: a name": "/desk/deals?q=jan+de+vries",
    "search: a letter": "/desk/deals?q=j",
    "search: a number": "/desk/deals?q=001990",
    "search: an address": "/desk/deals?q=sanne.jansen",
    "search: nothing": "/desk/deals?q=zzzz",
    "a deal": "/desk/deal/{deal}",
    "its facts": "/desk/deal-facts/{deal}",
    "its erasure": "/desk/deal-erasure/{deal}",
}
ME = {
    "own feedback": "/me",
    "own deals": "/me/deals",
    "own deals, further": "/me/deals?page=2",
    "own deals: a name": "/me/deals?show=named&q=jan",
    "before a promise": "/me/promise",
    "a product's promises": "/me/promise?product=Product+3",
    "own calls": "/calls",
    "handover": "/handover",
    "handover of a deal": "/handover/{team}",
}
PAGES = DESK | DEALS | ME


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help=f"{MOST:,} deals")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server")
    asked = parser.parse_args()
    most = MOST if asked.full else MANY
    with ExitStack() as stack:
        companies = [stack.enter_context(company(deals, on_server=asked.postgresql)) for deals in (FEW, most)]
        few, many = measured(companies)
    grown = {name: round(many[name].clock / few[name].clock, 2) for name in PAGES}
    print(f"{'p95':<20} {FEW:>11,} {most:>11,}   ratio   of processor time")
    for name in PAGES:
        processor = many[name].processor / few[name].processor
        times = f"{few[name].clock:8.1f} ms {many[name].clock:8.1f} ms"
        print(f"{name:<20} {times}   {grown[name]:5.2f}   {processor:5.2f}")
    report = {
        "ratios": {
            kind: max(grown[name] for name in pages)
            for kind, pages in (("desk", DESK), ("deals", DEALS), ("me", ME))
        },
        "p95_ms": {name: [round(few[name].clock, 1), round(many[name].clock, 1)] for name in PAGES},
        "too_slow": [name for name in PAGES if grown[name] > TARGET],
        "counted_beforehand_s": companies[1].beforehand,
        "deals": [FEW, most],
        "engine": "postgresql" if asked.postgresql else "sqlite",
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}",
    }
    print(json.dumps(report))


class Spent(NamedTuple):
    """Time by the clock, and of this process, without what a database server does for it."""

    clock: float
    processor: float


class Company(NamedTuple):
    """Where its database is, browsers in which somebody of its desk and a salesperson have signed in, what addresses of
    pages are about, and in how many seconds the worker counted what pages only show.
    """

    url: str
    desk: Any
    seller: Any
    about: dict[str, Any]
    beforehand: dict[str, float]


@contextmanager
def company(deals: int, *, on_server: bool) -> Iterator[Company]:
    """A company with so many deals, while this lasts; its database is closed."""
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder), on_server=on_server) as url:
        settings = Settings(
            folder=Path(folder),
            secret_key="only for this benchmark, worth nothing",
            database_url=url,
            works_council_consent=date(2026, 1, 15),
        )
        storage.open_database(url)
        storage.migrate()
        fill(deals)
        people.put("noor@firm.example", "Noor", {Role.DESK}, "", NOW)
        people.put(SELLER, "Seller 7", {Role.SALESPERSON, Role.LEAD}, "Team 7", NOW)
        app = create_app(settings, clock=lambda: NOW)
        desk, seller = visitor(app, "noor@firm.example"), visitor(app, SELLER)
        seconds = _counted_beforehand(settings)
        about = _about(deals)
        storage.close_database()
        yield Company(url, desk, seller, about, seconds)


def _about(deals: int) -> dict[str, Any]:
    newest = Deal.select(Deal.deal_id).order_by(Deal.id.desc())
    called = newest.join(Call).where(Call.owner.is_null())
    mail = Message.select(Message.id).where(Message.state == "bounced").order_by(Message.id.desc())
    return {
        "deal": newest.offset(deals // 4).limit(1).scalar(),
        "team": newest.where(Deal.team == "Team 7").limit(1).scalar(),
        "call": called.limit(1).scalar(),
        "mail": mail.limit(1).scalar(),
    }


def _counted_beforehand(settings: Settings) -> dict[str, float]:
    """What the worker counts for pages, and the seconds that it took."""
    took = {}
    ask_what_is_due(settings, NOW)
    while job := jobs.take("bench", NOW, NOW + LEASE, 1):
        start = time.perf_counter()
        result = job_kinds.outcome(settings, job, NOW, lambda done, total: None)
        took[job.kind.value] = round(time.perf_counter() - start, 1)
        if isinstance(result, KloofError):
            raise result
        jobs.end(job.id, "bench", result, NOW)
    return took


def measured(companies: Sequence[Company]) -> list[dict[str, Spent]]:
    """The p95 of each page in milliseconds, of each company. They take turns, since the machine does other work too."""
    taken: list[dict[str, list[Spent]]] = [{name: [] for name in PAGES} for _ in companies]
    for turn in range(ROUNDS + WARM):
        for one, took in zip(companies, taken, strict=True):
            storage.open_database(one.url)
            one.desk.get("/desk/deals")
            for name, path in PAGES.items():
                client = one.seller if name in ME else one.desk
                before, start = time.process_time(), time.perf_counter()
                answer = client.get(path.format(**one.about))
                spent = Spent(time.perf_counter() - start, time.process_time() - before)
                assert answer.status_code == 200, (path, answer.status_code)
                if turn >= WARM:
                    took[name].append(spent)
            storage.close_database()
    return [{name: _p95(spent) for name, spent in took.items()} for took in taken]


def _p95(spent: Sequence[Spent]) -> Spent:
    at = int(0.95 * len(spent))
    return Spent(*(1000 * sorted(values)[at] for values in zip(*spent, strict=True)))


@contextmanager
def _database(folder: Path, *, on_server: bool) -> Iterator[str]:
    with ExitStack() as stack:
        url = stack.enter_context(postgresql()) if on_server else f"sqlite:///{folder / 'kloof.db'}"
        if url is None:
            raise SystemExit("There is no PostgreSQL server: set KLOOF_TEST_POSTGRESQL.")
        yield url


def visitor(app: Any, email: str) -> Any:
    """A browser in which this person has signed in."""
    found = people.by_email(email)
    assert found
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = sign_in.begin_session(found, NOW)
        session["seen"] = int(NOW.timestamp())
    return client


if __name__ == "__main__":
    main()
