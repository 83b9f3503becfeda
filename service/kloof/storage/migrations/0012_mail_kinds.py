"""The number of a message apart from its kind: until now `reminder-2` had to be taken apart by whoever read it."""

from typing import Any

_NUMBERED = ("reminder", "findings", "call", "call-due", "solved")
_APART = """
UPDATE "message" SET "kind" = '{kind}', "ordinal" = CAST(substr("kind", {digits}) AS INTEGER)
WHERE substr("kind", 1, {digits} - 1) = '{kind}-' AND substr("kind", {digits}, 1) BETWEEN '0' AND '9'
"""
_INDEXES = (
    'CREATE UNIQUE INDEX "message_invitation_id_kind_ordinal" ON "message" ("invitation_id", "kind", "ordinal")',
    'CREATE UNIQUE INDEX "message_call" ON "message" ("call_id", "kind", "ordinal", "recipient_id")'
    " WHERE call_id IS NOT NULL",
)


def up(migrator: Any, db: Any) -> None:
    """The same messages, and each still exists at most once."""
    db.execute_sql('ALTER TABLE "message" ADD COLUMN "ordinal" INTEGER NOT NULL DEFAULT 0')
    for index in ("message_invitation_id_kind", "message_call"):
        db.execute_sql(f'DROP INDEX "{index}"')
    for kind in _NUMBERED:
        db.execute_sql(_APART.format(kind=kind, digits=len(kind) + 2))
    for statement in _INDEXES:
        db.execute_sql(statement)
