"""A file of SQLite whose contents were exchanged while it was open, as `cp backup.db kloof.db` does.

SQLite does not look for that: it would answer from what it remembers, and mix the pages that it had yet to write into
the other contents. So a worker counts in the file itself once a minute, and whoever finds that the count went back, or
another database, puts a copy of the contents in place of the file. That everybody notices, and goes on with it.
"""

import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from kloof.storage import faults
from kloof.storage.engines import SqliteFile

_TO_BE_SURE: Final = 0.05  # seconds: who reads while a page is written may see half of it

log = logging.getLogger(__name__)


def heed(opened: SqliteFile) -> None:
    """Put what stands in the file now in its place, where it is not what was there. Raises Refused where it is no whole
    database: then nothing is used until it is one.
    """
    if not opened.exchanged():
        return
    time.sleep(_TO_BE_SURE)
    with _one_at_a_time(opened):
        if opened.exchanged():
            _put_in_place(opened)


def refuse_unless_it_stands(opened: SqliteFile) -> None:
    """Raises Refused where the file was moved away, replaced or overwritten while something was saved in it."""
    if opened.is_lost() or opened.exchanged():
        raise faults.replaced(opened.file) if os.path.exists(opened.file) else faults.gone(opened.file)


def leave_mark(opened: SqliteFile) -> None:
    """Count on in the file. Call it in a transaction, and `write_out` after it."""
    _, count = opened.mark_as_seen_by_us()
    opened.pragma("user_version", count + 1)


def write_out(opened: SqliteFile) -> None:
    """Bring into the file what stands beside it, as far as nobody reads there; nobody waits for it."""
    opened.pragma("wal_checkpoint", "PASSIVE")


def _put_in_place(opened: SqliteFile) -> None:
    file = Path(opened.file)
    copy, former = file.with_name(f"{file.name}-restored"), file.with_name(f"{file.name}-overwritten")
    copy.unlink(missing_ok=True)
    try:
        # Without what stands beside it, which belongs to what was there before.
        there = sqlite3.connect(opened.address("ro", "&immutable=1"), uri=True)
        with closing(there), closing(sqlite3.connect(copy)) as made:
            there.backup(made)
            (said,) = next(made.execute("PRAGMA quick_check(1)"))
    except sqlite3.Error as error:
        copy.unlink(missing_ok=True)
        raise faults.of_sqlite(error, opened.file) or error from None
    if said != "ok":
        copy.unlink(missing_ok=True)
        raise faults.damaged(opened.file, said.replace("\n", " "))
    # Meanwhile it is not there for anybody who opens it, so that nothing of before is taken for something of it.
    file.rename(former)
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    copy.rename(file)
    former.unlink()
    log.warning("%s was overwritten while it was in use. kloof goes on with what stands there now.", file)


@contextmanager
def _one_at_a_time(opened: SqliteFile) -> Iterator[None]:
    """One process, and one thread of it: the system lends a lock to what was opened, and each opens the folder anew."""
    folder = os.open(Path(opened.file).parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
