"""Pairs by their cell: each release counts them, and SQLite sorted all of them for it."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """The same rows, found by their cell."""
    db.execute_sql('CREATE INDEX "pair_cell_id" ON "pair" ("cell_id")')
