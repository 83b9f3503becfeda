"""Deals are found by the words of their number, customer and account, and listed the last sold first."""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from peewee import SqliteDatabase

_TABLE = """CREATE TABLE "deal_word" ("word" {bytes} NOT NULL, "deal_id" INTEGER NOT NULL,
FOREIGN KEY ("deal_id") REFERENCES "deal" ("id") ON DELETE CASCADE)"""
_INDEXES = (
    'CREATE UNIQUE INDEX "deal_word_found" ON "deal_word" ("word", "deal_id" DESC)',
    'CREATE INDEX "deal_word_of" ON "deal_word" ("deal_id", "word")',
    'CREATE INDEX "deal_sold" ON "deal" ("sold_on", "id")',
    'CREATE INDEX "deal_seller_sold" ON "deal" ("salesperson_id", "sold_on", "id")',
    'DROP INDEX "deal_salesperson_id"',
    'CREATE INDEX "deal_product_sold" ON "deal" ("product", "sold_on", "id")',
    'CREATE INDEX "deal_team_sold" ON "deal" ("team", "sold_on", "id")',
    'CREATE INDEX "deal_undelivered" ON "deal" ("sold_on", "id") WHERE delivered_on IS NULL AND cancelled_at IS NULL',
    'CREATE INDEX "deal_cancelled" ON "deal" ("sold_on", "id") WHERE cancelled_at IS NOT NULL',
    'CREATE INDEX "deal_by_letter" ON "deal" ("sold_on", "id") WHERE by_letter',
)
_DEALS = """SELECT d."id", d."deal_id", d."customer_name", c."email", a."name" FROM "deal" d
JOIN "customer" c ON c."id" = d."customer_id" LEFT JOIN "account" a ON a."id" = d."account_id"
WHERE d."id" > {after} ORDER BY d."id" LIMIT 5000"""
_AT_ONCE = 400
_MOST_WORDS = 60
_MOST_LETTERS = 40
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n"}
)


def up(migrator: Any, db: Any) -> None:
    """Every deal gets its words; the indexes come when they stand."""
    sqlite = isinstance(db, SqliteDatabase)
    db.execute_sql(_TABLE.format(bytes="BLOB" if sqlite else "BYTEA"))
    after = 0
    while deals := db.execute_sql(_DEALS.format(after=after)).fetchall():
        after = deals[-1][0]
        _insert(db, ((word.encode(), deal) for deal, *texts in deals for word in _words_of(texts)))
    for statement in _INDEXES:
        db.execute_sql(statement)


def _insert(db: Any, pairs: Iterator[tuple[bytes, int]]) -> None:
    one = "(?, ?)" if isinstance(db, SqliteDatabase) else "(%s, %s)"
    while some := list(islice(pairs, _AT_ONCE)):
        values = [value for pair in some for value in pair]
        db.execute_sql(f'INSERT INTO "deal_word" VALUES {", ".join([one] * len(some))}', values)  # noqa: S608


def _words_of(texts: Iterable[str | None]) -> list[str]:
    found = (word for text in texts for word in _cut(text or ""))
    return list(dict.fromkeys(part for word in found for part in (word, _number_of(word)) if part))[
        :_MOST_WORDS
    ]


def _cut(text: str) -> Iterable[str]:
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    letters = (letter for letter in plain.casefold() if unicodedata.category(letter) != "Mn")
    for is_word, group in groupby(letters, str.isalnum):
        if is_word:
            yield "".join(group)[:_MOST_LETTERS]


def _number_of(word: str) -> str:
    digits = word[len(word.rstrip("0123456789")) :].lstrip("0")
    return digits if digits != word else ""
