"""What belongs to the request that a thread serves: the name by which it is known everywhere, and how long it waited
for the database; and whether what it does now is only tried.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

LONGEST: Final = 40
"""Letters of a name: a UUID has 36. No token is as short."""


class _Served(threading.local):
    name = ""
    waited = 0.0
    tries = 0


_served = _Served()


def begin(name: str = "") -> str:
    """From now on this thread serves the request of this name, or of a new one; gives the name."""
    _served.name = name or secrets.token_hex(16)
    _served.waited = 0.0
    return _served.name


def end() -> None:
    """What this thread does from now on is for no request."""
    _served.name = ""


def name() -> str:
    """The name of the request that this thread serves; empty outside of one."""
    return _served.name


@contextmanager
def named(request: str) -> Iterator[None]:
    """What this thread does within is for the request of this name."""
    before, _served.name = _served.name, request
    try:
        yield
    finally:
        _served.name = before


def waited() -> float:
    """Seconds that this request has waited for the database, to connect and for the disk included."""
    return _served.waited


@contextmanager
def only_tried() -> Iterator[None]:
    """What this thread writes meanwhile will be undone."""
    _served.tries += 1
    try:
        yield
    finally:
        _served.tries -= 1


def is_only_tried() -> bool:
    """Whether what this thread writes now will be undone: nothing outside may name it."""
    return _served.tries > 0


def _timed(does: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    try:
        return does()
    finally:
        _served.waited += time.perf_counter() - began


class Timed:
    """A database of peewee whose waiting is counted for the request of the thread that waits."""

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        return _timed(lambda: super(Timed, self).execute_sql(sql, params))  # type: ignore[misc]

    def commit(self) -> Any:
        return _timed(super().commit)  # type: ignore[misc]

    def connect(self, *given: Any, **named: Any) -> Any:
        return _timed(lambda: super(Timed, self).connect(*given, **named))  # type: ignore[misc]
