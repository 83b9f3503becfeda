"""The programs of a soak: what they use, how they die, and how their database goes away."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import fast_year

WARM_UP = 45.0
"""Seconds until a process has read its code and done everything once. On a busy machine the first alone takes 20: a
worker is at 90 MiB after 12 of them and at 146 after 20, and stays there.
"""
LEAST_LOOKS = 20
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Program:
    """A kloof command in a process group of its own, with what its processes were seen to use."""

    words: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    seen: dict[int, list[tuple[float, int, int]]] = field(default_factory=dict)

    def start(self) -> None:
        command = [sys.executable, fast_year.__file__, *self.words]
        with (self.folder / f"{self.words[0]}.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As an administrator does; what does not end in time is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def look(self) -> None:
        """Note the resident pages and the open files of each process of the group that stays (not a job's)."""
        for pid in [self.process.pid, *_children(self.process.pid)]:
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes()
                pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
                files = len(os.listdir(f"/proc/{pid}/fd"))
            except (OSError, IndexError):
                continue
            if b"multiprocessing" not in line:
                self.seen.setdefault(pid, []).append((time.monotonic(), pages, files))

    def growth(self, since: float) -> dict[str, float]:
        """By how much memory and open files grew from the first to the last fifth of what was seen since then of a
        process that had been there for `WARM_UP`, where that is most, and the MiB of the largest at the end. Raises
        AssertionError where no process was seen for long enough to say.
        """
        memory, files, mib = 0.0, 0.0, 0.0
        for looks in self.seen.values():
            calm = [one for one in looks if one[0] >= max(since, looks[0][0] + WARM_UP)]
            if len(calm) < LEAST_LOOKS:
                continue
            fifth = len(calm) // 5
            first, last = (
                [median(look[at] for look in some) for at in (1, 2)] for some in (calm[:fifth], calm[-fifth:])
            )
            memory, files = max(memory, last[0] / first[0]), max(files, last[1] / first[1])
            mib = max(mib, last[0] * PAGE / 2**20)
        assert memory, f"no process of kloof {self.words[0]} was calm for long enough: give it more --minutes"
        return {"memory": round(memory, 3), "files": round(files, 3), "mib": round(mib, 1)}


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in tasks.split()]


@contextmanager
def away(url: str) -> Iterator[None]:
    """Meanwhile nobody can work with this database: PostgreSQL cuts every connection and takes no new ones, SQLite is
    held by somebody else.
    """
    if not url.startswith("postgresql"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()
        return
    import psycopg

    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
