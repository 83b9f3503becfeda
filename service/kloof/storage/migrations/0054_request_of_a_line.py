"""A line of the audit log says during which request it was written; of the lines until now nobody knows."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """A column whose default stands in the schema, so that no line is touched."""
    db.execute_sql('ALTER TABLE "audit_entry" ADD COLUMN "request" VARCHAR(40) NOT NULL DEFAULT \'\'')
