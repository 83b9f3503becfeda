"""One POST to an address that somebody typed. Nothing about it is trusted: where it leads, how long it takes, how much
it says.

The host is resolved once, all its addresses are looked at, and the connection is made to one of these very addresses;
the name stays for the certificate and the Host header. No redirect is followed, no proxy asked.
"""

import http.client
import queue
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread, Timer
from typing import Final
from urllib.parse import SplitResult

from kloof.domain.webhooks.reachable import Network, may_be_reached

SECONDS: Final = 10.0
"""For all of it: name, connection, certificate, and every byte of the reply."""
LONGEST_REPLY: Final = 500
_TO_READ: Final = 4 * LONGEST_REPLY
_PORTS: Final = {"https": 443, "http": 80}

Resolver = Callable[[str, int], Sequence[str]]
"""Gives every IP address of a host. Raises OSError."""


@dataclass(frozen=True, slots=True)
class PostReply:
    """What came back: the status and the first letters; 0 and words of ours where nothing did."""

    status: int
    text: str

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == http.client.GONE


class _NotReached(Exception):
    """Why it was not even asked."""


def addresses_of(host: str, port: int) -> Sequence[str]:
    """Every IP address of this host, as this machine resolves it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True, slots=True)
class WayOut:
    """How kloof gets out: into which networks besides the public internet, whom it trusts, who resolves a host."""

    trusted: ssl.SSLContext
    allowed: Sequence[Network] = ()
    resolve: Resolver = addresses_of
    seconds: float = SECONDS


def post(to: SplitResult, body: bytes, headers: Mapping[str, str], way: WayOut) -> PostReply:
    """Post this body, and give what came back. It raises nothing that the other side could bring about."""
    until = time.monotonic() + way.seconds
    try:
        with _connected(to, way, until) as line:
            return _asked(line, to, body, headers, until)
    except _NotReached as why:
        return PostReply(0, str(why))
    except ssl.SSLCertVerificationError as error:
        return PostReply(0, f"The certificate does not hold: {error.verify_message}.")
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= until:
            return PostReply(0, f"No whole reply within {way.seconds:g} seconds.")
        return PostReply(0, f"The connection broke: {type(error).__name__}.")


def _asked(
    line: http.client.HTTPConnection, to: SplitResult, body: bytes, headers: Mapping[str, str], until: float
) -> PostReply:
    path = f"{to.path or '/'}?{to.query}" if to.query else to.path or "/"
    line.request("POST", path, body, {"User-Agent": "kloof", "Connection": "close", **headers})
    reply = line.getresponse()
    if time.monotonic() >= until:  # cut among its headers, which looks like their end
        raise TimeoutError
    text = b""
    # What it is was said; a body that ends early, or never, changes nothing about that.
    with suppress(OSError, http.client.HTTPException, ValueError):
        text = reply.read(_TO_READ)
    said = text.decode("utf-8", "replace")
    return PostReply(
        reply.status, "".join(c if c.isprintable() else " " for c in said)[:LONGEST_REPLY].strip()
    )


@contextmanager
def _connected(to: SplitResult, way: WayOut, until: float) -> Iterator[http.client.HTTPConnection]:
    """A connection to one of the addresses that were looked at, cut at `until` whatever goes on in it."""
    host = to.hostname or ""
    port = to.port or _PORTS[to.scheme]
    raw = _dialled(_looked_at(host, port, way, until), port, until)
    # The line under it, also while a certificate is shown: a timeout of the socket begins anew with every byte.
    under = socket.socket(fileno=socket.dup(raw.fileno()))
    cut = Timer(max(until - time.monotonic(), 0), _cut, (under,))
    cut.daemon = True
    cut.start()
    kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
    line = kind(host, port)
    try:
        line.sock = way.trusted.wrap_socket(raw, server_hostname=host) if to.scheme == "https" else raw
        yield line
    finally:
        cut.cancel()
        line.close()
        raw.close()
        under.close()


def _cut(under: socket.socket) -> None:
    with suppress(OSError):
        under.shutdown(socket.SHUT_RDWR)


def _looked_at(host: str, port: int, way: WayOut, until: float) -> Sequence[str]:
    """The addresses of this host; one that may not be reached is enough to reach none of them."""
    found = _resolved(host, port, way, until)
    if not found:
        raise _NotReached("The name of the host leads nowhere.")
    if not all(may_be_reached(address, way.allowed) for address in found):
        raise _NotReached("The host leads into a network that webhooks may not reach.")
    return found


def _resolved(host: str, port: int, way: WayOut, until: float) -> Sequence[str]:
    """A resolver cannot be told how long it may take, so it is waited for no longer than that."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(way.resolve(host, port))
        except (OSError, UnicodeError):
            answers.put(())

    Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=max(until - time.monotonic(), 0))
    except queue.Empty:
        raise _NotReached("The name of the host was not resolved in time.") from None


def _dialled(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    last: OSError = TimeoutError()
    for number, address in enumerate(addresses):
        # Each gets its part of what is left: the first may be of a network that this machine is not in.
        left = (until - time.monotonic()) / (len(addresses) - number)
        if left <= 0:
            break
        try:
            raw = socket.create_connection((address, port), timeout=left)
        except OSError as error:
            last = error
        else:
            raw.settimeout(max(until - time.monotonic(), 0.001))
            return raw
    raise _NotReached(f"Nobody answers there: {last.strerror or 'it took too long'}.")
