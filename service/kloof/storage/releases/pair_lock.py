"""Who changes pairs, and a freeze that closes some of them, take turns. SQLite has that from its write lock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from peewee import OperationalError

from kloof.storage.database import is_postgresql, kept, transaction
from kloof.storage.statements import run

_PATIENCE_MS, _PASS = 100, 0.05
_LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def held_still() -> Iterator[None]:
    """A transaction in which no pair comes, goes or changes, until it ends: who tries waits.

    On PostgreSQL whoever comes after us waits as long as we do: so we do not wait long for a transaction that changes
    pairs and goes on, but let the others pass and come back.
    """
    while True:
        with transaction():
            if not is_postgresql() or _locked():
                yield
                return
        time.sleep(_PASS)


def _locked() -> bool:
    try:
        with kept():
            run(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
            run("LOCK TABLE pair IN SHARE MODE")
            run("SET LOCAL lock_timeout = 0")
    except OperationalError as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def wait_for_freeze() -> None:
    """Wait for who holds the pairs still, before reading whether one stands in a block: it may when they are done."""
    if is_postgresql():
        run("LOCK TABLE pair IN ROW EXCLUSIVE MODE")
