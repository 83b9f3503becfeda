"""Making a backup while everything runs, and thinning out old ones."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from kloof import __version__, storage
from kloof.actions import ledger
from kloof.actions.backups import archive, keys
from kloof.config import Settings
from kloof.domain.backups import FORMAT, Keep, Manifest, to_drop
from kloof.storage.backups import table_rows

SECRET_KEY: Final = "secret_key"  # noqa: S105  a name
DKIM_KEY: Final = "dkim_key"
_NOT_THE_COMPANYS: Final = {"instance", "build"}
"""What kloof makes itself, and the database, which is read as rows."""
_NAMED: Final = re.compile(r"kloof-(\d{4}-\d\d-\d\dT\d{6})Z\.zip")
_AS_NAMED: Final = "%Y-%m-%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """What came of it. `size` in bytes; `dropped` are older ones that were thinned out."""

    file: str
    size: int
    rows: int
    files: int
    releases: int
    with_keys: bool
    dropped: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return asdict(self)


def make(
    settings: Settings, place: Path, now: datetime, passphrase: str | None = None, keep: Keep | None = None
) -> MadeBackup:
    """One archive of the open database and of the company's folder, all of one moment; others go on writing meanwhile,
    only a freeze, a publish and a migration wait.

    `place` is the file, or a folder in which it gets a name by the moment; `keep` thins out those in a folder. Without
    a passphrase the keys are left out. Raises Refused where it cannot be made; nothing is left then.
    """
    from kloof.publish.release_files import count_folders

    file = place / f"kloof-{now.astimezone(UTC):{_AS_NAMED}}Z.zip" if place.is_dir() else place
    locked = keys.locked(_keys(settings), passphrase) if passphrase else None
    with archive.made(file) as written, _one_moment(settings) as noted:
        for table in table_rows.tables():
            written.add_rows(table, table_rows.rows_of(table))
        for name in _files_of(settings, file):
            written.add_file(name, settings.folder / name)
        if locked:
            written.add_keys(locked)
        made = Manifest(
            format=FORMAT,
            made_at=now,
            kloof=__version__,
            engine=storage.engine()[0],
            releases=count_folders(settings.releases_folder),
            ledger_lines=noted,
            migrations=tuple(table_rows.migrations()),
            tables=tuple(written.tables),
            files=tuple(written.files),
            keys=written.keys,
        )
        written.close_with(made)
    return MadeBackup(
        file=str(file),
        size=file.stat().st_size,
        rows=sum(part.rows for part in made.tables),
        files=len(made.files),
        releases=made.releases,
        with_keys=made.keys is not None,
        dropped=tuple(_thinned(file.parent, keep)) if keep and place.is_dir() else (),
    )


@contextmanager
def _one_moment(settings: Settings) -> Iterator[int]:
    """Everything that is read inside is as it is now; gives how many lines the ledger has."""
    with ExitStack() as until_read:
        until_read.enter_context(storage.one_release_at_a_time())
        until_read.enter_context(storage.no_migration())
        with ledger.held_still(settings) as noted:
            until_read.enter_context(storage.snapshot())
            # What a snapshot shows is settled by its first statement.
            table_rows.migrations()
        yield noted


def _keys(settings: Settings) -> dict[str, str]:
    found = {SECRET_KEY: settings.secret_key}
    if settings.mail.dkim_key:
        found[DKIM_KEY] = (settings.folder / settings.mail.dkim_key).read_text(encoding="utf-8")
    return found


def _files_of(settings: Settings, besides: Path) -> Iterator[PurePosixPath]:
    """Every file that the company keeps in its folder, besides keys and backups."""
    secret = {besides.resolve()}
    if settings.mail.dkim_key:
        secret.add((settings.folder / settings.mail.dkim_key).resolve())
    for path in sorted(settings.folder.rglob("*")):
        name = path.relative_to(settings.folder)
        first = name.parts[0]
        if first in _NOT_THE_COMPANYS or first.startswith(".") or "__pycache__" in name.parts:
            continue
        if path.is_symlink() or not path.is_file() or path.resolve() in secret or _NAMED.fullmatch(path.name):
            continue
        yield PurePosixPath(name.as_posix())


def _thinned(folder: Path, keep: Keep) -> Iterator[str]:
    named = {path: _NAMED.fullmatch(path.name) for path in folder.iterdir()}
    made = {
        datetime.strptime(found[1], _AS_NAMED).replace(tzinfo=UTC): path
        for path, found in named.items()
        if found
    }
    for moment in to_drop(made, keep):
        made[moment].unlink()
        yield made[moment].name
