"""Opening the database: one connection per thread, and the settings that make an acknowledged answer durable."""

import atexit
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peewee import (  # type: ignore[attr-defined]  # its types leave the wrapper out
    Database,
    DatabaseError,
    DatabaseProxy,
    InterfaceError,
    Model,
    OperationalError,
    PostgresqlDatabase,
    SqliteDatabase,
    __exception_wrapper__,
)
from playhouse.db_url import parse

from kloof.domain.errors import BadSettings, Reason, Refused
from kloof.storage.write_lock import FairWriteLock

database = DatabaseProxy()
_opened: dict[str, Database] = {}
_turns: dict[Database, AbstractContextManager[None]] = {}

SQLITE_PRAGMAS = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1}
_SQLITE = "sqlite:///"


class BaseModel(Model):
    """A table of kloof."""

    id: Any

    class Meta:
        database = database
        legacy_table_names = False


def open_database(url: str) -> None:
    """Point kloof at one database for the life of this process.

    Raises Refused where another one is open: two applications in one process would read each other's rows.
    """
    if url not in _opened:
        _open(url)


@contextmanager
def looking(url: str) -> Iterator[None]:
    """The database open to look at, or to change and take back: no file is made, and none is left beside it.

    Where it is open already it stays open. Raises Refused where it is not there, or does not answer.
    """
    if url in _opened:
        yield
        return
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        raise Refused(
            Reason.DATABASE_BEHIND,
            f"There is no database yet: {url.removeprefix(_SQLITE)} is not there.",
            remedy="Run: kloof db migrate",
        )
    _open(url, looking=True)
    try:
        refuse_unless_it_answers()
        yield
    finally:
        close_database()


def _open(url: str, *, looking: bool = False) -> None:
    if _opened:
        raise Refused(
            Reason.DATABASE_TAKEN,
            "Another database is open in this process.",
            remedy="Close it first, or use a process of its own.",
        )
    _opened[url] = connect(url, looking=looking)
    database.initialize(_opened[url])
    # Who only looks takes no turn, since its lock file would stay: they wait less fairly, and that is all.
    _turns[database.obj] = (
        nullcontext() if looking or is_postgresql() else FairWriteLock(database.obj.database)
    )


def refuse_unless_it_answers() -> None:
    """Raises Refused with what the database server, or SQLite, says."""
    try:
        ensure_connected()
        database.get_tables()
    except (DatabaseError, InterfaceError) as error:
        said = str(error).strip().partition("\n")[0]
        raise Refused(
            Reason.DATABASE_SILENT,
            f"The database does not answer: {said}.",
            remedy="Check KLOOF_DATABASE_URL, and whether it runs and may be opened.",
        ) from None


def close_database() -> None:
    """Close this thread's connection and forget the database, so that another can be opened."""
    for opened in _opened.values():
        opened.close()
    _opened.clear()
    _turns.clear()
    database.initialize(None)


# A command ends with its database open, and from Python 3.13 on that is a warning.
atexit.register(close_database)


def connect(url: str, *, looking: bool = False) -> Database:
    """A database for `sqlite:///path` or `postgresql://…`; raises BadSettings for anything else.

    One that is only looked at keeps the journal that it has: to choose one would write to the file.
    """
    if url.startswith(_SQLITE):
        path, pragmas = Path(url.removeprefix(_SQLITE)), dict(SQLITE_PRAGMAS)
        if looking:
            del pragmas["journal_mode"]
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(str(path), pragmas=pragmas, timeout=10, lock_type="IMMEDIATE")
    scheme = urlsplit(url).scheme
    if scheme in {"postgresql", "postgres"}:
        return PostgresqlDatabase(**parse(url, unquote_user=True, unquote_password=True))
    raise BadSettings(
        [f"KLOOF_DATABASE_URL: {scheme}:// is not a database that kloof knows."],
        remedy="Use sqlite:///path/to/kloof.db or postgresql://user:password@host/name.",
    )


def ensure_connected() -> None:
    """Give this thread a live connection, keeping the one that it has."""
    database.connect(reuse_if_open=True)


def drop_connection_after(error: Exception) -> None:
    """Throw this thread's connection away when the server went; the next request gets a new one."""
    if isinstance(error, OperationalError | InterfaceError) and not database.is_closed():
        database.close()


@contextmanager
def transaction() -> Iterator[None]:
    """All or nothing. On SQLite it takes the write lock at once, so that it cannot fail half-way, and in turn."""
    ensure_connected()
    with nullcontext() if database.in_transaction() else _turns[database.obj], database.atomic():
        yield


@contextmanager
def kept() -> Iterator[None]:
    """A part of a transaction that stays; the counterpart of `taken_back`."""
    with database.atomic():
        yield


@contextmanager
def taken_back() -> Iterator[None]:
    """A part of a transaction that is done in full and then undone."""
    with database.atomic() as part:
        yield
        part.rollback()


@contextmanager
def without_waiting() -> Iterator[None]:
    """PostgreSQL gets every statement of this part at once, and is waited for only where a row of one is fetched."""
    if not is_postgresql():
        yield
        return
    # What goes wrong shows where the row is fetched, and peewee does not see that.
    with __exception_wrapper__, database.connection().pipeline():
        yield


def is_postgresql() -> bool:
    return isinstance(database.obj, PostgresqlDatabase)


def engine() -> tuple[str, tuple[int, ...]]:
    """The name of the database engine and its version."""
    ensure_connected()
    if is_postgresql():
        number = int(database.execute_sql("SHOW server_version_num").fetchone()[0])
        return "PostgreSQL", (number // 10_000, number % 10_000)
    text = database.execute_sql("SELECT sqlite_version()").fetchone()[0]
    return "SQLite", tuple(int(part) for part in text.split("."))


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements that run inside the block, for tests that forbid a query per row."""
    seen: list[str] = []

    def note(event: Any) -> None:
        seen.append(event.sql)

    database.obj.query_hooks.append(note)
    try:
        yield seen
    finally:
        database.obj.query_hooks.remove(note)
