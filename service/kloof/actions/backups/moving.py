"""Moving house: every row from one database to an empty one of either engine, compared before anything rests on it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from kloof import __version__, storage
from kloof.actions import health
from kloof.actions.backups import archive, carried
from kloof.actions.backups.archive import Archive
from kloof.config import Settings
from kloof.domain.backups import FORMAT, Manifest
from kloof.domain.errors import Reason, Refused
from kloof.storage.backups import table_rows
from kloof.storage.turns.alone import alone


@dataclass(frozen=True, slots=True)
class MovedDatabase:
    """What came of it; `engine` is the new one."""

    rows: int
    tables: int
    engine: str

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return asdict(self)


def move(settings: Settings, url: str, now: datetime) -> MovedDatabase:
    """Copy the database of `settings` to the empty one at `url`; the former stays as it is.

    Raises Refused, with nothing left in the new one, where somebody has the former open, where the new one is not empty
    or does not answer, and where a row differs at the end.
    """
    if url == settings.database_url:
        raise Refused(Reason.DATABASE_TAKEN, "That is where the database is.", remedy="Name another one.")
    with tempfile.TemporaryDirectory(prefix="kloof-move-") as scratch:
        spool = Path(scratch) / "rows.zip"
        with health.looking(settings):
            pass
        with _opened(settings.database_url), alone():
            pass
        with _opened(settings.database_url):
            _spool(spool, now)
        with archive.read(spool) as rows:
            with _opened(url):
                moved = _fill(rows)
            try:
                with _opened(settings.database_url), storage.snapshot():
                    carried.refuse_unless_the_same(rows)
            except Refused:
                _drop(url)
                raise
    return moved


@contextmanager
def _opened(url: str) -> Iterator[None]:
    storage.open_database(url)
    try:
        storage.refuse_unless_it_answers()
        yield
    finally:
        storage.close_database()


def _spool(file: Path, now: datetime) -> None:
    with archive.made(file) as written, storage.snapshot():
        for table in table_rows.tables():
            written.add_rows(table, table_rows.rows_of(table))
        written.close_with(
            Manifest(
                format=FORMAT,
                made_at=now,
                kloof=__version__,
                engine=storage.engine()[0],
                releases=0,
                ledger_lines=0,
                migrations=tuple(table_rows.migrations()),
                tables=tuple(written.tables),
                files=(),
                keys=None,
            )
        )


def _fill(rows: Archive) -> MovedDatabase:
    if not table_rows.is_empty():
        raise Refused(
            Reason.DATABASE_TAKEN,
            "The other database is not empty.",
            remedy="Make an empty one, and name that. Nothing was changed.",
        )
    with storage.transaction():
        written = carried.fill(rows)
    return MovedDatabase(written, len(rows.manifest.tables), storage.engine()[0])


def _drop(url: str) -> None:
    with _opened(url), storage.transaction():
        table_rows.drop_all()
