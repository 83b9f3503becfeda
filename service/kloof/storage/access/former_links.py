"""Links that were mailed before the secret key was replaced: they open what the present link opens."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeVar

from kloof.domain.access.tokens import Purpose
from kloof.storage.models import FormerLink
from kloof.storage.statements import first_row, rows, run

Found = TypeVar("Found")


class _Present(NamedTuple):
    present: str


class Link(NamedTuple):
    """A link as it is stored: its row, the random bytes in it, and the fingerprint by which it is found."""

    id: int
    salt: bytes
    fingerprint: str


_COLUMNS: Final = (
    (Purpose.SURVEY, "invitation", "link_salt", "link_fingerprint"),
    (Purpose.OPT_OUT, "invitation", "link_salt", "opt_out_fingerprint"),
    (Purpose.SOLVED, "call", "link_salt", "link_fingerprint"),
    (Purpose.WEEKLY, "weekly_wish", "link_salt", "link_fingerprint"),
    (Purpose.SIGN_IN, "sign_in", "salt", "fingerprint"),
)
_AT_ONCE: Final = 400
_PRESENT = "SELECT present FROM former_link WHERE fingerprint = ?"
_SOME = """
SELECT id, {salt} AS salt, {fingerprint} AS fingerprint FROM {table}
WHERE id > ? AND {fingerprint} IS NOT NULL ORDER BY id LIMIT ?
"""
_FURTHER = """
UPDATE former_link SET present = (SELECT n.present FROM former_link n WHERE n.fingerprint = former_link.present)
WHERE present IN (SELECT fingerprint FROM former_link)
"""
_RELINK = """
UPDATE {table} SET {fingerprint} = (SELECT f.present FROM former_link f WHERE f.fingerprint = {table}.{fingerprint})
WHERE {fingerprint} IN (SELECT fingerprint FROM former_link)
"""
_END = "DELETE FROM former_link WHERE present IN (SELECT {fingerprint} FROM {table})"


def opened_by(look: Callable[[str], Found | None], fingerprint: str) -> Found | None:
    """What `look` finds by this fingerprint, or by the one that took its place when the key was replaced."""
    found = look(fingerprint)
    if found is None and (row := first_row(_Present, _PRESENT, fingerprint)):
        return look(row.present)
    return found


def every() -> Iterator[tuple[Purpose, list[Link]]]:
    """All links that were ever made, a few hundred at a time."""
    for purpose, table, salt, fingerprint in _COLUMNS:
        sql, last = _SOME.format(table=f'"{table}"', salt=salt, fingerprint=fingerprint), 0
        while some := rows(Link, sql, last, _AT_ONCE):
            last = some[-1].id
            yield purpose, some


def note(replaced: list[tuple[str, str]]) -> None:
    """By which fingerprint each of these is found from now on. Call `replace` when all are noted."""
    if replaced:
        FormerLink.insert_many(replaced, fields=[FormerLink.fingerprint, FormerLink.present]).execute()


def replace() -> None:
    """Every link is found by what was noted for it; also one that was replaced before."""
    run(_FURTHER)
    for _, table, _, fingerprint in _COLUMNS:
        run(_RELINK.format(table=f'"{table}"', fingerprint=fingerprint))


def end() -> None:
    """What was mailed before opens nothing any more; to stop mail by it stays possible."""
    for purpose, table, _, fingerprint in _COLUMNS:
        if purpose not in {Purpose.OPT_OUT, Purpose.WEEKLY}:
            run(_END.format(table=f'"{table}"', fingerprint=fingerprint))
