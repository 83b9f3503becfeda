"""A whole database as an outsider reads it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]


def contents(url: str) -> Rows:
    """Every row of every table, read past kloof: its values by the names of their columns, the same on both engines."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as opened:
            return _all(opened.execute, "SELECT name FROM sqlite_master WHERE type='table'")
    import psycopg

    with psycopg.connect(url) as server:
        return _all(
            lambda sql: server.execute(sql.encode()),
            "SELECT tablename FROM pg_tables WHERE schemaname='public'",
        )


def _all(ask: Callable[[str], Any], names: str) -> Rows:
    tables = [
        name for (name,) in ask(names).fetchall() if not name.startswith(("schema_migration", "sqlite_"))
    ]
    return {table: _rows(ask(f'SELECT * FROM "{table}"')) for table in sorted(tables)}  # noqa: S608


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    columns = [column[0] for column in cursor.description]
    return sorted((_plain(columns, row) for row in cursor.fetchall()), key=repr)


def _plain(columns: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(zip(columns, map(_value, row), strict=True), key=lambda one: one[0]))


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return bytes(value) if isinstance(value, memoryview) else value
