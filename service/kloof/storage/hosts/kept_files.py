"""Files that one machine made and every other has to have: kept with the rows that they belong to."""

import hashlib

from kloof.domain.hosts import KeptKind
from kloof.storage.models import KeptFile as Row


def keep(kind: KeptKind, path: str, content: bytes) -> None:
    """Keep a file, in place of the one of this path."""
    told = {Row.sha256: hashlib.sha256(content).hexdigest(), Row.size: len(content), Row.content: content}
    if not Row.update(told).where(Row.kind == kind.value, Row.path == path).execute():
        Row.insert({Row.kind: kind.value, Row.path: path} | told).on_conflict_ignore().execute()


def drop(kind: KeptKind, path: str) -> None:
    """It is wanted no more."""
    Row.delete().where(Row.kind == kind.value, Row.path == path).execute()


def hashes(kind: KeptKind) -> dict[str, str]:
    """The SHA-256 of every file of a kind, in hex, by path; in the order in which they were kept first."""
    found = Row.select(Row.path, Row.sha256).where(Row.kind == kind.value).order_by(Row.id)
    return {row.path: row.sha256 for row in found}


def content(kind: KeptKind, path: str) -> bytes | None:
    """What stands in it; None where it is not kept."""
    row = Row.get_or_none(Row.kind == kind.value, Row.path == path)
    return bytes(row.content) if row else None
