"""Bringing the tables up to date, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class SchemaState:
    """How the open database stands beside the migrations that this kloof knows.

    waiting: names of those that it does not have yet, or of which something is left to be told. unknown: of those that
    it has and this kloof does not know, since it is of a newer one. is_new: nothing was ever migrated in it.
    """

    waiting: tuple[str, ...]
    unknown: tuple[str, ...]
    is_new: bool


def standing() -> SchemaState:
    """Look at the database that is open, once."""
    ensure_connected()
    steps: list[Migration] = list(Runner(database.obj, str(MIGRATIONS)).status())
    waiting = tuple(step.name for step in steps if step.path and not step.applied)
    if not waiting and MigrationNote.select().exists():
        waiting = (_TOLD_OF,)
    unknown = tuple(step.name for step in steps if not step.path)
    return SchemaState(waiting, unknown, is_new=not any(step.applied for step in steps))


def pending() -> list[str]:
    """What waits, as `SchemaState` says."""
    return [*standing().waiting]


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
