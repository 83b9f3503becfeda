"""Opening the database: one connection per thread, and the settings that make an acknowledged answer durable."""

import atexit
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from peewee import (  # type: ignore[attr-defined]  # its types leave the wrapper out
    DatabaseError,
    DatabaseProxy,
    InterfaceError,
    Model,
    OperationalError,
    PostgresqlDatabase,
    __exception_wrapper__,
)

from kloof.domain.errors import Reason, Refused
from kloof.storage import faults, newer, of_this_request, other_contents
from kloof.storage.engines import SQLITE, SqliteFile, connect, file_of, is_absent, make_file
from kloof.storage.servers.server import PostgresqlServer
from kloof.storage.write_lock import FairWriteLock, lock_of

Opened = SqliteFile | PostgresqlServer

database = DatabaseProxy()
_opened: dict[str, Opened] = {}
_turns: dict[Opened, AbstractContextManager[None]] = {}
_releases: dict[Opened, AbstractContextManager[None]] = {}
_welcome: list[Callable[[], None]] = []
_LOCK_NUMBER = 0x6672656574  # "freet" in ASCII: any number does, as long as it is always the same


class BaseModel(Model):
    """A table of kloof."""

    id: Any

    class Meta:
        database = database
        legacy_table_names = False


def open_database(url: str) -> None:
    """Point kloof at one database for the life of this process, and make the file where SQLite has none yet.

    Raises Refused where another one is open: two applications in one process would read each other's rows.
    """
    if url not in _opened:
        if url.startswith(SQLITE):
            make_file(file_of(url))
        _open(url)


def open_existing(url: str, welcome: Callable[[], None]) -> None:
    """Point kloof at a database that was made before; nothing is asked of it yet, and no file is ever made.

    `welcome` is called with each new connection. What it raises is what whoever needs the connection gets.
    """
    if url not in _opened:
        _open(url)
        _welcome.append(welcome)


def left_by_a_lost(url: str) -> str | None:
    """The lock file of a SQLite database that is not there any more; None where there never was one, or still is."""
    lock = lock_of(str(file_of(url)))
    return lock if is_absent(url) and Path(lock).exists() else None


@contextmanager
def looking(url: str) -> Iterator[None]:
    """The database open to look at, or to change and take back: no file is made, and none is left beside it.

    Where it is open already it stays open. Raises Refused where it is not there, or does not answer.
    """
    if url in _opened:
        yield
        return
    if is_absent(url):
        raise Refused(
            Reason.DATABASE_BEHIND,
            f"There is no database yet: {file_of(url)} is not there.",
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
    opened = connect(url, looking=looking)
    _opened[url] = opened
    database.initialize(opened)
    # Who only looks takes no turn, since its lock file would stay: they wait less fairly, and that is all.
    for turns, of in ((_turns, "turn"), (_releases, "release")):
        turns[opened] = (
            FairWriteLock(opened.file, of)
            if isinstance(opened, SqliteFile) and not looking
            else nullcontext()
        )


def refuse_unless_it_answers() -> None:
    """Raises Refused with what the database server, or SQLite, says."""
    try:
        ensure_connected()
        database.get_tables()
    except (DatabaseError, InterfaceError) as error:
        raise explained(error) or error from None


def explained(error: BaseException) -> Refused | None:
    """What this error means for the database that is open, as a refusal; None where it is not about the database."""
    opened: Opened | None = database.obj
    place = opened.file if isinstance(opened, SqliteFile) else opened.database if opened else "kloof"
    return faults.explained(error, place) or newer.behind(error, opened)


def close_database() -> None:
    """Close this thread's connection and forget the database, so that another can be opened."""
    for opened in _opened.values():
        opened.close()
    _opened.clear()
    _turns.clear()
    _welcome.clear()
    _releases.clear()
    database.initialize(None)


def close_connection() -> None:
    """Close the connection of this thread, which ends; the database stays open for others."""
    if not database.is_closed():
        database.close()


# A command ends with its database open, and from Python 3.13 on that is a warning.
atexit.register(close_database)


def leave_open() -> None:
    """Let this process end while a thread of it still waits for the database: to close it would be to wait as long."""
    atexit.unregister(close_database)


def ensure_connected() -> bool:
    """Give this thread a live connection, keeping the one that it has unless what it leads to is gone; and whether the
    database was welcomed with a new one just now.

    Raises Refused where SQLite's file is gone, a server does not answer, or a newer kloof was there, and what the
    welcome raises.
    """
    opened: Opened = database.obj
    is_between = not opened.in_transaction()
    if is_between and isinstance(opened, SqliteFile):
        # Its refusal closes nothing: SQLite would write what is beside a file into contents that it does not belong to.
        other_contents.heed(opened)
    try:
        if is_between and isinstance(opened, PostgresqlServer):
            opened.look()
        if is_between and opened.is_lost():
            opened.close()
        if opened.is_closed():
            opened.connect()
            for welcome in _welcome:
                welcome()
            return bool(_welcome)
    except (DatabaseError, InterfaceError) as error:
        opened.close()
        raise explained(error) or error from None
    except Refused:
        opened.close()
        raise
    if _welcome and is_between:
        newer.heed(opened)
    return False


def drop_connection_after(error: Exception) -> None:
    """Throw this thread's connection away when it was about the database: the next request gets a new one.

    Also after a damaged page, which it remembers, and after a server that became one to read from: another may not be.
    """
    if isinstance(database.obj, PostgresqlServer):
        database.obj.note_silence(error)
    if explained(error) and not database.is_closed() and not database.in_transaction():
        database.close()


def serve_pages() -> None:
    """From now on this process answers visitors: a statement has seconds, and not the minutes that work may take."""
    if isinstance(database.obj, PostgresqlServer):
        database.obj.serve_pages()


def commits_sent() -> int:
    """How many commits this thread has sent to a server; with as many as before, what was cut off may be redone."""
    return database.obj.commits() if isinstance(database.obj, PostgresqlServer) else 0


def was_cut_off(error: BaseException) -> bool:
    """Whether this error came with the loss of the connection to the server."""
    is_about_it = isinstance(error, OperationalError | InterfaceError)
    return is_about_it and isinstance(database.obj, PostgresqlServer) and database.obj.is_lost()


def perhaps_saved(error: BaseException) -> bool:
    """Whether this error is the loss of the connection while the last commit was under way."""
    return was_cut_off(error) and database.obj.is_unsure()


@contextmanager
def transaction() -> Iterator[None]:
    """All or nothing. On SQLite it takes the write lock at once, so that it cannot fail half-way, and in turn.

    Raises Refused where SQLite's file was moved away meanwhile: what was written went with it.
    """
    if database.in_transaction():
        with database.atomic():
            yield
        return
    ensure_connected()
    opened: Opened = database.obj
    with _turns[opened], opened.atomic():
        yield
    if isinstance(opened, SqliteFile):
        other_contents.refuse_unless_it_stands(opened)


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything that is read inside is of one moment, and nobody waits for it; nothing may be written."""
    ensure_connected()
    if database.in_transaction():
        raise RuntimeError("a transaction that has begun has no snapshot of its own")
    with database.atomic() if is_postgresql() else database.atomic("DEFERRED"):
        if is_postgresql():
            database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@contextmanager
def one_release_at_a_time() -> Iterator[None]:
    """Wait until no other freeze or publish runs, and keep them waiting; others go on writing meanwhile."""
    ensure_connected()
    if not is_postgresql():
        with _releases[database.obj]:
            yield
        return
    with database.obj.alone_in(_LOCK_NUMBER):
        yield


@contextmanager
def kept() -> Iterator[None]:
    """A part of a transaction that stays; the counterpart of `taken_back`."""
    with database.atomic():
        yield


@contextmanager
def taken_back() -> Iterator[None]:
    """A part of a transaction, or a whole one, that is done in full and then undone."""
    with of_this_request.only_tried(), database.atomic() as part:
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


def is_shared() -> bool:
    """Whether several machines may have this database open."""
    return is_postgresql()
