"""A database with any number of deals at every stage, with mails, answers, calls and search words: what the desk's
pages are measured on.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from peewee import chunked

from company_of_pairs import survey
from kloof import storage
from kloof.domain.deals.search_words import words_of
from kloof.storage.database import database, is_postgresql
from kloof.storage.models import Message, Person
from kloof.storage.models.outbox import PRINTED
from kloof.storage.surveys import versions

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
YEARS, SELLERS, PRODUCTS, TEAMS = 4, 200, 8, 20
FIRST = [
    "Jan",
    "Piet",
    "Sanne",
    "Lotte",
    "Daan",
    "Emma",
    "Sem",
    "Tess",
    "Bram",
    "Noor",
    "Luuk",
    "Fleur",
    "Thijs",
    "Roos",
    "Gijs",
    "Zoë",
    "Mees",
    "Eva",
    "Finn",
    "Saar",
]
LAST = [
    "de Vries",
    "Jansen",
    "van den Berg",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "de Boer",
    "Mulder",
    "de Groot",
    "Bos",
    "Vos",
    "Peters",
    "Hendriks",
]
_COLUMNS = {
    "customer": ("id", "email", "name", "language"),
    "deal": (
        *(
            "id",
            "deal_id",
            "customer_id",
            "customer_name",
            "customer_language",
            "salesperson_id",
            "team",
            "region",
        ),
        *(
            "product",
            "survey_version_id",
            "sold_on",
            "delivery_planned_on",
            "delivered_on",
            "cancelled_at",
            "added_at",
        ),
        "by_letter",
    ),
    "invitation": (
        *(
            "id",
            "deal_id",
            "wave",
            "state",
            "link_salt",
            "link_fingerprint",
            "opt_out_fingerprint",
            "invite_on",
        ),
        *("expires_at", "created_at", "code_fingerprint"),
    ),
    "message": (
        *("kind", "invitation_id", "message_id", "urgent", "state", "due_at", "attempts", "soft_bounces"),
        *("leased_by", "last_reply", "sent_at", "created_at", "changed_at", "ordinal"),
    ),
    "response": (
        *(
            "invitation_id",
            "answers",
            "comment",
            "consent",
            "wants_call",
            "wants_findings",
            "share_with_delivery",
            "language",
            "saved_at",
        ),
        "submitted_at",
    ),
    "call": ("deal_id", "owner_id", "state", "time", "opened_at", "due_on"),
    "opt_out": ("address_hash", "reason", "since"),
    "deal_word": ("word", "deal_id"),
}
_AT_ONCE = 10_000


def fill(deals: int, seed: int = 1) -> None:
    """Sold evenly over the last years; of each the first mail went out, and so on by lot."""
    chance = Random(seed)
    with storage.transaction():
        version = versions.record(survey(), NOW)
        for number in range(1, SELLERS + 1):
            Person.create(
                email=f"s{number}@firm.example", name=f"Seller {number}", roles="salesperson",
                team=f"Team {number % TEAMS}", added_at=NOW,
            )  # fmt: skip
        if not is_postgresql():
            database.execute_sql("PRAGMA cache_size = -262144")
        for some in chunked(range(1, deals + 1), _AT_ONCE):
            _insert(some, deals, version, chance)
    # As a server leaves its tables by itself after so many rows.
    database.execute_sql("VACUUM ANALYZE" if is_postgresql() else "ANALYZE")


def _insert(some: list[int], deals: int, version: int, chance: Random) -> None:
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    for number in some:
        for table, row in _one(number, deals, version, chance):
            rows[table].append(row)
    rows["deal_word"].sort()
    for table, made in rows.items():
        _put(table, made)


def _put(table: str, rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(_COLUMNS[table])
    cursor = database.obj.cursor()
    if is_postgresql():
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        holes = ", ".join("?" * len(_COLUMNS[table]))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({holes})", rows)  # noqa: S608


@cache
def _words(name: str) -> list[str]:
    return words_of("", name, "", "")


def _one(number: int, deals: int, version: int, chance: Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    sold = NOW.date() - timedelta(days=int(365 * YEARS * (deals - number) / deals))
    first, last = chance.choice(FIRST), chance.choice(LAST)
    name, seller = f"{first} {last}", chance.randint(1, SELLERS)
    email = f"{first}.{last.replace(' ', '')}{number}@mail{number % 9}.example".lower()
    planned = sold + timedelta(days=30)
    due, late = planned < NOW.date(), chance.random() < 0.02
    delivered = planned if due and not late else None
    cancelled = _at(sold) if chance.random() < 0.03 and delivered is None else None
    by_letter = chance.random() < 0.02
    yield "customer", (number, email, name, "nl")
    yield "deal", (
        number, f"{sold.year}/{number:06}", number, name, "nl", seller, f"Team {seller % TEAMS}", "East",
        f"Product {chance.randint(1, PRODUCTS)}", version, sold, planned, delivered, cancelled, _at(sold),
        by_letter,
    )  # fmt: skip
    for word in {*_words(name), *words_of(f"{sold.year}/{number:06}", "", email, "")}:
        yield "deal_word", (word.encode(), number)
    if chance.random() < 0.03:
        since = NOW.date() - sold
        state = "open" if since < timedelta(days=14) else "solved"
        owner = seller if chance.random() < 0.8 else None
        yield "call", (number, owner, state, 1, _at(sold), sold + timedelta(days=3))
    if chance.random() < 0.02:
        yield "opt_out", (f"{number:064}", "asked", _at(sold))
    for wave, day in (("sale", sold), ("delivery", delivered)):
        if day is None:
            continue
        invitation, answered = 2 * number + (wave == "delivery"), chance.random() < 0.4
        yield "invitation", (
            invitation, number, wave, "submitted" if answered else "invited", b"s", f"{number}{wave}",
            f"{number}{wave}", day, _at(day + timedelta(days=45)), _at(day),
            f"{number}{wave}" if by_letter else None,
        )  # fmt: skip
        bounced = chance.random() < 0.005
        yield "message", (
            "invitation", invitation, f"{number}{wave}", False, "bounced" if bounced else "sent", _at(day), 1, 0, "",
            "550 no such user" if bounced else PRINTED if by_letter else "", _at(day), _at(day), _at(day), 0,
        )  # fmt: skip
        if answered:
            yield "response", (
                invitation, b"", "", "totals", False, False,
                wave == "sale" and chance.random() < 0.5, "nl", _at(day), _at(day),
            )  # fmt: skip


@cache
def _at(day: date) -> Any:
    return Message.sent_at.db_value(datetime.combine(day, time(9), tzinfo=UTC))
