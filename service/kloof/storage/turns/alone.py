"""Nobody else has the database open: for what a process that knew it before must not see happen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from peewee import OperationalError

from kloof.domain.errors import Reason, Refused
from kloof.storage.database import database, ensure_connected, is_postgresql, transaction
from kloof.storage.statements import scalar

_OTHERS = """
SELECT COUNT(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# Seconds for which a program that has just ended may still be seen: its server process goes a moment after it.
_LEAVING = 3.0


@contextmanager
def alone() -> Iterator[None]:
    """A transaction during which nobody else uses the database. Raises Refused where somebody has it open.

    Who opens it meanwhile waits, and finds it as it is afterwards.
    """
    ensure_connected()
    if is_postgresql():
        with transaction():
            # Whoever opens it asks first whether their key fits, and waits here.
            database.execute_sql("LOCK TABLE key_check IN ACCESS EXCLUSIVE MODE")
            if _others_stay():
                raise _in_use()
            yield
        return
    # A file in WAL mode can leave it only while nobody else has it open.
    try:
        database.execute_sql("PRAGMA busy_timeout = 500")
        database.execute_sql("PRAGMA journal_mode = delete")
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        raise _in_use() from None
    try:
        with database.atomic("EXCLUSIVE"):
            yield
    finally:
        database.execute_sql("PRAGMA journal_mode = wal")
        database.execute_sql("PRAGMA busy_timeout = 10000")


def _others_stay() -> bool:
    until = time.monotonic() + _LEAVING
    while scalar(_OTHERS):
        if time.monotonic() > until:
            return True
        time.sleep(0.05)
        # Within a transaction the server shows the same activity again until it is told to look anew.
        database.execute_sql("SELECT pg_stat_clear_snapshot()")
    return False


def _in_use() -> Refused:
    return Refused(
        Reason.DATABASE_TAKEN,
        "Something else has this database open.",
        remedy="Stop kloof serve and kloof worker, on every machine, and whatever else looks into it. Then try again.",
    )
