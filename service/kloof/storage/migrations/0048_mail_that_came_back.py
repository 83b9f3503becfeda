"""An index by which the list of deals whose mail came back is read, the newest mail first."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """The same rows; only mail that came back has an entry."""
    db.execute_sql(
        """CREATE INDEX "message_came_back" ON "message" ("id") WHERE state IN ('bounced', 'failed')"""
    )
