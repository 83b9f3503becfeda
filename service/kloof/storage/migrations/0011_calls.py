"""Tables, columns and indexes about calls carry the name that they have everywhere else."""

from typing import Any

from peewee import SqliteDatabase

_RENAMED = (
    'ALTER TABLE "follow_up" RENAME TO "call"',
    'ALTER TABLE "follow_up_step" RENAME TO "call_step"',
    'ALTER TABLE "call_step" RENAME COLUMN "follow_up_id" TO "call_id"',
    'ALTER TABLE "message" RENAME COLUMN "follow_up_id" TO "call_id"',
)
# SQLite cannot rename an index.
_SQLITE = (
    'DROP INDEX "follow_up_deal_id"',
    'CREATE UNIQUE INDEX "call_deal_id" ON "call" ("deal_id")',
    'DROP INDEX "follow_up_link_fingerprint"',
    'CREATE UNIQUE INDEX "call_link_fingerprint" ON "call" ("link_fingerprint")',
    'DROP INDEX "follow_up_open"',
    """CREATE INDEX "call_open" ON "call" ("due_on") WHERE state = 'open'""",
    'DROP INDEX "follow_up_owner"',
    'CREATE INDEX "call_owner" ON "call" ("owner_id", "state")',
    'DROP INDEX "follow_up_step_follow_up_id"',
    'CREATE INDEX "call_step_call_id" ON "call_step" ("call_id")',
    'DROP INDEX "message_call"',
    'CREATE UNIQUE INDEX "message_call" ON "message" ("call_id", "kind", "recipient_id") WHERE call_id IS NOT NULL',
)
# On PostgreSQL what belongs to a table keeps its old name too, unless it is told.
_POSTGRESQL = (
    'ALTER INDEX "follow_up_deal_id" RENAME TO "call_deal_id"',
    'ALTER INDEX "follow_up_link_fingerprint" RENAME TO "call_link_fingerprint"',
    'ALTER INDEX "follow_up_open" RENAME TO "call_open"',
    'ALTER INDEX "follow_up_owner" RENAME TO "call_owner"',
    'ALTER INDEX "follow_up_step_follow_up_id" RENAME TO "call_step_call_id"',
    'ALTER SEQUENCE "follow_up_id_seq" RENAME TO "call_id_seq"',
    'ALTER SEQUENCE "follow_up_step_id_seq" RENAME TO "call_step_id_seq"',
    'ALTER TABLE "call" RENAME CONSTRAINT "follow_up_pkey" TO "call_pkey"',
    'ALTER TABLE "call" RENAME CONSTRAINT "follow_up_deal_id_fkey" TO "call_deal_id_fkey"',
    'ALTER TABLE "call" RENAME CONSTRAINT "follow_up_owner_id_fkey" TO "call_owner_id_fkey"',
    'ALTER TABLE "call_step" RENAME CONSTRAINT "follow_up_step_pkey" TO "call_step_pkey"',
    'ALTER TABLE "call_step" RENAME CONSTRAINT "follow_up_step_follow_up_id_fkey" TO "call_step_call_id_fkey"',
    'ALTER TABLE "call_step" RENAME CONSTRAINT "follow_up_step_person_id_fkey" TO "call_step_person_id_fkey"',
    'ALTER TABLE "message" RENAME CONSTRAINT "message_follow_up_id_fkey" TO "message_call_id_fkey"',
)


def up(migrator: Any, db: Any) -> None:
    """The same rows under other names."""
    for statement in (*_RENAMED, *(_SQLITE if isinstance(db, SqliteDatabase) else _POSTGRESQL)):
        db.execute_sql(statement)
