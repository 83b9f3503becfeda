"""A small load generator: raw sockets, kept open, one request at a time on each, driven by one thread."""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Requests = Iterator[bytes]


@dataclass
class Round:
    """What a round saw: requests answered, seconds it took, and the seconds of each request."""

    answered: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that this share of the requests stayed under."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class _Visitor:
    """One connection with one request under way."""

    def __init__(self, port: int, requests: Requests) -> None:
        self.requests = requests
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = b""
        self.sent_at = 0.0

    def send(self) -> bool:
        request = next(self.requests, None)
        if request is None:
            return False
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> bool:
        """Take what has come; whether the answer is whole. Raises RuntimeError for anything but 2xx and 3xx."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise RuntimeError("the server closed the connection")
        self.read += chunk
        head, gap, body = self.read.partition(b"\r\n\r\n")
        if not gap:
            return False
        if head[9:10] not in b"23":
            raise RuntimeError(f"unexpected answer: {head[:200]!r}")
        at = head.lower().index(b"content-length:") + 15
        if len(body) < int(head[at : at + 12].split(b"\r")[0]):
            return False
        self.read = b""
        return True


def run(port: int, connections: int, seconds: float, requests: Callable[[int], Requests]) -> Round:
    """Keep `connections` busy for so many seconds, each with the requests that `requests(number)` gives.

    The seconds in the result are those until the last answer.
    """
    done = Round()
    visitors = [_Visitor(port, requests(number)) for number in range(connections)]
    with selectors.DefaultSelector() as selector:
        start = time.perf_counter()
        for visitor in visitors:
            if visitor.send():
                selector.register(visitor.socket, selectors.EVENT_READ, visitor)
        while selector.get_map():
            for key, _ in selector.select(timeout=10):
                visitor = key.data
                if not visitor.receive():
                    continue
                now = time.perf_counter()
                done.latencies.append(now - visitor.sent_at)
                if now - start > seconds or not visitor.send():
                    selector.unregister(visitor.socket)
        done.seconds = time.perf_counter() - start
    for visitor in visitors:
        visitor.socket.close()
    done.answered = len(done.latencies)
    return done
