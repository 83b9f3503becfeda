"""The only room that knows peewee. Functions take and give domain values; a row never leaves."""

from kloof.storage.database import (
    close_database,
    counted_queries,
    drop_connection_after,
    engine,
    ensure_connected,
    kept,
    looking,
    open_database,
    refuse_unless_it_answers,
    taken_back,
    transaction,
)
from kloof.storage.schema import migrate, pending

__all__ = [
    "close_database",
    "counted_queries",
    "drop_connection_after",
    "engine",
    "ensure_connected",
    "kept",
    "looking",
    "migrate",
    "open_database",
    "pending",
    "refuse_unless_it_answers",
    "taken_back",
    "transaction",
]
