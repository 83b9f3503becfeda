"""Customers without an address, their letters and typed codes; the customer's number and time zone."""

from typing import Any

from peewee import SqliteDatabase

_ADDED = (
    """ALTER TABLE "deal" ADD COLUMN "by_letter" {boolean} NOT NULL DEFAULT FALSE""",
    """ALTER TABLE "deal" ADD COLUMN "customer_number" VARCHAR(100) NOT NULL DEFAULT ''""",
    """ALTER TABLE "deal" ADD COLUMN "customer_time_zone" VARCHAR(64) NOT NULL DEFAULT ''""",
    """ALTER TABLE "invitation" ADD COLUMN "code_fingerprint" VARCHAR(64)""",
    """ALTER TABLE "customer" ADD COLUMN "number" VARCHAR(100)""",
    """CREATE UNIQUE INDEX "customer_number" ON "customer" ("number")""",
    """CREATE UNIQUE INDEX "invitation_code_fingerprint" ON "invitation" ("code_fingerprint")""",
    """CREATE INDEX "message_letter" ON "message" ("due_at") WHERE state = 'letter'""",
)
# SQLite cannot take a NOT NULL away, and building the table anew would delete what refers to it.
_SQLITE = (
    """DROP INDEX "customer_email" """,
    """ALTER TABLE "customer" ADD COLUMN "address" VARCHAR(255)""",
    """UPDATE "customer" SET "address" = "email" """,
    """ALTER TABLE "customer" DROP COLUMN "email" """,
    """ALTER TABLE "customer" RENAME COLUMN "address" TO "email" """,
    """CREATE UNIQUE INDEX "customer_email" ON "customer" ("email")""",
)
_POSTGRESQL = ("""ALTER TABLE "customer" ALTER COLUMN "email" DROP NOT NULL""",)


def up(migrator: Any, db: Any) -> None:
    """An address may be absent; everything else is added."""
    is_sqlite = isinstance(db, SqliteDatabase)
    for statement in (*(_SQLITE if is_sqlite else _POSTGRESQL), *_ADDED):
        db.execute_sql(statement.format(boolean="INTEGER" if is_sqlite else "BOOLEAN"))
