"""A file of the company on this disk: read with a digest, and put in one step."""

import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

_BOM: Final = b"\xef\xbb\xbf"
NO_FILE: Final = ""
"""The digest of a file that is not there."""


@dataclass(frozen=True, slots=True)
class CompanyFile:
    """What a file holds. `digest` tells this content from any other; NO_FILE where there is no file."""

    text: str
    digest: str


class PutInPlace(Enum):
    """What became of a text that was to be written."""

    DONE = auto()
    CHANGED = auto()  # the file is no longer what it was when it was read
    READ_ONLY = auto()  # this folder or this disk takes no file


def held(path: Path) -> CompanyFile:
    """The file as it is now. Raises OSError where it cannot be read, UnicodeDecodeError where it is no text."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return CompanyFile("", NO_FILE)
    return CompanyFile(raw.decode("utf-8-sig"), hashlib.sha256(raw).hexdigest())


def digest_of(path: Path) -> str:
    """What tells its content from any other, whether it is a text or not. Raises OSError where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return NO_FILE


def can_be_put(path: Path) -> bool:
    """Whether this process may write the file: as far as can be told without trying."""
    folder = _real(path).parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def put(path: Path, text: str, before: str) -> PutInPlace:
    """Write the file whole, where it is still the one with the digest `before`; otherwise nothing changes.

    What was begun with a byte order mark still is, and it has the same rights. It is on the disk when this returns.
    """
    try:
        content = encoded(path, text)
    except OSError:
        return PutInPlace.READ_ONLY
    return put_content(path, content, before)


def encoded(path: Path, text: str) -> bytes:
    """The text as it is to stand in this file: after a byte order mark where there is one. Raises OSError."""
    try:
        mark = _BOM if path.read_bytes().startswith(_BOM) else b""
    except FileNotFoundError:
        mark = b""
    return mark + text.encode()


def put_content(path: Path, content: bytes, before: str) -> PutInPlace:
    """The same with what the file is to hold, byte for byte."""
    path = _real(path)
    try:
        with _alone(path.parent):
            if digest_of(path) != before:
                return PutInPlace.CHANGED
            _replace(path, content)
    except OSError:
        return PutInPlace.READ_ONLY
    return PutInPlace.DONE


def _real(path: Path) -> Path:
    """Through a link: the file it leads to is replaced, and the link stays."""
    return Path(os.path.realpath(path))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else on this machine writes a file of this folder by `put` meanwhile."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
        os.fsync(opened)
    finally:
        os.close(opened)


def _replace(path: Path, content: bytes) -> None:
    rights = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(number, "wb") as draft:
            draft.write(content)
            draft.flush()
            os.fchmod(number, rights)
            os.fsync(number)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
