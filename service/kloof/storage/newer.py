"""A database that a newer kloof brings up to date while this one has it open: nothing more is done with it here.

Whoever opens a database looks first whether it is one of theirs. This is for those who had it open already: a web
server or a worker that nobody restarted would read columns that are gone, and write rows that lack what is new.
"""

import threading
import time
from pathlib import Path
from typing import Any, Final

from peewee import PeeweeException

from kloof.domain.errors import Reason, Refused
from kloof.storage.engines import SqliteFile
from kloof.storage.servers.server import PostgresqlServer

MIGRATIONS: Final = Path(__file__).parent / "migrations"
AGAIN: Final = 1.0
"""Seconds for which a thread trusts what it last saw."""
# When this process began: other files may have come in their place since, and its code is still that of then.
_KNOWN: Final = frozenset(script.stem for script in MIGRATIONS.glob("[0-9]*.py"))
_LAST: Final = "SELECT name FROM schema_migration ORDER BY id DESC LIMIT 1"
_looked = threading.local()


def refusal(unknown: str) -> Refused:
    """That the database has this migration, which is not known here."""
    return Refused(
        Reason.DATABASE_AHEAD,
        f"The database is of a newer kloof than this one: {unknown} is not known here.",
        remedy="Install that version again, or put back a backup that was made before it.",
    )


def heed(opened: SqliteFile | PostgresqlServer) -> None:
    """Look once a second, outside a transaction. Raises Refused where a newer kloof has been there."""
    now = time.monotonic()
    if now - getattr(_looked, "at", now - AGAIN) < AGAIN:
        return
    if found := _seen(opened):
        raise found
    _looked.at = now


def behind(error: BaseException, opened: SqliteFile | PostgresqlServer | None) -> Refused | None:
    """What this error of a statement means where a newer kloof has changed the tables; None where it has not."""
    is_about_tables = isinstance(error, PeeweeException) and opened and not opened.is_closed()
    return _seen(opened) if opened and is_about_tables else None


def _seen(opened: SqliteFile | PostgresqlServer) -> Refused | None:
    # Not a statement of the work at hand: it is counted nowhere, and what is wrong with the database others say.
    try:
        connection: Any = opened.connection()  # type: ignore[no-untyped-call]  # the stubs leave it out
        last = [name for (name,) in connection.execute(_LAST)]
    except Exception:
        return None
    return next((refusal(name) for name in last if name not in _KNOWN), None)
