"""The archive itself: a ZIP file of rows, files and, locked away, keys, with a list of what must be in it."""

import base64
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from pydantic import ValidationError

from kloof.domain.backups import FORMAT, ArchivedTable, ArchivePart, Manifest
from kloof.domain.errors import Reason, Refused
from kloof.storage.backups.table_rows import ColumnKind, Plain, WholeTable

MANIFEST: Final = "manifest.json"
KEYS: Final = "keys.jwe"
_FILES: Final = "files/"
_ROWS: Final = "rows/"
_BLOCK: Final = 1 << 20
"""Bytes in memory."""
_SEAL: Final = hashlib.sha256().digest_size * 2
"""Characters at the very end, the comment of the ZIP file: the hash of every byte before them."""
_READ: Final[dict[ColumnKind, Callable[[Any], Plain]]] = {
    ColumnKind.MOMENT: datetime.fromisoformat,
    ColumnKind.DAY: date.fromisoformat,
    ColumnKind.BYTES: base64.b64decode,
}


@dataclass(slots=True)
class ArchiveWriter:
    """What is put into an archive, and its list so far."""

    zip: zipfile.ZipFile
    tables: list[ArchivedTable] = field(default_factory=list)
    files: list[ArchivePart] = field(default_factory=list)
    keys: ArchivePart | None = None

    def add_rows(self, table: WholeTable, found: Iterable[tuple[Plain, ...]]) -> None:
        """Put in the rows of a table."""
        rows = 0

        def lines() -> Iterator[bytes]:
            nonlocal rows
            for row in found:
                rows += 1
                yield line_of(row)

        part = self._add(f"{_ROWS}{table.name}.jsonl", lines())
        columns = tuple((name, kind.value) for name, kind in table.columns)
        about = {"table": table.name, "columns": columns, "key": table.key, "rows": rows}
        self.tables.append(ArchivedTable.model_validate(part.model_dump() | about))

    def add_file(self, name: PurePosixPath, path: Path) -> None:
        """Put in a file of the company's folder. Raises OSError where it cannot be read."""
        with path.open("rb") as read:
            self.files.append(self._add(f"{_FILES}{name}", iter(lambda: read.read(_BLOCK), b"")))

    def add_keys(self, locked: str) -> None:
        """Put in keys as a passphrase alone opens them."""
        self.keys = self._add(KEYS, [locked.encode()])

    def close_with(self, manifest: Manifest) -> None:
        """Write the list, last of all."""
        self._add(MANIFEST, [manifest.model_dump_json(indent=1).encode()])

    def _add(self, name: str, parts: Iterable[bytes]) -> ArchivePart:
        digest, size = hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as written:
            for part in parts:
                written.write(part)
                digest.update(part)
                size += len(part)
        return ArchivePart(name=name, size=size, sha256=digest.hexdigest())


def line_of(row: Iterable[Plain]) -> bytes:
    """A row as a line of JSON: the same bytes for the same values, whatever engine they came from."""
    return json.dumps([*row], ensure_ascii=False, separators=(",", ":"), default=_worded).encode() + b"\n"


def _worded(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date):  # a moment is one too
        return value.isoformat()
    raise TypeError(f"No column holds a {type(value).__name__}.")


@contextmanager
def made(file: Path) -> Iterator[ArchiveWriter]:
    """An archive that is at its place only once all of it is on the disk, is for its owner only, and was read back.

    Raises Refused where there is a file already, or none can be written.
    """
    if file.exists():
        raise Refused(
            Reason.FILE_IN_THE_WAY, f"{file} is there already.", remedy="Name another file, or a folder."
        )
    try:
        number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # 0600 from the start
    except OSError as error:
        raise _unwritable(file, error) from None
    draft = Path(name)
    try:
        with open(number, "w+b") as opened:
            with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield ArchiveWriter(archive)
            seal(opened)
            opened.flush()
            os.fsync(number)
        with read(draft) as back:
            back.refuse_unless_whole()
        os.link(draft, file)  # unlike a rename it never takes the place of another
        _settle(file.parent)
    except OSError as error:
        raise _unwritable(file, error) from None
    finally:
        draft.unlink(missing_ok=True)


def seal(opened: IO[bytes]) -> None:
    """End a ZIP file, which has no comment yet, with the hash of all that is in it: not one byte may change."""
    opened.seek(-2, os.SEEK_END)
    opened.write(_SEAL.to_bytes(2, "little"))  # how long the comment is, the last field of the format
    opened.write(_hash_of(opened, opened.tell()).encode())


def _hash_of(opened: IO[bytes], length: int) -> str:
    digest = hashlib.sha256()
    opened.seek(0)
    while length and (block := opened.read(min(_BLOCK, length))):
        digest.update(block)
        length -= len(block)
    opened.seek(0, os.SEEK_END)
    return digest.hexdigest()


def _refuse_unless_sealed(opened: IO[bytes], path: Path) -> None:
    length = opened.seek(0, os.SEEK_END) - _SEAL
    opened.seek(max(length, 0))
    if length < 0 or opened.read().decode("ascii", "replace") != _hash_of(opened, length):
        raise damaged(path, "it is no backup of kloof, or not every byte of it is as it was")


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is open to read."""

    zip: zipfile.ZipFile
    path: Path
    manifest: Manifest

    def refuse_unless_whole(self) -> None:
        """Raises Refused where something in it is missing, more than it lists, or not what it was."""
        listed: list[ArchivePart] = [*self.manifest.tables, *self.manifest.files]
        listed += [self.manifest.keys] if self.manifest.keys else []
        names = sorted([part.name for part in listed] + [MANIFEST])
        if names != sorted(self.zip.namelist()):
            raise damaged(self.path, "what it holds is not what it lists")
        for part in listed:
            for _ in self._contents(part):
                pass
            if part.name.startswith(_FILES):
                self.place_of(part)

    def rows_of(self, part: ArchivedTable) -> Iterator[list[Plain]]:
        """The rows of one table. Raises Refused where one of them cannot be read."""
        kinds = [_READ.get(ColumnKind(kind)) for _, kind in part.columns]
        with self.zip.open(part.name) as lines:
            for line in lines:
                row = json.loads(line)
                yield [
                    value if read is None or value is None else read(value)
                    for read, value in zip(kinds, row, strict=True)
                ]

    def extract(self, part: ArchivePart, folder: Path) -> None:
        """Write one of its files below this folder. Raises OSError where that cannot be."""
        target = folder / self.place_of(part)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as written:
            for block in self._contents(part):
                written.write(block)

    def locked_keys(self) -> str:
        """The keys as the passphrase opens them; empty where it holds none."""
        return b"".join(self._contents(self.manifest.keys)).decode() if self.manifest.keys else ""

    def place_of(self, part: ArchivePart) -> PurePosixPath:
        """Where a file stands in the company's folder. Raises Refused where that would be outside it."""
        place = PurePosixPath(part.name.removeprefix(_FILES))
        if place.is_absolute() or ".." in place.parts or not place.parts or "\\" in part.name:
            raise damaged(self.path, f"{part.name} would not stand in the company's folder")
        return place

    def _contents(self, part: ArchivePart) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        try:
            with self.zip.open(part.name) as opened:
                while block := opened.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
                    if size > part.size:
                        break
                    yield block
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
            raise damaged(self.path, f"{part.name}: {error}") from None
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise damaged(self.path, f"{part.name} is not what it was")


@contextmanager
def read(path: Path) -> Iterator[Archive]:
    """An archive with its list. Raises Refused where it is none, not as it was, or of another format."""
    try:
        opened: IO[bytes] = path.open("rb")
    except OSError as error:
        raise Refused(
            Reason.BACKUP_UNUSABLE, f"{path} cannot be read: {error.strerror}.", remedy="Name another file."
        ) from None
    with opened:
        _refuse_unless_sealed(opened, path)
        try:
            archive = zipfile.ZipFile(opened)
            listed = archive.read(MANIFEST)
            _refuse_newer(listed, path)
            manifest = Manifest.model_validate_json(listed)
        except (zipfile.BadZipFile, KeyError, ValidationError, EOFError, NotImplementedError):
            raise damaged(path, "it is no backup that this kloof can read") from None
        with archive:
            yield Archive(archive, path, manifest)


def _refuse_newer(listed: bytes, path: Path) -> None:
    try:
        said = json.loads(listed)
    except ValueError:
        return
    if isinstance(said, dict) and isinstance(said.get("format"), int) and said["format"] > FORMAT:
        raise Refused(
            Reason.BACKUP_UNUSABLE,
            f"{path} was made by a newer kloof ({said.get('kloof')}), in a form that this one does not know.",
            remedy="Nothing was changed. Install that version, and restore it with that.",
        )


def damaged(path: Path, what: str) -> Refused:
    return Refused(
        Reason.BACKUP_UNUSABLE,
        f"{path} cannot be used: {what}.",
        remedy="Nothing was changed. Take another backup.",
    )


def _unwritable(file: Path, error: OSError) -> Refused:
    return Refused(
        Reason.FILE_UNWRITABLE,
        f"{file} cannot be written: {error.strerror}.",
        remedy="No backup was made. Name another place.",
    )


def _settle(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
