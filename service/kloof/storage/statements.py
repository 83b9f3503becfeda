"""SQL in words of its own, for the few statements that run at every page of every form.

Composing such a statement with peewee costs several times what running it costs; everything else is peewee's.
"""

from collections.abc import Iterable, Iterator, Sized
from datetime import UTC, date, datetime
from typing import Any

from kloof.storage.database import database


def tuples(query: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a peewee query as plain tuples."""
    return iter(query.tuples())


def run(sql: str, *values: Any) -> Any:
    """Run one statement, with `?` for each value, and give its cursor."""
    opened = database.obj
    if opened.param != "?":
        sql = sql.replace("?", opened.param)
    return opened.execute_sql(sql, values)


def first(sql: str, *values: Any) -> tuple[Any, ...] | None:
    """The first row of a statement; None where it gives none."""
    row: tuple[Any, ...] | None = run(sql, *values).fetchone()
    return row


def only(sql: str, *values: Any) -> tuple[Any, ...]:
    """The row of a statement that always gives one: a count, or what it has just written."""
    return only_of(run(sql, *values))


def only_of(cursor: Any) -> tuple[Any, ...]:
    """As `only`, of a statement that was sent already."""
    row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        raise LookupError("A statement that always gives a row gave none.")
    return row


def names(states: Iterable[str]) -> str:
    """States of a table of the domain, as a statement lists them. Never for what comes from outside."""
    return ", ".join(f"'{state}'" for state in sorted(states))


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
