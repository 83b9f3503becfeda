"""SQL in words of its own: every join, and what runs at every page of every form. A single table is peewee's.

A statement stands under a name in the one module that runs it. Its rows come back as NamedTuples, by the name that the
statement gives each column (`AS`), whatever the order; its states come from the tables of the domain, by `names`.
Columns that several statements give are a NamedTuple of their own, as one field of the row.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Sized
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar, get_type_hints

from peewee import __exception_wrapper__  # type: ignore[attr-defined]  # its types leave the wrapper out

from kloof.storage.database import database, is_postgresql

Row = TypeVar("Row", bound=NamedTuple)
Value = TypeVar("Value")


class _Sent(NamedTuple):
    """What tells who counts statements of one that peewee does not see."""

    sql: str


def rows(kind: type[Row], sql: str, *values: Any) -> list[Row]:
    """All rows of one statement. Raises TypeError where its columns are not the fields of `kind`."""
    cursor = run(sql, *values)
    return list(_by_name(kind, cursor, cursor.fetchall()))


def mappings(sql: str, *values: Any) -> list[dict[str, Any]]:
    """All rows of a statement whose columns depend on a survey, each as its values by the names of its columns."""
    cursor = run(sql, *values)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def first_row(kind: type[Row], sql: str, *values: Any) -> Row | None:
    """The first row of one statement; None where it gives none. Raises TypeError as `rows` does."""
    return _next(kind, run(sql, *values))


def only_row(kind: type[Row], sql: str, *values: Any) -> Row:
    """The row of a statement that always gives one. Raises LookupError where it gave none, TypeError as `rows`."""
    return awaited(kind, run(sql, *values))


def sent(sql: str, *values: Any) -> Any:
    """Send one statement that gives a row; `awaited` reads it, perhaps when others were sent (`without_waiting`)."""
    return run(sql, *values)


def awaited(kind: type[Row], cursor: Any) -> Row:
    """The one row of a statement that was sent. Raises as `only_row` does."""
    found = _next(kind, cursor)
    if found is None:
        raise LookupError("A statement that always gives a row gave none.")
    return found


def _next(kind: type[Row], cursor: Any) -> Row | None:
    # Before a row was fetched PostgreSQL has not said which columns there are.
    row = cursor.fetchone()
    return next(iter(_by_name(kind, cursor, [] if row is None else [row])), None)


def scalar(sql: str, *values: Any) -> Any:
    """The one value of a statement that always gives one: a count, or the row that it has just written.

    Raises LookupError where it gave none, and TypeError where a row has several.
    """
    row = run(sql, *values).fetchone()
    if row is None:
        raise LookupError("A statement that always gives a row gave none.")
    if len(row) != 1:
        raise TypeError(f"A statement that gives one value gave {len(row)} columns.")
    return row[0]


def _by_name(kind: type[Row], cursor: Any, found: Iterable[tuple[Any, ...]]) -> Iterable[Row]:
    columns = tuple(column[0] for column in cursor.description)
    layout = _layout(kind)
    if columns == layout.columns:
        return map(layout.make, found)
    if sorted(columns) != sorted(layout.columns):
        raise TypeError(f"{kind.__name__} has {layout.columns}, its statement gives {columns}.")
    pick = itemgetter(*(columns.index(column) for column in layout.columns))
    return map(layout.make, map(pick, found))


class _Layout(NamedTuple):
    """The columns of a kind of row in the order of its fields, and what makes a row of their values."""

    columns: tuple[str, ...]
    make: Callable[[tuple[Any, ...]], Any]


@cache
def _layout(kind: type[NamedTuple]) -> _Layout:
    columns: tuple[str, ...] = ()
    places: list[tuple[Callable[[Any], Any] | None, int | slice]] = []
    for field, hint in get_type_hints(kind).items():
        start = len(columns)
        if isinstance(hint, type) and issubclass(hint, tuple):
            part = _layout(hint)
            columns += part.columns
            places.append((part.make, slice(start, len(columns))))
        else:
            columns += (field,)
            places.append((None, start))
    if columns == kind._fields:
        return _Layout(columns, kind._make)
    return _Layout(
        columns,
        lambda row: kind._make([row[place] if make is None else make(row[place]) for make, place in places]),
    )


def run(sql: str, *values: Any) -> Any:
    """Run one statement, with `?` for each value, and give its cursor."""
    opened = database.obj
    if opened.param != "?":
        sql = sql.replace("?", opened.param)
    return opened.execute_sql(sql, values)


def run_each(sql: str, values: Iterable[Sequence[Any]]) -> None:
    """Run one statement that gives no rows once for each of these, with `?` for each value; none at all for none."""
    given = list(values)
    if not given:
        return
    with _seen(sql) as cursor:
        cursor.executemany(sql.replace("?", database.obj.param), given)


def insert_all(
    table: str, columns: Sequence[str], values: Iterable[Collection[Any]], otherwise: str = ""
) -> None:
    """Insert rows of these columns. otherwise: what the statement says of a row that is there, as ON CONFLICT."""
    into, given = f"{table} ({', '.join(columns)})", [tuple(row) for row in values]
    if otherwise or len(given) < 2 or not is_postgresql():
        run_each(f"INSERT INTO {into} VALUES ({several(columns)}) {otherwise}", given)  # noqa: S608  our own words
        return
    # A server takes a stream of rows several times as fast as a statement for each.
    with _seen(sql := f"COPY {into} FROM STDIN") as cursor, cursor.copy(sql) as copy:
        for row in given:
            copy.write_row(row)


def insert_one(table: str, columns: Sequence[str], values: Collection[Any]) -> int:
    """Insert one row of these columns; gives its id."""
    return int(scalar(_one_into(table, tuple(columns)), *values))


@cache
def _one_into(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({several(columns)}) RETURNING id"  # noqa: S608  our own words


@contextmanager
def _seen(sql: str) -> Iterator[Any]:
    """A cursor for what peewee does not run: counted as its own is, and with the errors that it would raise."""
    opened = database.obj
    for hook in opened.query_hooks:
        hook(_Sent(sql))
    with __exception_wrapper__, closing(opened.cursor()) as cursor:
        yield cursor


def chunked(values: Iterable[Value], most: int) -> Iterator[list[Value]]:
    """These values in lists of so many at most; what costs nothing for one is asked for at every deal."""
    left = iter(values)
    while some := list(islice(left, most)):
        yield some


def names(states: Iterable[str]) -> str:
    """States of a table of the domain, as a statement lists them; a list keeps its order. Never for what comes from
    outside.
    """
    return ", ".join(f"'{state}'" for state in (states if isinstance(states, list) else sorted(states)))


def several(values: Sized) -> str:
    """A `?` for each of these values, for a list in a statement."""
    return ", ".join("?" * len(values))


def day(value: date | str) -> date:
    """A day as a statement of our own gives it: SQLite keeps days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def timestamp(value: datetime | str) -> datetime:
    """A moment in UTC as a statement of our own gives it; the counterpart of UtcField."""
    return (datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)).replace(
        tzinfo=UTC
    )


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements that run inside the block, for tests that forbid a query per row.

    None run where no database was opened, as in a preview.
    """
    seen: list[str] = []
    if database.obj is None:
        yield seen
        return

    def note(event: Any) -> None:
        seen.append(event.sql)

    hooks = database.obj.query_hooks  # of the database that is open now: it may be closed before the end
    hooks.append(note)
    try:
        yield seen
    finally:
        hooks.remove(note)
