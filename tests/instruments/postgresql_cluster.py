"""A PostgreSQL server of a test's own, which it may stop and start as it likes."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from instruments.running import free_port


class Cluster:
    """A server on a port of this machine, with one empty database; it waits for no disk."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._programs, self._folder, self._user = programs, folder, user
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", str(folder / "data"))

    def start(self) -> None:
        """Listen, and return when it answers."""
        told = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._control("start", "-l", str(self._folder / "log"), "-o", told)

    def stop(self) -> None:
        """As an administrator stops it: connections are cut, and nothing that was committed is lost."""
        self._control("stop", "-m", "fast")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Every process of it stands still meanwhile: connections stay, and nobody gets an answer."""
        head = int((self._folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        os.kill(head, signal.SIGSTOP)  # from now on it makes no more
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(head)], capture_output=True, text=True, check=True
        )
        every = [head, *map(int, listed.stdout.split())]
        for one in every:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in every:
                os.kill(one, signal.SIGCONT)

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self._folder / "data"), *words)

    def _run(self, program: str, *words: str) -> None:
        # What it starts keeps a pipe open, so its words go nowhere: they stand in the log.
        subprocess.run(
            [str(self._programs / program), *words],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """One that runs, until the end; skips by name where PostgreSQL's programs are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    program = shutil.which("initdb") or (str(found[-1]) if found else None)
    if program is None:
        pytest.skip("no PostgreSQL to start a server of its own with")
    user = None
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:  # it refuses to run as root
            user = "postgres"
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        made = Cluster(Path(program).parent, Path(folder), user)
        made.start()
        try:
            yield made
        finally:
            made.stop()
