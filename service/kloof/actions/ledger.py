"""A file beside the releases that outlives the database: what a backup that is put back may not bring back.

Releases lie there already and are copied with the site, so whoever still has those has it too.
"""

import errno
import fcntl
import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from kloof import storage
from kloof.config import Settings
from kloof.domain.errors import Reason, Refused
from kloof.domain.hosts import KeptKind
from kloof.domain.ledger import LedgerAct, LedgerLine, row_hash
from kloof.storage.hosts import kept_files

NAME: Final = ".ledger.jsonl"
"""Its name begins with a dot, so that MkDocs leaves it out of the site."""
log = logging.getLogger(__name__)


def path_of(settings: Settings) -> Path:
    """Where it stands."""
    return settings.site_folder / "findings" / NAME


@contextmanager
def noting(settings: Settings) -> Iterator["Note"]:
    """Around the transaction in which somebody's wish is carried out: each is on the disk before that ends.

    A backup begins before it or after it, never between. Where the file cannot be written the wish is carried out all
    the same: the log says so, and kloof doctor.
    """
    path = path_of(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        log.error("%s cannot be written: %s.", path, error.strerror)
        yield Note(None)
        return
    with open(number, "ab", buffering=0) as opened:
        fcntl.flock(opened, fcntl.LOCK_SH)
        yield Note(opened.fileno())


def is_writable(settings: Settings) -> bool:
    """Whether this process may write it, as far as can be told without trying."""
    path = path_of(settings)
    place = next(one for one in (path, *path.parents) if one.exists())
    return os.access(place, os.W_OK)


class Note:
    """Where the wishes of one transaction are written down; without a number, nowhere."""

    def __init__(self, number: int | None) -> None:
        self._number = number

    def __call__(self, act: LedgerAct, row: int, now: datetime) -> None:
        """Write down that this was asked for at this moment, about this row."""
        self.about(act, row_hash(act, row), now)

    def about(self, act: LedgerAct, who: str, now: datetime) -> None:
        """The same about who is known by this hash."""
        line = _text(LedgerLine(at=now, act=act, who=who))
        _share(line)
        self.write(line)

    def write(self, line: bytes) -> None:
        """Write this line, and have it on the disk; where that cannot be, the log says so."""
        try:
            self._append([line])
        except OSError as error:
            if self._number is not None:
                log.error("The ledger cannot be written: %s.", error.strerror)

    def surely(self, lines: Iterable[LedgerLine]) -> None:
        """Write these lines; raises OSError where they are not on the disk afterwards."""
        written = [_text(line) for line in lines]
        for one in written:
            _share(one)
        self._append(written)

    def _append(self, lines: Iterable[bytes]) -> None:
        if self._number is None:
            raise OSError(errno.EROFS, "it could not be opened")
        for line in lines:
            # One write of less than a page: others who append at the same time do not come between.
            os.write(self._number, line)
        os.fsync(self._number)


def _text(line: LedgerLine) -> bytes:
    return (line.model_dump_json() + "\n").encode()


def _share(line: bytes) -> None:
    """Keep it for the ledgers of the other machines."""
    if storage.is_shared():
        kept_files.keep(KeptKind.LEDGER, _hash_of(line), line)


def hashes_of(settings: Settings) -> set[str]:
    """The SHA-256 of each line, in hex."""
    try:
        lines = path_of(settings).read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return set()
    return set(map(_hash_of, lines))


def add(settings: Settings, line: bytes) -> None:
    """Add a line that another machine noted."""
    with noting(settings) as note:
        note.write(line)


def _hash_of(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


@contextmanager
def held_still(settings: Settings) -> Iterator[int]:
    """Nothing is noted meanwhile; gives how many lines there are."""
    path = path_of(settings)
    if not path.parent.is_dir():
        yield 0
        return
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with open(number, "r+b", buffering=0) as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield opened.read().count(b"\n")


def lines_of(path: Path) -> list[LedgerLine]:
    """Every line, in order; none where there is no file. Raises Refused where one cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            found.append(LedgerLine.model_validate_json(line))
        except ValidationError:
            raise Refused(
                Reason.BACKUP_UNUSABLE,
                f"{path}:{number}: this line cannot be read. It says what somebody asked for.",
                remedy="Put the file back from a copy of the site. If a machine stopped while the line was written, "
                "take the line out.",
            ) from None
    return found
