"""A thread takes what has arrived of a request and waits for nothing: who is slow holds up nobody.

gunicorn's own threads wait until a request is whole, so as many slow visitors as there are threads stop the service.
Here a thread that finds half a request leaves the other half to the loop of its worker, which waits for all of them.

And whether the process lives the loop says itself: while every thread waits for a database that hangs, it lives.
"""

import selectors
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import TConn, ThreadWorker

if TYPE_CHECKING:
    from concurrent.futures import Future

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
_NOT_YET: Final = object()
_END: Final = b"\r\n\r\n"
_GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_NOTHING_MORE: Final = b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout" + _NOTHING_MORE
_ALIVE: Final = (b"GET /healthz ", b"HEAD /healthz ")
_LIVES: Final = b'{"status":"ok"}\n'
_I_LIVE: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store, private\r\n"
    b"X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(_LIVES)
)
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
        self.is_whole = True
        self.expect_another()

    def expect_another(self) -> None:
        """The next request begins: what arrived of it, how far its end was looked for, its length, its last moment."""
        self.arrived = bytearray()
        self.looked_at = 0
        self.length: int | None = None
        self.until = 0.0

    def take_in(self) -> bool:
        """Take what has arrived, without waiting; whether the request is whole. Raises NoMoreData where they left."""
        if not self.until:
            self.until = time.monotonic() + SECONDS_TO_ARRIVE
            if self.parser is not None:
                self.arrived += self.parser.unreader.take_buffered()
        while not self._has_enough():
            try:
                data = self.sock.recv(_AT_ONCE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            if not data:
                raise NoMoreData
            self.arrived += data
        return True

    def _has_enough(self) -> bool:
        """Whether nothing more is needed, or nothing more is worth waiting for."""
        if self.length is None:
            end = self.arrived.find(_END, max(0, self.looked_at - len(_END)))
            self.looked_at = len(self.arrived)
            if end < 0:
                return self.looked_at > MOST_HEAD
            head = bytes(self.arrived[:end])
            body = length_of_body(head)
            self.is_whole = body is not None
            self.length = end + len(_END) + (body or 0)
            if len(self.arrived) < self.length and asks_first(head):
                self.say(_GO_ON)
        return len(self.arrived) >= self.length

    def say(self, words: bytes) -> None:
        """As far as they listen: nobody waits for that."""
        with suppress(OSError):
            self.sock.send(words, socket.MSG_DONTWAIT)

    def asks_whether_we_live(self) -> bool:
        """Whether that is all that has arrived; then it is answered, and off the wire."""
        if self.arrived or self.parser is not None:
            return False
        try:
            seen = self.sock.recv(_AT_ONCE, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            if not seen.startswith(_ALIVE) or seen.find(_END) != len(seen) - len(_END):
                return False
            self.sock.recv(len(seen), socket.MSG_DONTWAIT)
        except OSError:
            return False
        self.say(_I_LIVE if seen.startswith(b"HEAD") else _I_LIVE + _LIVES)
        return True

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.see_out(self)
        else:
            super().close()


class ArrivalsFirst(ThreadWorker):  # type: ignore[misc]
    """Threads that never wait for a request."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._arriving: dict[Connection, None] = {}  # the first that came first
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
        conn = Connection(self, self.cfg, client, address, listener.getsockname())
        conn.until = time.monotonic() + SECONDS_TO_ARRIVE
        self._wait_for(conn)

    def handle(self, conn: Connection) -> Any:
        """In a thread: serve a request that is whole, or find that it is not yet."""
        try:
            if not conn.take_in():
                return _NOT_YET
        except (OSError, NoMoreData):
            return False
        if conn.length is None:
            conn.say(_TOO_LONG)
            return False
        arrived = bytes(conn.arrived)
        conn.expect_another()
        conn.init()
        conn.parser.unreader.unread(arrived)
        return super().handle(conn)

    def finish_request(self, conn: Connection, done: "Future[Any]") -> None:
        """Back in the loop: wait for the rest, for another request, or see them out."""
        if not done.cancelled() and not done.exception() and done.result() is _NOT_YET:
            self._wait_for(conn)
        else:
            super().finish_request(conn, done)

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
            conn.say(_TOO_SLOW if conn.arrived else b"")
            self._turn_away(conn)
        for conn in [one for one in self._leaving if one.until <= now]:
            self._close_behind(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for conn in self._arriving:
            conn.until = min(conn.until, deadline)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        # What was not read would have to be thrown away first, and a thread would wait for that.
        return conn.is_whole and bool(super()._keepalive_after(conn, keepalive))

    def _wait_for(self, conn: Connection) -> None:
        self._arriving[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._go_on, conn))

    def _go_on(self, conn: Connection, _: object) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)
        if conn.asks_whether_we_live():
            self.nr_conns -= 1
            conn.close()
        else:
            self.enqueue_req(conn)

    def _turn_away(self, conn: Connection) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
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
