"""The only room that knows peewee. Functions take and give domain values; a row never leaves."""

from kloof.storage.database import (
    close_database,
    commits_sent,
    counted_queries,
    drop_connection_after,
    engine,
    ensure_connected,
    explained,
    is_absent,
    kept,
    looking,
    open_database,
    open_existing,
    refuse_unless_it_answers,
    taken_back,
    transaction,
    was_cut_off,
)
from kloof.storage.schema import is_new, migrate, pending, unknown

__all__ = [
    "close_database",
    "commits_sent",
    "counted_queries",
    "drop_connection_after",
    "engine",
    "ensure_connected",
    "explained",
    "is_absent",
    "is_new",
    "kept",
    "looking",
    "migrate",
    "open_database",
    "open_existing",
    "pending",
    "refuse_unless_it_answers",
    "taken_back",
    "transaction",
    "unknown",
    "was_cut_off",
]
