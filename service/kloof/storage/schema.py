"""Bringing the tables up to date, one process at a time.

On PostgreSQL others go on working meanwhile, so a script waits for a table but for a moment: whoever comes after it has
to wait as long. It lets go and tries again. The indexes that a script names in `INDEXES`, by name, with all that stands
behind ON, are built outside a transaction while rows are written.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from peewee import PeeweeException
from playhouse.migrations import Migration, Runner

from kloof.domain.errors import Reason, Refused
from kloof.storage.database import database, ensure_connected, is_postgresql
from kloof.storage.models import MigrationNote
from kloof.storage.newer import MIGRATIONS as MIGRATIONS
from kloof.storage.statements import first_row

_TOLD_OF = "0018_one_spelling"
_LOCK_NUMBER = 0x6B6C6F6F66  # "kloof" in ASCII: any number does, as long as it is always the same
LOCK_WAIT: Final = 300
"""Milliseconds that a script waits for a table, and that an answer may have to wait behind it."""
INDEX_WAIT: Final = 60_000
"""Milliseconds that an index waits for transactions of before it; nobody waits behind that."""
PAUSE: Final = 0.5
"""Seconds until it tries again."""
LONGEST: Final = 600.0
"""Seconds until it gives up."""
_IN_USE: Final = frozenset({"55P03", "40P01"})
"""That a lock was not to be had in time, and that two waited for each other."""


class _Built(NamedTuple):
    valid: bool


_BUILT: Final = "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass(quote_ident(?))"


def migrate() -> list[str]:
    """Apply every migration that is not yet in the database and return their names, in order."""
    ensure_connected()
    with _alone():
        return list(_Scripts(database.obj, str(MIGRATIONS)).up())


def migrate_to(last: str) -> list[str]:
    """Apply the migrations up to this one, in the caller's transaction; gives the names of all that the database then
    has. One that is not known here leaves it as it is.
    """
    runner = _Scripts(database.obj, str(MIGRATIONS))
    if last in {step.name for step in runner.migrations()}:
        runner.up(last)
    return applied()


def applied() -> list[str]:
    """The names of the migrations that the open database has, in order."""
    return sorted(Runner(database.obj, str(MIGRATIONS)).applied())


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
def no_migration() -> Iterator[None]:
    """The tables stay as they are: who reads all of them at one moment would find one empty that is written anew."""
    ensure_connected()
    if not is_postgresql():
        yield
        return
    with database.obj.alone_in(_LOCK_NUMBER, shared=True):
        yield


class _Scripts(Runner):  # type: ignore[misc]  # playhouse has no types
    """The scripts of the folder, as they are run here."""

    def _run(self, name: str, module: Any, direction: str, fake: bool = False) -> None:
        indexes: Mapping[str, str] = getattr(module, "INDEXES", {})
        # Within somebody else's transaction nobody else sees the tables yet.
        if not is_postgresql() or database.in_transaction():
            for index, on in indexes.items():
                database.execute_sql(f'CREATE INDEX "{index}" ON {on}')
            super()._run(name, module, direction, fake)
            return

        def in_one_go() -> None:
            with database.atomic():
                database.execute_sql(f"SET LOCAL lock_timeout = {LOCK_WAIT}")
                super(_Scripts, self)._run(name, module, direction, fake)

        for index, on in indexes.items():
            _patiently(name, lambda index=index, on=on: _build(index, on))  # type: ignore[misc]
        _patiently(name, in_one_go)


def _patiently(name: str, does: Callable[[], None]) -> None:
    """Do it as soon as others let go of what it needs. Raises Refused where they do not."""
    give_up = time.monotonic() + LONGEST
    while True:
        try:
            does()
        except PeeweeException as error:
            if getattr(getattr(error, "orig", None), "sqlstate", None) not in _IN_USE:
                raise
            if time.monotonic() >= give_up:
                raise Refused(
                    Reason.DATABASE_TAKEN,
                    f"The migration {name} did not get the tables that it changes: {str(error).strip()}.",
                    remedy="Look in pg_stat_activity for a transaction that stays open, end it, and run again: kloof db"
                    " migrate. What is done so far is kept.",
                ) from None
        else:
            return
        time.sleep(PAUSE)


def _build(index: str, on: str) -> None:
    """Build this index while others write, unless it is there; what a build left that was cut short is dropped."""
    database.execute_sql(f"SET lock_timeout = {INDEX_WAIT}")
    try:
        found = first_row(_Built, _BUILT, index)
        if found and not found.valid:
            database.execute_sql(f'DROP INDEX CONCURRENTLY "{index}"')
        if not found or not found.valid:
            database.execute_sql(f'CREATE INDEX CONCURRENTLY "{index}" ON {on}')
    finally:
        if not database.obj.is_lost():
            database.execute_sql("RESET lock_timeout")


@contextmanager
def _alone() -> Iterator[None]:
    """Two migrations at once crash: the second waits here and then finds nothing left to do."""
    if not is_postgresql():
        with database.atomic("EXCLUSIVE"):
            yield
        return
    with database.obj.alone_in(_LOCK_NUMBER), database.obj.unhurried():
        yield
