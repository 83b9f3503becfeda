"""`kloof serve` as a process of its own, and visitors who speak to it byte by byte."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cast.builders import SECRET
from instruments.running import free_port, wait_for

_SERVE = """
from kloof.cli import arrivals, main
from kloof.web.api import rates
arrivals.SECONDS_TO_ARRIVE = {patience}
rates.MOST = {requests}
main()
"""


@contextmanager
def serving(
    database: Path, folder: Path, *, patience: float = 20.0, requests: int = 600, **environment: str
) -> Iterator[int]:
    """Where it listens, on a copy of this database, until the end.

    patience: seconds in which a request arrives. requests: of a token in a minute.
    """
    shutil.copyfile(database, folder / "kloof.db")
    port = free_port()
    program = ["-c", _SERVE.format(patience=patience, requests=requests), "serve", "--port", str(port)]
    url = f"sqlite:///{folder / 'kloof.db'}"
    with running(folder, program, KLOOF_DATABASE_URL=url, **environment):
        wait_for(port)
        yield port


@contextmanager
def running(
    folder: Path, program: list[str], log: IO[bytes] | None = None, /, **environment: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """A command of kloof, as a process of its own in a company's folder, until the end. log: where it says things."""
    (folder / "kloof.toml").touch()
    process = subprocess.Popen(
        [sys.executable, *program],
        cwd=folder,
        env=os.environ | {"KLOOF_SECRET_KEY": SECRET} | environment,
        start_new_session=True,
        stderr=log,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=120)


def knock(
    port: int, said: bytes = b"", tls: ssl.SSLContext | None = None, name: str = "", source: str = "127.0.0.1"
) -> socket.socket:
    """A visitor from this address who says this first."""
    visitor = socket.create_connection(("127.0.0.1", port), timeout=120, source_address=(source, 0))
    if tls:
        visitor = tls.wrap_socket(visitor, server_hostname=name)
    visitor.sendall(said)
    return visitor


def heard(visitor: socket.socket) -> bytes:
    """All that they get, until the other side closes."""
    parts = []
    while part := visitor.recv(65536):
        parts.append(part)
    return b"".join(parts)


def once_of_three_times(holds: Callable[[], bool]) -> bool:
    """Whether it holds at least once: a machine with neighbours may keep a page as long as a thread that waits does."""
    return any(holds() for _ in range(3))


def seconds_to_page(port: int, tls: ssl.SSLContext | None = None, name: str = "h") -> float:
    """How long somebody else waits for a page, which takes a thread."""
    began = time.monotonic()
    asks = f"GET /accessibility HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode()
    with knock(port, asks, tls, name) as visitor:
        assert heard(visitor).startswith(b"HTTP/1.1 200")
    return time.monotonic() - began
