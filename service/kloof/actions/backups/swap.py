"""What was made ready beside a company's folder takes the place of what is there; cut short, it is finished later."""

import os
import shutil
from pathlib import Path
from typing import Final

from kloof.config.company_folder import RESTORED, RESTORING
from kloof.domain.errors import Reason, Refused

_NEW: Final = "new"
_OLD: Final = "old"
_IN_PARTS: Final = "instance"
"""Of this folder only what the backup has takes the place of what is there."""


def staging(folder: Path) -> Path:
    """An empty place inside the folder for what is made ready. Raises Refused where it cannot be made."""
    place = folder / RESTORING
    try:
        shutil.rmtree(place, ignore_errors=True)
        (place / _NEW).mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise Refused(
            Reason.FILE_UNWRITABLE,
            f"{place} cannot be made: {error.strerror}.",
            remedy="Nothing was changed. Run it as the user to whom the folder belongs.",
        ) from None
    return place / _NEW


def declare_ready(folder: Path, database: Path | None) -> None:
    """From now on everything else waits, until `finish` is through. `database`: a file that is ready under
    `waiting_name`.
    """
    mark = folder / RESTORING / RESTORED
    with mark.open("x", encoding="utf-8") as written:
        written.write(str(database or ""))
        written.flush()
        os.fsync(written.fileno())


def waiting_name(database: Path) -> Path:
    """Where the file of a database is made ready."""
    return database.with_name(f"{database.name}-restoring")


def is_unfinished(folder: Path) -> bool:
    """Whether what was ready has not taken its place yet."""
    return (folder / RESTORING / RESTORED).exists()


def finish(folder: Path) -> None:
    """Put in place what is ready, in as many steps as it takes; after a crash it goes on where it stopped."""
    place = folder / RESTORING
    named = (place / RESTORED).read_text(encoding="utf-8")
    for name in _names(place / _NEW):
        _put(place / _NEW / name, folder / name, place / _OLD / name)
    if named and waiting_name(Path(named)).exists():
        database = Path(named)
        for beside in ("-wal", "-shm"):
            database.with_name(database.name + beside).unlink(missing_ok=True)
        waiting_name(database).replace(database)
    drop(folder)


def drop(folder: Path) -> None:
    """Nothing is ready any more."""
    (folder / RESTORING / RESTORED).unlink(missing_ok=True)
    shutil.rmtree(folder / RESTORING, ignore_errors=True)


def _names(new: Path) -> list[Path]:
    there = [path.relative_to(new) for path in new.iterdir() if path.name != _IN_PARTS]
    parts = new / _IN_PARTS
    within = [path.relative_to(new) for path in parts.iterdir()] if parts.is_dir() else []
    return sorted([*there, *within])


def _put(new: Path, target: Path, old: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists():
        old.parent.mkdir(parents=True, exist_ok=True)
        if old.exists():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        target.rename(old)
    new.rename(target)
