"""Every row of every table as plain values that mean the same on SQLite and on PostgreSQL: for what carries a whole
database from one place to another.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum, auto
from itertools import islice
from typing import Any, Final

from peewee import (  # type: ignore[attr-defined]  # its types leave sort_models out
    AutoField,
    BlobField,
    BooleanField,
    DateField,
    DoubleField,
    Field,
    ForeignKeyField,
    IntegerField,
    Model,
    sort_models,
)

from kloof.domain.errors import Reason, Refused
from kloof.storage.database import database, ensure_connected, is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import MODELS, ChangedPair
from kloof.storage.schema import applied, migrate_to
from kloof.storage.statements import mappings, run, scalar

Plain = int | float | str | bool | bytes | date | datetime | None
"""What a column holds: moments are aware and in UTC, days are days."""
_HISTORY: Final = "schema_migration"
_FUNCTIONS: Final = ("pair_changes", "pair_leaves_its_place", "audit_entry_refuses")
"""What migrations leave beside the tables on PostgreSQL."""
_AT_ONCE: Final = 5_000
"""Rows in memory."""


class ColumnKind(StrEnum):
    """What a column holds, whatever the engine calls it."""

    INTEGER = auto()
    REAL = auto()
    TEXT = auto()
    TRUTH = auto()
    DAY = auto()
    MOMENT = auto()
    BYTES = auto()


_KINDS: Final[tuple[tuple[type[Field], ColumnKind], ...]] = (
    (UtcField, ColumnKind.MOMENT),
    (DateField, ColumnKind.DAY),
    (BooleanField, ColumnKind.TRUTH),
    (BlobField, ColumnKind.BYTES),
    (DoubleField, ColumnKind.REAL),
    (AutoField, ColumnKind.INTEGER),
    (ForeignKeyField, ColumnKind.INTEGER),
    (IntegerField, ColumnKind.INTEGER),
)


@dataclass(frozen=True, slots=True)
class WholeTable:
    """A table, its columns with their kinds, and those by which its rows have an order that both engines share."""

    name: str
    columns: tuple[tuple[str, ColumnKind], ...]
    key: tuple[str, ...]


def tables() -> list[WholeTable]:
    """Every table, each behind those to which its rows point."""
    # Every pair that is written is noted there, also while a database is filled.
    last = [ChangedPair]
    return [_table(model) for model in [*(m for m in sort_models(MODELS) if m not in last), *last]]


def rows_of(table: WholeTable) -> Iterator[tuple[Plain, ...]]:
    """The rows in the order of their key, a portion of them in memory at a time."""
    columns, key = ", ".join(_quoted(name) for name, _ in table.columns), ", ".join(map(_quoted, table.key))
    after: tuple[Any, ...] = ()
    while True:
        beyond = f"WHERE ({key}) > ({', '.join('?' * len(after))})" if after else ""
        sql = f"SELECT {columns} FROM {_quoted(table.name)} {beyond} ORDER BY {key} LIMIT {_AT_ONCE}"  # noqa: S608
        found = mappings(sql, *after)
        yield from (tuple(_plain(kind, row[name]) for name, kind in table.columns) for row in found)
        if len(found) < _AT_ONCE:
            return
        after = tuple(found[-1][name] for name in table.key)


def fill(table: WholeTable, found: Iterable[Sequence[Plain]]) -> int:
    """Write these rows into the table in place of what it has, in the caller's transaction; gives how many."""
    run(f"DELETE FROM {_quoted(table.name)}")  # noqa: S608
    kinds, columns = [kind for _, kind in table.columns], [_quoted(name) for name, _ in table.columns]
    written, left = 0, iter(found)
    while portion := [tuple(map(_raw, kinds, row)) for row in islice(left, _AT_ONCE)]:
        _write(table.name, columns, portion)
        written += len(portion)
    if is_postgresql() and ("id", ColumnKind.INTEGER) in table.columns and (highest := _highest(table.name)):
        # A table whose numbers come from elsewhere has no sequence.
        run("SELECT setval(pg_get_serial_sequence(?, 'id'), ?)", table.name, highest)
    return written


@contextmanager
def begun_anew(migrations: Sequence[str]) -> Iterator[None]:
    """A transaction that begins with empty tables of these migrations, and none of what was there before.

    Raises Refused where one of them is not known here.
    """
    ensure_connected()
    with database.atomic():
        drop_all()
        made = migrate_to(migrations[-1])
        if unknown := sorted({*migrations} ^ {*made}):
            raise Refused(
                Reason.DATABASE_AHEAD,
                f"It was made by another kloof than this one: {unknown[-1]} is not the same in both.",
                remedy="Install the version of kloof that made it.",
            )
        yield


def drop_all() -> None:
    """Drop every table of the open database, in the caller's transaction. Raises Refused where one is not kloof's."""
    there = set(database.get_tables())
    ours = [model._meta.table_name for model in sort_models(MODELS)]
    if strange := sorted(there - {*ours, _HISTORY}):
        raise Refused(
            Reason.DATABASE_TAKEN,
            f"The database has a table that is not kloof's, or of another version of it: {strange[0]}.",
            remedy="Nothing was changed. Name a database of kloof's own; an older one first needs: kloof db migrate",
        )
    for name in [*reversed(ours), _HISTORY]:
        if name in there:
            run(f"DROP TABLE {_quoted(name)}")
    if is_postgresql():
        for name in _FUNCTIONS:
            run(f"DROP FUNCTION IF EXISTS {name}()")


def is_empty() -> bool:
    """Whether the open database has no table at all."""
    ensure_connected()
    return not database.get_tables()


def migrations() -> list[str]:
    """The names of the migrations that the open database has, in order."""
    return applied()


def _table(model: type[Model]) -> WholeTable:
    fields: list[Field] = model._meta.sorted_fields
    columns = tuple((field.column_name, _kind(field)) for field in fields)
    primary = model._meta.primary_key
    return WholeTable(
        model._meta.table_name,
        columns,
        (primary.column_name,) if primary else tuple(name for name, _ in columns),
    )


def _kind(field: Field) -> ColumnKind:
    return next((kind for of, kind in _KINDS if isinstance(field, of)), ColumnKind.TEXT)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _highest(table: str) -> int | None:
    found: int | None = scalar(
        f"SELECT CASE WHEN pg_get_serial_sequence(?, 'id') IS NULL THEN NULL ELSE MAX(id) END FROM {_quoted(table)}",  # noqa: S608
        table,
    )
    return found


def _write(name: str, columns: Sequence[str], portion: list[tuple[Any, ...]]) -> None:
    into = f"{_quoted(name)} ({', '.join(columns)})"
    if is_postgresql():
        with database.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in portion:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    database.connection().executemany(f"INSERT INTO {into} VALUES ({places})", portion)  # noqa: S608


def _plain(kind: ColumnKind, raw: Any) -> Plain:
    """What either engine gives, as it is meant."""
    if raw is None:
        return None
    match kind:
        case ColumnKind.MOMENT:
            moment = datetime.fromisoformat(raw) if isinstance(raw, str) else raw.astimezone(UTC)
            return moment.replace(tzinfo=UTC)
        case ColumnKind.DAY:
            return date.fromisoformat(raw) if isinstance(raw, str) else raw
        case ColumnKind.TRUTH:
            return bool(raw)
        case ColumnKind.BYTES:
            return bytes(raw)
        case ColumnKind.REAL:
            return float(raw)
    value: Plain = raw
    return value


def _raw(kind: ColumnKind, value: Any) -> Any:
    """The counterpart of `_plain` for the engine that is open."""
    if value is None or is_postgresql():
        return value
    if kind is ColumnKind.MOMENT:
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if kind is ColumnKind.DAY else value
