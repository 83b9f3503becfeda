"""A request is read whole by the loop of its worker, and only then taken by a thread: who is slow holds up nobody.

gunicorn's own threads read for themselves, so as many slow visitors as there are threads stop the service.
"""

import selectors
import socket
import struct
import time
from functools import partial
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

SECONDS_TO_ARRIVE: Final = 20.0
"""For a request with all that is posted; the largest then needs 13 kB a second."""
SECONDS_TO_LEAVE: Final = 5.0
"""For a visitor who still sends what nobody reads, so that they get to see why."""
SECONDS_TO_TAKE: Final = 10
"""For each part of an answer."""
MOST_HEAD: Final = 32 * 1024
MOST_BODY: Final = 256 * 1024
MOST_DISCARDED: Final = 32 * 1024 * 1024
_AT_ONCE: Final = 64 * 1024
_END: Final = b"\r\n\r\n"
_GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_NOTHING_MORE: Final = b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout" + _NOTHING_MORE
_TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large" + _NOTHING_MORE


def length_of_body(head: bytes) -> int | None:
    """How many bytes follow the head of this request. None where it is not worth waiting for them: what is posted in
    pieces, or is too much, is refused without being read.
    """
    length = 0
    for line in head.lower().split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name == b"transfer-encoding":
            return None
        if name == b"content-length" and value.strip().isdigit():  # gunicorn refuses anything else
            length = int(value) if len(value) < 20 else MOST_BODY + 1
    return length if length <= MOST_BODY else None


def asks_first(head: bytes) -> bool:
    """Whether the visitor waits for a word before they send the body (RFC 9110, 10.1.1)."""
    return any(line.replace(b" ", b"") == b"expect:100-continue" for line in head.lower().split(b"\r\n"))


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A visitor, with what has arrived of their request."""

    def __init__(self, worker: "ArrivalsFirst", *details: Any) -> None:
        super().__init__(*details)
        self.worker = worker
        self.data_ready = True
        self.until = 0.0
        self.expect_another()

    def expect_another(self) -> None:
        """The next request begins: what arrived of it, how far its end was looked for, and how long it is."""
        self.arrived = bytearray()
        self.looked_at = 0
        self.length: int | None = None
        self.is_whole = True

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.see_out(self)
        else:
            super().close()


class ArrivalsFirst(ThreadWorker):  # type: ignore[misc]
    """Threads that only get whole requests."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        # Each in the order in which their time is up.
        self._arriving: dict[Connection, None] = {}
        self._leaving: dict[Connection, int] = {}

    def accept(self, listener: socket.socket) -> None:
        """Let a visitor in; where half of all places are taken by the unfinished, the first of them has to go."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SECONDS_TO_TAKE, 0))
        if len(self._arriving) >= self.worker_connections // 2:
            self._turn_away(next(iter(self._arriving)))
        self.enqueue_req(Connection(self, self.cfg, client, address, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """Wait for the request of this visitor, the first or the next one, before a thread takes it."""
        conn.expect_another()
        if conn.parser is not None:
            conn.arrived += conn.parser.unreader.take_buffered()
        conn.until = time.monotonic() + SECONDS_TO_ARRIVE
        conn.sock.setblocking(False)
        self._arriving[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))
        if conn.arrived:
            self._take_if_whole(conn)
        else:
            self._read(conn)

    def handle(self, conn: Connection) -> Any:
        """In a thread: serve what has arrived."""
        conn.init()
        conn.parser.unreader.unread(bytes(conn.arrived))
        return super().handle(conn)

    def see_out(self, conn: Connection) -> None:
        """Close when they have closed, or soon: at once would cut off the answer of who is still sending."""
        conn.sock.setblocking(False)
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            conn.close()
            return
        conn.until = time.monotonic() + SECONDS_TO_LEAVE
        self._leaving[conn] = 0
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._discard, conn))

    def murder_pending(self) -> None:
        """Close those whose time is up."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [one for one in self._arriving if one.until <= now]:
            self._turn_away(conn, _TOO_SLOW if conn.arrived else b"")
        for conn in [one for one in self._leaving if one.until <= now]:
            self._close_behind(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for conn in self._arriving:
            conn.until = min(conn.until, deadline)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        # What was not read would have to be thrown away first, and a thread would wait for that.
        return conn.is_whole and bool(super()._keepalive_after(conn, keepalive))

    def _read(self, conn: Connection, _: object = None) -> None:
        try:
            data = conn.sock.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conn.arrived += data
        if data:
            self._take_if_whole(conn)
        else:
            self._turn_away(conn)

    def _take_if_whole(self, conn: Connection) -> None:
        if conn.length is None and not self._head_is_whole(conn):
            return
        if len(conn.arrived) >= (conn.length or 0):
            self.poller.unregister(conn.sock)
            del self._arriving[conn]
            super().enqueue_req(conn)

    def _head_is_whole(self, conn: Connection) -> bool:
        end = conn.arrived.find(_END, max(0, conn.looked_at - len(_END)))
        conn.looked_at = len(conn.arrived)
        if end < 0:
            if conn.looked_at > MOST_HEAD:
                self._turn_away(conn, _TOO_LONG)
            return False
        head = bytes(conn.arrived[:end])
        body = length_of_body(head)
        conn.is_whole = body is not None
        conn.length = end + len(_END) + (body or 0)
        if body and len(conn.arrived) < conn.length and asks_first(head):
            _say(conn, _GO_ON)
        return True

    def _turn_away(self, conn: Connection, why: bytes = b"") -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        _say(conn, why)
        conn.close()

    def _discard(self, conn: Connection, _: object) -> None:
        try:
            data = conn.sock.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._leaving[conn] += len(data)
        if not data or self._leaving[conn] > MOST_DISCARDED:
            self._close_behind(conn)

    def _close_behind(self, conn: Connection) -> None:
        del self._leaving[conn]
        self.poller.unregister(conn.sock)
        conn.close()


def _say(conn: Connection, words: bytes) -> None:
    """As far as they listen: nobody waits for that."""
    try:
        conn.sock.send(words)
    except OSError:
        return
