"""Whether the open database can be written and is whole: asked before an answer is at stake, and nothing changes."""

import os
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from kloof.storage import faults
from kloof.storage.database import database, ensure_connected, explained, is_postgresql
from kloof.storage.engines import SqliteFile
from kloof.storage.statements import only_row, rows, scalar

ROOM: Final = 256 * 1024
"""Bytes that a save and its journal may need."""
_BESIDE: Final = ("", "-wal", "-shm", "-turn")
_REST: Final = 20.0  # times as long as the last look at every page took
_LARGEST: Final = 256 * 1024 * 1024  # of a file that is read as a whole without being asked to
_looked: dict[str, tuple[float, float]] = {}


def refuse_unless_writable() -> None:
    """Raises Refused where the server takes no changes, or the files or the disk of SQLite leave no way to write."""
    opened = database.obj
    if not isinstance(opened, SqliteFile):
        if scalar("SHOW transaction_read_only") == "on":
            raise faults.unwritable(opened.database, "it takes no changes at present")
        return
    for file in (f"{opened.file}{ending}" for ending in _BESIDE):
        if os.path.exists(file) and not os.access(file, os.R_OK | os.W_OK):
            raise faults.unwritable(opened.file, f"{file} belongs to another user, or may not be written")
    try:
        # Where the system can, a file without a name: the folder stays as it is.
        with tempfile.TemporaryFile(dir=Path(opened.file).parent, buffering=0) as trial:
            trial.write(bytes(ROOM))
    except OSError as error:
        where = str(Path(opened.file).parent)
        raise explained(error) or faults.unwritable(opened.file, f"{where}: {error.strerror}") from None


class DatabaseServer(NamedTuple):
    """A database server: its `settings`, how many connections it has, and its clock, in seconds since 1970."""

    settings: dict[str, str]
    connections: int
    seconds: float


class _Setting(NamedTuple):
    name: str
    setting: str


class _Now(NamedTuple):
    connections: int
    seconds: float


_SETTINGS = """
SELECT name AS name, setting AS setting FROM pg_settings WHERE name IN
('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding', 'max_connections')
"""
_NOW = """
SELECT (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
  CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION) AS seconds
"""


def server() -> DatabaseServer | None:
    """The server of the open database; None where it is a file."""
    if isinstance(database.obj, SqliteFile):
        return None
    return DatabaseServer({row.name: row.setting for row in rows(_Setting, _SETTINGS)}, *only_row(_Now, _NOW))


def refuse_unless_whole() -> None:
    """Raises Refused where a page of SQLite's file cannot be read for what it should be. Takes as long as the file."""
    opened = database.obj
    if not isinstance(opened, SqliteFile):
        return
    try:
        # A connection of its own: this thread's remembers pages as they were.
        with closing(sqlite3.connect(f"file:{quote(opened.file)}?mode=ro", uri=True)) as fresh:
            (said,) = next(fresh.execute("PRAGMA quick_check(1)"))
    except sqlite3.Error as error:
        raise faults.of_sqlite(error, opened.file) or error from None
    if said != "ok":
        raise faults.damaged(opened.file, said.replace("\n", " ").removeprefix("*** in database main *** "))


def refuse_unless_whole_as_far_as_known() -> None:
    """As `refuse_unless_whole`, for who asks again and again: it reads the file a twentieth of the time at most.

    A very large file is left to who asks on purpose.
    """
    opened, now = database.obj, time.monotonic()
    if not isinstance(opened, SqliteFile) or os.path.getsize(opened.file) > _LARGEST:
        return
    ended, took = _looked.get(opened.file, (0.0, 0.0))
    if ended and now - ended < _REST * took:
        return
    _looked.pop(opened.file, None)
    refuse_unless_whole()
    _looked[opened.file] = (time.monotonic(), time.monotonic() - now)


def engine() -> tuple[str, tuple[int, ...]]:
    """The name of the database engine and its version."""
    ensure_connected()
    if is_postgresql():
        number = int(scalar("SELECT current_setting('server_version_num')::int AS number"))
        return "PostgreSQL", (number // 10_000, number % 10_000)
    text = str(scalar("SELECT sqlite_version() AS version"))
    return "SQLite", tuple(int(part) for part in text.split("."))
