"""A way to a PostgreSQL server that is cut at the moment of a COMMIT: before it arrives, or before its answer does."""

import socket
import threading
from contextlib import suppress
from enum import Enum, auto
from urllib.parse import urlsplit


class Cut(Enum):
    """Where the way breaks at the next COMMIT."""

    BEFORE = auto()
    AFTER = auto()


class CuttingProxy:
    """Passes everything on, until it is told to cut; each connection has a thread for each direction."""

    def __init__(self, url: str) -> None:
        self.told = urlsplit(url)
        self.cut: Cut | None = None
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._opened: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The same database by this way, in the open so that a COMMIT can be seen."""
        there = f"{self.told.username or 'postgres'}@127.0.0.1:{self._listener.getsockname()[1]}"
        return self.told._replace(netloc=there, query="sslmode=disable&gssencmode=disable").geturl()

    def __enter__(self) -> "CuttingProxy":
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._opened:
            _close(one)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((self.told.hostname or "127.0.0.1", self.told.port or 5432))
                self._opened += [near, far]
                for target in (self._onward, self._back):
                    threading.Thread(target=target, args=(near, far), daemon=True).start()

    def _onward(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while said := near.recv(65536):
                if b"COMMIT" in said and self.cut is Cut.BEFORE:
                    self._end(near, far)
                    return
                far.sendall(said)
        _close(far)

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while said := far.recv(65536):
                # The tag with which the server says that it is done.
                if b"COMMIT\0" in said and self.cut is Cut.AFTER:
                    self._end(near, far)
                    return
                near.sendall(said)
        _close(near)

    def _end(self, near: socket.socket, far: socket.socket) -> None:
        self.cut = None
        self.cuts += 1
        _close(near)
        _close(far)


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
