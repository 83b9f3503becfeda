"""Somebody of the company may have several roles: the one that they had becomes the first."""

from typing import Any

_STATEMENTS = (
    """ALTER TABLE "person" ADD COLUMN "roles" VARCHAR(80) NOT NULL DEFAULT ''""",
    """UPDATE "person" SET "roles" = "role" """,
    """ALTER TABLE "person" DROP COLUMN "role" """,
)


def up(migrator: Any, db: Any) -> None:
    """One column takes the place of the other."""
    for statement in _STATEMENTS:
        db.execute_sql(statement)
