"""A database with any number of complete pairs, made as fast as it can be: what the release engine is measured on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from peewee import chunked

from kloof import storage
from kloof.domain.surveys.definition import Survey
from kloof.storage.database import database, is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import Pair, Person, QueueCell
from kloof.storage.releases.pair_encoding import head
from kloof.storage.surveys import versions

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
ASPECTS, REGIONS = 12, 5
_TABLES = {
    "customer": ("id", "email", "name", "language"),
    "deal": (
        *("id", "deal_id", "customer_id", "customer_name", "customer_language", "salesperson_id"),
        *("team", "region", "product", "survey_version_id", "sold_on", "added_at"),
    ),
    "pair": ("id", "deal_id", "cell_id", "packed", "completed_at"),
}


@dataclass(frozen=True)
class Shape:
    """How a company is divided; sellers: of each team."""

    products: int = 10
    teams: int = 20
    sellers: int = 5

    @property
    def cells(self) -> int:
        return self.products * self.teams


USUAL = Shape()


@dataclass(frozen=True)
class Answers:
    """Pairs as columns; expected, received: value + 1 on a scale of 0 to 10, uint8[n, ASPECTS]."""

    cell: Any
    customer: Any
    seller: Any
    expected: Any
    received: Any
    shape: Shape = USUAL


def answers(pairs: int, seed: int = 0, shape: Shape = USUAL) -> Answers:
    """Pairs over all cells; one deal in ten is by a customer who bought before."""
    rng = np.random.default_rng(seed)
    cell = rng.integers(0, shape.cells, pairs)
    customer = np.arange(1, pairs + 1)
    again = np.flatnonzero(rng.random(pairs) < 0.1)
    customer[again] = customer[(rng.random(len(again)) * again).astype(np.int64)]
    level = rng.normal(8, 0.8, (pairs, 1))

    def side(mean: float, spread: float) -> Any:
        drawn = level + mean - 8 + rng.normal(0, spread, (pairs, ASPECTS))
        return (np.clip(np.rint(drawn), 0, 10) + 1).astype(np.uint8)

    seller = cell % shape.teams * shape.sellers + rng.integers(0, shape.sellers, pairs) + 1
    return Answers(cell, customer, seller, side(8.0, 1.0), side(7.1, 1.6), shape)


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


def fill(url: str, made: Answers, first: int | None = None) -> None:
    """An up-to-date database at `url` with these pairs, or the first of them, in their queues."""
    storage.open_database(url)
    storage.migrate()
    shape = made.shape
    with storage.transaction():
        version = versions.record(survey(), NOW)
        Person.insert_many(
            [
                {
                    "id": one,
                    "email": f"s{one}@company.example",
                    "name": f"S {one}",
                    "roles": "salesperson",
                    "added_at": NOW,
                }
                for one in range(1, shape.teams * shape.sellers + 1)
            ]
        ).execute()
        for some in chunked(range(shape.cells), 1000):
            QueueCell.insert_many(
                [
                    {
                        "id": one + 1,
                        "survey_version": version,
                        "product": f"product {one // shape.teams}",
                        "region": f"region {one % shape.teams % REGIONS}",
                        "team": f"team {one % shape.teams}",
                    }
                    for one in some
                ]
            ).execute()
        for table, rows in _rows(made, version, 0, len(made.cell) if first is None else first, since=0):
            _insert(table, rows)
    storage.close_database()


def add(made: Answers, start: int, end: int, rounds: int) -> None:
    """These of the pairs too, after so many rounds; the database is open."""
    version = versions.record(survey(), NOW)
    with storage.transaction():
        for table, rows in _rows(made, version, start, end, since=rounds):
            _insert(table, rows)


def _rows(made: Answers, version: int, start: int, end: int, since: int) -> Any:
    moment = UtcField.db_value(Pair.completed_at, NOW)
    some = slice(start, end)
    people = np.setdiff1d(made.customer[some], made.customer[:start]).tolist()
    yield "customer", ((one, f"c{one}@example.net", f"Customer {one}", "nl") for one in people)
    customer, seller, cell = (
        made.customer[some].tolist(),
        made.seller[some].tolist(),
        made.cell[some].tolist(),
    )
    yield (
        "deal",
        (
            (
                n + 1,
                f"D-{n}",
                customer[n - start],
                "Customer",
                "nl",
                seller[n - start],
                "team",
                "region",
                "product",
                version,
                NOW.date(),
                moment,
            )
            for n in range(start, end)
        ),
    )
    promises = np.ones((len(customer), 4), dtype=np.uint8)
    sheets = np.concatenate([made.expected[some], made.received[some], promises], axis=1) - 1 + ord("a")
    packed, width = sheets.tobytes().decode("ascii"), sheets.shape[1]
    yield (
        "pair",
        (
            (
                start + n + 1,
                start + n + 1,
                cell[n] + 1,
                head(customer[n], seller[n], since) + packed[n * width : (n + 1) * width],
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
