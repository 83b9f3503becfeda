"""How long /me takes for a salesperson with 5,000 own deals, against a bare Flask page plus the queries of /me.

The bare application signs nobody in: it runs the very statements that /me ran, with the same values, in the same
order and on the same file, and renders as many rows with Jinja. Both are asked in this process; rounds alternate.

    python bench/me.py            under 50 seconds
    python bench/me.py --full     five times as many rounds
"""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask, render_template_string

from kloof import storage
from kloof.actions.access import sign_in
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.surveys.answers import pack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.access import people
from kloof.storage.database import database
from kloof.storage.models import Customer, Deal, Invitation, Person, Response
from kloof.storage.releases import queueing
from kloof.storage.staff import own_groups, own_totals
from kloof.storage.surveys import versions
from kloof.web import create_app

DEALS = 5_000
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
ROUNDS, WARM = 150, 10
PAGE = """<!doctype html><title>Mine</title><table>{% for row in rows %}<tr><td>{{ row[0] }}</td><td>{{ row[1] }}</td>
<td>{{ row[2] }}</td><td>{{ row[3] }}</td></tr>{% endfor %}</table>"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="five times as many rounds")
    rounds = ROUNDS * (5 if parser.parse_args().full else 1)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), rounds)))


def measure(folder: Path, rounds: int) -> dict[str, object]:
    """Fill a database, take down what /me asks of it, and let the two take turns."""
    settings = Settings(
        folder=folder,
        secret_key="only for this benchmark, worth nothing",
        database_url=f"sqlite:///{folder / 'kloof.db'}",
        works_council_consent=date(2026, 1, 15),
    )
    storage.open_database(settings.database_url)
    storage.migrate()
    app = create_app(settings, clock=lambda: NOW)
    seller = fill(Random(1))
    ours = visitor(app, seller)
    statements = taken_down(ours)
    bare = bare_page(folder / "kloof.db", statements).test_client()
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(rounds + WARM):
        for name, client, path in (("ours", ours, "/me"), ("bare", bare, "/")):
            start = time.perf_counter()
            answer = client.get(path)
            seconds = time.perf_counter() - start
            assert answer.status_code == 200
            if turn >= WARM:
                took[name].append(seconds)
    p95 = {name: sorted(values)[int(0.95 * len(values))] * 1000 for name, values in took.items()}
    return {
        "ratios": {"p95": round(p95["ours"] / p95["bare"], 2)},
        "p95_ms": {name: round(value, 2) for name, value in p95.items()},
        "deals": DEALS,
        "queries": len(statements),
        "rounds": rounds,
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}",
    }


def visitor(app: Flask, seller: int) -> Any:
    """A browser in which the salesperson has signed in."""
    client, found = app.test_client(), people.by_id(seller)
    assert found
    with client.session_transaction() as session:
        session["_user_id"] = sign_in.begin_session(found, NOW)
        session["seen"] = int(NOW.timestamp())
    return client


def taken_down(client: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """The statements of one /me with their values; a first visit has named the deals in the audit log."""
    client.get("/me")
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(event: Any) -> None:
        seen.append((event.sql, tuple(event.params or ())))

    database.obj.query_hooks.append(note)
    client.get("/me")
    database.obj.query_hooks.remove(note)
    return seen


def bare_page(file: Path, statements: list[tuple[str, tuple[Any, ...]]]) -> Flask:
    """A page with the same statements, fetched by sqlite3 and nothing made of them."""
    app, opened = Flask(__name__), sqlite3.connect(file, isolation_level=None)
    opened.execute("PRAGMA synchronous=FULL")

    @app.get("/")
    def page() -> str:
        rows: list[Any] = []
        for sql, values in statements:
            if sql.startswith("INSERT"):
                opened.execute("BEGIN IMMEDIATE")
            rows = opened.execute(sql, values).fetchall() or rows
            if sql.startswith("INSERT"):
                opened.execute("COMMIT")
        return render_template_string(PAGE, rows=rows)

    return app


def fill(chance: Random) -> int:
    """One salesperson with 5,000 deals of their own, two thirds answered, half of those by name; gives the row."""
    seller = int(
        Person.create(email="a@firm.example", name="Anouk", roles=Role.SALESPERSON, team="A", added_at=NOW).id
    )
    survey = Survey.model_validate(twelve_aspects())
    with storage.transaction():
        version = versions.record(survey, NOW)
        for number in range(DEALS):
            one(number, seller, version, survey, chance)
    own_groups.close_groups(NOW)
    return seller


def one(number: int, seller: int, version: int, survey: Survey, chance: Random) -> None:
    """One deal and, for two out of three, both answers."""
    sold = date(2022, 1, 3) + timedelta(days=number // 4)
    customer = Customer.create(email=f"c{number}@home.example", name=f"Customer {number}", language="nl").id
    deal = Deal.create(
        deal_id=f"D-{number}", customer=customer, customer_name=f"Customer {number}", customer_language="nl",
        salesperson=seller, team="A", region="East", product="Heat pump", survey_version=version, sold_on=sold,
        delivered_on=sold + timedelta(days=30), added_at=NOW,
    ).id  # fmt: skip
    if number % 3 == 2:
        return
    at = datetime(sold.year, sold.month, sold.day, 12, tzinfo=UTC) + timedelta(days=45)
    consent = "named" if number % 2 else "totals"
    for wave in Wave:
        invitation = Invitation.create(
            deal=deal, wave=wave.value, state="submitted", link_salt=b"s", link_fingerprint=f"{number}{wave}",
            opt_out_fingerprint=f"{number}{wave}", invite_on=sold, expires_at=at, created_at=at,
        ).id  # fmt: skip
        answers = {aspect.id: chance.randint(4, 10) for aspect in survey.aspects}
        Response.create(
            invitation=invitation, answers=pack(survey, wave, answers), consent=consent, language="nl", saved_at=at,
            submitted_at=at,
        )  # fmt: skip
    own_totals.keep(int(deal), queueing.complete_answers(int(deal)), at)


def twelve_aspects() -> dict[str, Any]:
    """A survey as large as a survey may reasonably be."""

    def text(words: str) -> dict[str, str]:
        return {"nl": words, "en": words}

    return {
        "id": "bench",
        "version": 1,
        "title": text("Bench"),
        "scale": {"low": 0, "high": 10, "low_label": text("poor"), "high_label": text("excellent")},
        "aspects": [
            {
                "id": f"a{number}",
                "name": text(f"Aspect {number}"),
                "at_sale": text("How good will it be?"),
                "after_delivery": text("How good was it?"),
                "norm": 7,
            }
            for number in range(1, 13)
        ],
    }


if __name__ == "__main__":
    main()
