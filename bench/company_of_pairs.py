"""A database with any number of complete pairs, made as fast as it can be: what the release engine is measured on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from kloof import storage
from kloof.domain.surveys.definition import Survey
from kloof.storage.database import database, is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import Pair, Person, QueueCell
from kloof.storage.releases.pair_encoding import head
from kloof.storage.surveys import versions

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
ASPECTS, PRODUCTS, TEAMS, REGIONS, SELLERS = 12, 10, 20, 5, 5
CELLS = PRODUCTS * TEAMS
_TABLES = {
    "customer": ("id", "email", "name", "language"),
    "deal": (
        *("id", "deal_id", "customer_id", "customer_name", "customer_language", "salesperson_id"),
        *("team", "region", "product", "survey_version_id", "sold_on", "added_at"),
    ),
    "pair": ("id", "deal_id", "cell_id", "packed", "completed_at"),
}


@dataclass(frozen=True)
class Answers:
    """Pairs as columns; expected, received: value + 1 on a scale of 0 to 10, uint8[n, ASPECTS]."""

    cell: Any
    customer: Any
    seller: Any
    expected: Any
    received: Any


def answers(pairs: int, seed: int = 0) -> Answers:
    """Pairs over CELLS cells; one deal in ten is by a customer who bought before."""
    rng = np.random.default_rng(seed)
    cell = rng.integers(0, CELLS, pairs)
    customer = np.arange(1, pairs + 1)
    again = np.flatnonzero(rng.random(pairs) < 0.1)
    customer[again] = customer[(rng.random(len(again)) * again).astype(np.int64)]
    level = rng.normal(8, 0.8, (pairs, 1))

    def side(mean: float, spread: float) -> Any:
        drawn = level + mean - 8 + rng.normal(0, spread, (pairs, ASPECTS))
        return (np.clip(np.rint(drawn), 0, 10) + 1).astype(np.uint8)

    seller = cell % TEAMS * SELLERS + rng.integers(0, SELLERS, pairs) + 1
    return Answers(cell, customer, seller, side(8.0, 1.0), side(7.1, 1.6))


def survey() -> Survey:
    words = {"nl": "woorden", "en": "words"}
    aspects = [
        {"id": f"aspect-{number}", "name": words, "at_sale": words, "after_delivery": words, "norm": 7}
        for number in range(ASPECTS)
    ]
    scale = {"low": 0, "high": 10, "low_label": words, "high_label": words}
    return Survey.model_validate(
        {"id": "project", "version": 1, "title": words, "scale": scale, "aspects": aspects}
    )


def fill(url: str, made: Answers) -> None:
    """An up-to-date database at `url` with these pairs in their queues."""
    storage.open_database(url)
    storage.migrate()
    with storage.transaction():
        version = versions.record(survey(), NOW)
        Person.insert_many(
            [
                {
                    "id": one,
                    "email": f"s{one}@company.example",
                    "name": f"S {one}",
                    "role": "salesperson",
                    "added_at": NOW,
                }
                for one in range(1, TEAMS * SELLERS + 1)
            ]
        ).execute()
        QueueCell.insert_many(
            [
                {
                    "id": one + 1,
                    "survey_version": version,
                    "product": f"product {one // TEAMS}",
                    "region": f"region {one % TEAMS % REGIONS}",
                    "team": f"team {one % TEAMS}",
                }
                for one in range(CELLS)
            ]
        ).execute()
        for table, rows in _rows(made, version):
            _insert(table, rows)
    storage.close_database()


def _rows(made: Answers, version: int) -> Any:
    moment = UtcField.db_value(Pair.completed_at, NOW)
    people = np.unique(made.customer).tolist()
    yield "customer", ((one, f"c{one}@example.net", f"Customer {one}", "nl") for one in people)
    customer, seller, cell = made.customer.tolist(), made.seller.tolist(), made.cell.tolist()
    yield (
        "deal",
        (
            (
                n + 1,
                f"D-{n}",
                customer[n],
                "Customer",
                "nl",
                seller[n],
                "team",
                "region",
                "product",
                version,
                NOW.date(),
                moment,
            )
            for n in range(len(customer))
        ),
    )
    promises = np.ones((len(customer), 4), dtype=np.uint8)
    sheets = np.concatenate([made.expected, made.received, promises], axis=1) - 1 + ord("a")
    packed, width = sheets.tobytes().decode("ascii"), sheets.shape[1]
    yield (
        "pair",
        (
            (
                n + 1,
                n + 1,
                cell[n] + 1,
                head(customer[n], seller[n], since=0) + packed[n * width : (n + 1) * width],
                moment,
            )
            for n in range(len(customer))
        ),
    )


def _insert(table: str, rows: Any) -> None:
    columns = ", ".join(_TABLES[table])
    connection = database.connection()
    if is_postgresql():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(_TABLES[table]))
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  # our names
