"""A database with any number of deals at every stage, with their mails, answers and search words: what the desk's pages
are measured on.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from peewee import chunked

from company_of_pairs import survey
from kloof import storage
from kloof.storage.database import database, is_postgresql
from kloof.storage.deals import search
from kloof.storage.models import Message, Person
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
        *("expires_at", "created_at"),
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
            "language",
            "saved_at",
        ),
        "submitted_at",
    ),
}
_AT_ONCE = 500


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
        for some in chunked(range(1, deals + 1), _AT_ONCE):
            _insert(some, deals, version, chance)
            search.renew(some)
    database.execute_sql("ANALYZE")


def _insert(some: list[int], deals: int, version: int, chance: Random) -> None:
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    for number in some:
        for table, row in _one(number, deals, version, chance):
            rows[table].append(row)
    for table, made in rows.items():
        for part in chunked(made, 50):
            _put(table, part)


def _put(table: str, rows: list[tuple[Any, ...]]) -> None:
    hole = "%s" if is_postgresql() else "?"
    one = f"({', '.join([hole] * len(_COLUMNS[table]))})"
    values = [value for row in rows for value in row]
    database.execute_sql(
        f"INSERT INTO {table} ({', '.join(_COLUMNS[table])}) VALUES {', '.join([one] * len(rows))}",  # noqa: S608
        values,
    )


def _one(number: int, deals: int, version: int, chance: Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    sold = NOW.date() - timedelta(days=int(365 * YEARS * (deals - number) / deals))
    first, last = chance.choice(FIRST), chance.choice(LAST)
    name, seller = f"{first} {last}", chance.randint(1, SELLERS)
    email = f"{first}.{last.replace(' ', '')}{number}@mail{number % 9}.example".lower()
    planned = sold + timedelta(days=30)
    due, late = planned < NOW.date(), chance.random() < 0.02
    delivered = planned if due and not late else None
    cancelled = _at(sold) if chance.random() < 0.03 and delivered is None else None
    yield "customer", (number, email, name, "nl")
    yield "deal", (
        number, f"{sold.year}/{number:06}", number, name, "nl", seller, f"Team {seller % TEAMS}", "East",
        f"Product {chance.randint(1, PRODUCTS)}", version, sold, planned, delivered, cancelled, _at(sold),
        chance.random() < 0.02,
    )  # fmt: skip
    for wave, day in (("sale", sold), ("delivery", delivered)):
        if day is None:
            continue
        invitation, answered = 2 * number + (wave == "delivery"), chance.random() < 0.4
        yield "invitation", (
            invitation, number, wave, "submitted" if answered else "invited", b"s", f"{number}{wave}",
            f"{number}{wave}", day, _at(day + timedelta(days=45)), _at(day),
        )  # fmt: skip
        bounced = chance.random() < 0.005
        yield "message", (
            "invitation", invitation, f"{number}{wave}", False, "bounced" if bounced else "sent", _at(day), 1, 0, "",
            "550 no such user" if bounced else "", _at(day), _at(day), _at(day), 0,
        )  # fmt: skip
        if answered:
            yield "response", (invitation, b"", "", "totals", False, False, "nl", _at(day), _at(day))


def _at(day: date) -> Any:
    return Message.sent_at.db_value(datetime.combine(day, time(9), tzinfo=UTC))
