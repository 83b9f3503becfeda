"""When mail that came back was last read; nothing of it can be known of before."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """A column without a value."""
    db.execute_sql('ALTER TABLE "last_worked" ADD COLUMN "bounces_at" TIMESTAMPTZ')
