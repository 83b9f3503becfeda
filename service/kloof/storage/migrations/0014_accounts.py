"""The organisation for which a customer answers. Where a deal has the customer's number, that stands for it."""

import re
import unicodedata
from typing import Any

from peewee import Model, SqliteDatabase, TextField

_AT_ONCE = 400
_ADDED = (
    """ALTER TABLE "deal" ADD COLUMN "account_id" INTEGER REFERENCES "account" ("id") ON DELETE RESTRICT""",
    """CREATE INDEX "deal_account_id" ON "deal" ("account_id")""",
    """CREATE TEMPORARY TABLE "numbered" ("number" VARCHAR(100) PRIMARY KEY, "key" TEXT NOT NULL)""",
)
_NUMBERS = """SELECT "customer_number", MIN("id") FROM "deal" WHERE "customer_number" <> ''
GROUP BY "customer_number" ORDER BY MIN("id")"""
_FILLED = (
    """UPDATE "deal" SET "account_id" = (SELECT a."id" FROM "numbered" n JOIN "account" a ON a."key" = n."key"
WHERE n."number" = "deal"."customer_number") WHERE "customer_number" <> ''""",
    """DROP TABLE "numbered" """,
)


class Account(Model):
    name = TextField()
    key = TextField(unique=True)

    class Meta:
        table_name = "account"
        legacy_table_names = False


def up(migrator: Any, db: Any) -> None:
    """Add what is new; each number that deals have becomes an account, in whatever spelling."""
    with db.bind_ctx([Account]):
        db.create_tables([Account])
    for statement in _ADDED:
        db.execute_sql(statement)
    numbers = [number for number, _ in db.execute_sql(_NUMBERS).fetchall()]
    keys = {number: key for number in numbers if (key := _key(number))}
    names: dict[str, str] = {}
    for number, key in keys.items():
        names.setdefault(key, _spelled(number))
    _insert(db, '"account" ("key", "name")', list(names.items()))
    _insert(db, '"numbered" ("number", "key")', list(keys.items()))
    for statement in _FILLED:
        db.execute_sql(statement)


def _insert(db: Any, into: str, pairs: list[tuple[str, str]]) -> None:
    one = "(?, ?)" if isinstance(db, SqliteDatabase) else "(%s, %s)"
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        values = [value for pair in some for value in pair]
        db.execute_sql(f"INSERT INTO {into} VALUES {', '.join([one] * len(some))}", values)  # noqa: S608


def _spelled(text: str) -> str:
    return re.sub(" +", " ", unicodedata.normalize("NFC", text)).strip()


def _key(number: str) -> str:
    name = _spelled(number)
    return f"number:{_spelled(name.casefold())}" if name else ""
