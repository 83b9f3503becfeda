"""Receivers of webhooks on this machine: one that notes what it gets, and ones that misbehave."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request: its path, its headers in lower case, its body."""

    path: str
    headers: dict[str, str]
    body: bytes


Says = Callable[[Got], tuple[int, dict[str, str], bytes]]


def fine(_: Got) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, b"thanks"


@dataclass
class Receiver:
    """Listens between `with` and its end; `says` decides about each request."""

    says: Says = fine
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    got: list[Got] = field(default_factory=list)

    def __enter__(self) -> "Receiver":
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in outer.host else socket.AF_INET
            request_queue_size = 64

            def handle_error(self, *_: Any) -> None:
                """A visitor who hangs up is expected."""

        self._server = Server((self.host, 0), Handler)
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        one = Got(request.path, {name.lower(): value for name, value in request.headers.items()}, body)
        self.got.append(one)
        status, headers, text = self.says(one)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)


class Dripping:
    """Takes a connection, and says one byte of `text` in every `pause` seconds, for a minute."""

    def __init__(self, text: bytes = b"H", pause: float = 0.05, then: bytes = b"") -> None:
        self.text, self.pause, self.then = text, pause, then

    def __enter__(self) -> "Dripping":
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                visitor, _ = self._listener.accept()
                with visitor, contextlib.suppress(OSError):
                    visitor.sendall(self.text)
                    end = time.monotonic() + 60
                    while not self._stop.is_set() and time.monotonic() < end:
                        visitor.sendall(self.then or self.text[-1:])
                        time.sleep(self.pause)
