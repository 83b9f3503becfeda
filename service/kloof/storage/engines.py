"""The databases as kloof opens them: a file that is there, or a server (see `server`)."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from peewee import SqliteDatabase

from kloof.domain.errors import BadSettings
from kloof.storage.of_this_request import Timed
from kloof.storage.servers.server import PostgresqlServer, options_of

SQLITE: Final = "sqlite:///"
# 16,000 KiB of pages: a freeze writes all over its table, and SQLite's own 2,000 would be read again and again.
SQLITE_PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "cache_size": -16_000,
}
FRESH: Final = 60.0
"""Seconds for which a thread trusts what it last saw of a file."""


Mark = tuple[int, int]
"""The number by which a file's database is told from others, and a count that only grows."""


class SqliteFile(Timed, SqliteDatabase):
    """A file that is there: to connect never makes one, and one that was put in its place is noticed."""

    _state: Any  # of each thread

    def __init__(self, file: Path, *, looking: bool = False, **options: Any) -> None:
        self.file = str(file)
        self._looking = looking
        super().__init__(self.address("rw"), uri=True, **options)

    def address(self, mode: str, more: str = "") -> str:
        """The file as SQLite opens it."""
        return f"file:{quote(self.file)}?mode={mode}{more}"

    def _connect(self) -> Any:
        connection = super()._connect()  # type: ignore[misc]  # the stubs leave it out
        self._state.stands_at, self._state.looked_at = self._stands_at(), time.monotonic()
        self._state.changed, self._state.mark = 0, (0, 0)
        if not self._looking:
            self._state.changed = os.stat(self.file).st_ctime_ns
            self._state.mark = self._mark_in_file() or (0, 0)
        return connection

    def mark_as_seen_by_us(self) -> Mark:
        """The mark as it is for this connection, be it written to the file yet or not."""
        return self.pragma("application_id"), self.pragma("user_version")

    def exchanged(self) -> bool:
        """Whether other contents stand in the file than when this thread last looked, as far as its mark tells; it asks
        the system only, unless the file was written to since.

        A thread that has not looked for a minute cannot know whether others went on with them: it takes a new
        connection, and finds what they have.
        """
        if self._looking or self._state.closed:
            return False
        now, before = time.monotonic(), self._state.looked_at
        try:
            changed = os.stat(self.file).st_ctime_ns
        except OSError:
            return False
        if changed != self._state.changed:
            mark = self._mark_in_file()
            number, count = self._state.mark
            # Before its migrations a database has no number.
            if mark is None or (number and mark[0] != number) or mark[1] < count:
                if now - before <= FRESH and self._stands_at() == self._state.stands_at:
                    return True
                self._state.stands_at = None
                return False
            self._state.mark, self._state.changed = mark, changed
        self._state.looked_at = now
        return False

    def _mark_in_file(self) -> Mark | None:
        """What stands in the file, whatever stands beside it; None where it is no database."""
        try:
            # By SQLite, and not by hand: whoever closes a file gives up all locks that the process has on it.
            with closing(sqlite3.connect(self.address("ro", "&immutable=1"), uri=True)) as fresh:
                # A file that is being written may say that it is larger than it is yet; so told, SQLite bears that.
                fresh.execute("PRAGMA writable_schema = on")
                ((number,),) = fresh.execute("PRAGMA application_id")
                ((count,),) = fresh.execute("PRAGMA user_version")
        except sqlite3.Error:
            return None
        return number, count

    def is_lost(self) -> bool:
        """Whether this thread's connection is to a file that was moved away, deleted or replaced."""
        return not self._state.closed and self._stands_at() != self._state.stands_at

    def rollback(self) -> None:
        # After a full disk, SQLite has rolled back by itself, and would say that instead of what happened.
        if self._state.conn.in_transaction:
            super().rollback()

    def _stands_at(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.file)
        except OSError:
            return None
        return found.st_dev, found.st_ino


def connect(url: str, *, looking: bool = False) -> SqliteFile | PostgresqlServer:
    """A database for `sqlite:///path` or `postgresql://…`; raises BadSettings for anything else.

    One that is only looked at keeps the journal that it has: to choose one would write to the file.
    """
    if url.startswith(SQLITE):
        pragmas = dict(SQLITE_PRAGMAS)
        if looking:
            del pragmas["journal_mode"]
        return SqliteFile(file_of(url), looking=looking, pragmas=pragmas, timeout=10, lock_type="IMMEDIATE")
    scheme = url.partition(":")[0]
    try:
        if scheme in {"postgresql", "postgres"}:
            return PostgresqlServer(**options_of(url))
        what = f"{scheme}:// is not a database that kloof knows"
    except ValueError as error:
        what = f"this is no address of a server ({error})"
    raise BadSettings(
        [f"KLOOF_DATABASE_URL: {what}."],
        remedy="Use sqlite:///path/to/kloof.db or postgresql://user:password@host/name.",
    )


def file_of(url: str) -> Path:
    """The file of a `sqlite:///` address."""
    return Path(url.removeprefix(SQLITE))


def make_file(file: Path) -> None:
    """An empty file, for its owner only, where there is none."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def is_absent(url: str) -> bool:
    """Whether this is the address of a file of SQLite that is not there."""
    return url.startswith(SQLITE) and not file_of(url).exists()


def files_of(url: str) -> tuple[Path, ...]:
    """The files in which a database of SQLite stands, whether they are there or not; none for a server."""
    if not url.startswith(SQLITE):
        return ()
    file = file_of(url)
    return tuple(file.with_name(file.name + ending) for ending in ("", "-wal", "-shm"))
