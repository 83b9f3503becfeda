"""Writers of one SQLite file take turns, in the order in which they came.

A writer that finds the file locked is sent to sleep by SQLite, for up to 100 ms at a time, and whoever wakes at the
right moment wins: under load some wait a hundred times as long as others. The kernel queues file locks fairly, over
threads and processes alike, and frees the lock of a process that dies.
"""

import fcntl
import os
import threading
from types import TracebackType


def lock_of(database: str) -> str:
    """The file whose lock is the turn to write this database; it stays."""
    return f"{database}-turn"


class FairWriteLock:
    """`with` it: wait until it is our turn to write this database, and hold it for the block. Not re-entrant.

    of: what takes turns; each has a lock file of its own.
    """

    def __init__(self, database: str, of: str = "turn") -> None:
        self._path = f"{database}-{of}"
        self._here = threading.local()

    def __enter__(self) -> None:
        fcntl.flock(self._number(), fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._number(), fcntl.LOCK_UN)

    def _number(self) -> int:
        # A lock belongs to an opening of the file: each thread needs its own, and a fork may not use its parent's.
        file: _File | None = getattr(self._here, "file", None)
        if file is None or file.process != os.getpid():
            file = self._here.file = _File(self._path)
        return file.number


class _File:
    """An open file that is closed with the thread that opened it."""

    number = -1

    def __init__(self, path: str) -> None:
        self.process = os.getpid()
        self.number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __del__(self) -> None:
        if self.number >= 0:  # it could be opened
            os.close(self.number)
