"""Files that one machine made and every other has to have: kept with the rows that they belong to."""

import hashlib
from typing import Any, Final

from kloof.domain.hosts import KeptKind
from kloof.storage.models import KeptFile as Row

LONGEST_PATH: Final = Row.path.max_length


def keep(kind: KeptKind, path: str, content: bytes) -> None:
    """Keep a file, in place of the one of this path."""
    told = _told(content)
    if not Row.update(told).where(Row.kind == kind.value, Row.path == path).execute():
        Row.insert({Row.kind: kind.value, Row.path: path} | told).on_conflict_ignore().execute()


def replace(kind: KeptKind, path: str, content: bytes, former: str | None) -> bool:
    """Keep a file in place of the one with this SHA-256, or of none; False, and nothing is kept, where another is."""
    told = _told(content)
    if former is not None:
        where = (Row.kind == kind.value, Row.path == path, Row.sha256 == former)
        return bool(Row.update(told).where(*where).execute())
    row = {Row.kind: kind.value, Row.path: path} | told
    return len(list(Row.insert(row).on_conflict_ignore().returning(Row.id).execute())) == 1


def keep_once(kind: KeptKind, path: str, content: bytes) -> None:
    """Keep a file, unless one of this path is kept."""
    Row.insert({Row.kind: kind.value, Row.path: path} | _told(content)).on_conflict_ignore().execute()


def drop(kind: KeptKind, path: str) -> None:
    """It is wanted no more."""
    Row.delete().where(Row.kind == kind.value, Row.path == path).execute()


def hashes(kind: KeptKind) -> dict[str, str]:
    """The SHA-256 of every file of a kind, in hex, by path; in the order in which they were kept first."""
    found = Row.select(Row.path, Row.sha256).where(Row.kind == kind.value).order_by(Row.id)
    return {row.path: row.sha256 for row in found}


def is_kept(kind: KeptKind, path: str) -> bool:
    """Whether there is one of this path."""
    return bool(Row.select().where(Row.kind == kind.value, Row.path == path).exists())


def content(kind: KeptKind, path: str) -> bytes | None:
    """What stands in it; None where it is not kept."""
    row = Row.get_or_none(Row.kind == kind.value, Row.path == path)
    return bytes(row.content) if row else None


def sha256(content: bytes) -> str:
    """By which a file is told from any other, in hex."""
    return hashlib.sha256(content).hexdigest()


def _told(content: bytes) -> dict[Any, Any]:
    return {Row.sha256: sha256(content), Row.size: len(content), Row.content: content}
