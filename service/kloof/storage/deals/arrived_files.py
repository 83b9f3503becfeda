"""How far the files of a watched folder are loaded; kept in the transaction of each part."""

from collections.abc import Iterable
from dataclasses import dataclass

from kloof.storage.models import ArrivedFile as Row


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """How far a file is: so many of its lines are done, what they did, and the numbers of the refused ones."""

    done: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: frozenset[int] = frozenset()


def find(claim: str) -> ArrivedFile:
    """How far the file with this claim is; nothing is done of one that nobody has begun."""
    row = Row.get_or_none(Row.claim == claim)
    if row is None:
        return ArrivedFile()
    return ArrivedFile(
        row.done, row.created, row.updated, row.unchanged, frozenset(map(int, row.refused.split()))
    )


def keep(claim: str, stands: ArrivedFile) -> None:
    """The file with this claim is so far, in the caller's transaction."""
    facts = {
        "done": stands.done,
        "created": stands.created,
        "updated": stands.updated,
        "unchanged": stands.unchanged,
        "refused": " ".join(map(str, sorted(stands.refused))),
    }
    if not Row.update(**facts).where(Row.claim == claim).execute():
        Row.insert(claim=claim, **facts).execute()


def forget(claims: Iterable[str]) -> None:
    """These files are put away."""
    Row.delete().where(Row.claim.in_(list(claims))).execute()
