"""Bringing the tables up to date, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhouse.migrations import Migration, Runner

from kloof.storage.database import database, ensure_connected, is_postgresql
from kloof.storage.models import MigrationNote

MIGRATIONS = Path(__file__).parent / "migrations"
_TOLD_OF = "0018_one_spelling"
_LOCK_NUMBER = 0x6B6C6F6F66  # "kloof" in ASCII: any number does, as long as it is always the same


def migrate() -> list[str]:
    """Apply every migration that is not yet in the database and return their names, in order."""
    ensure_connected()
    with _alone():
        return list(Runner(database.obj, str(MIGRATIONS)).up())


def pending() -> list[str]:
    """Names of migrations that the database does not have yet, or of which something is left to be told."""
    waiting = [step.name for step in _status() if step.path and not step.applied]
    if waiting:
        return waiting
    return [_TOLD_OF] if MigrationNote.select().exists() else []


def unknown() -> list[str]:
    """Names of migrations that the database has and this kloof does not know: it is of a newer one."""
    return [step.name for step in _status() if not step.path]


def is_new() -> bool:
    """Whether nothing was ever migrated in this database."""
    return not any(step.applied for step in _status())


def _status() -> list[Migration]:
    ensure_connected()
    return list(Runner(database.obj, str(MIGRATIONS)).status())


@contextmanager
def _alone() -> Iterator[None]:
    """Two migrations at once crash: the second waits here and then finds nothing left to do."""
    if is_postgresql():
        database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK_NUMBER,))
        try:
            yield
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK_NUMBER,))
    else:
        with database.atomic("EXCLUSIVE"):
            yield
