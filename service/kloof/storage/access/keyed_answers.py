"""What a request with an Idempotency-Key was answered, so that the same request is answered the same and done once."""

from dataclasses import dataclass
from datetime import datetime

from kloof.storage.models import KeyedAnswer as Row


@dataclass(frozen=True, slots=True)
class AnswerKept:
    """An answer: its status and its JSON. `request` is the hash of what was asked."""

    request: str
    status: int
    body: str


def claim(token: int, key: str, request: str, now: datetime, *, forgotten: datetime) -> AnswerKept | None:
    """What this key of this token was answered; None where it is new, and then it is taken.

    Call it first in the transaction of what is asked: on PostgreSQL it waits for another one with the same key, and
    SQLite has one at a time. Answers of before `forgotten` go.
    """
    Row.delete().where(Row.at < forgotten).execute()
    taken = (
        Row.insert(token=token, key=key, request=request, at=now)
        .on_conflict(conflict_target=[Row.token, Row.key], action="IGNORE")
        .as_rowcount()
        .execute()
    )
    if taken:
        return None
    row = Row.get_or_none(Row.token == token, Row.key == key)
    return None if row is None else AnswerKept(row.request, row.status, row.body)


def keep(token: int, key: str, status: int, body: str) -> None:
    """Keep the answer to a key that was claimed in this transaction."""
    Row.update(status=status, body=body).where(Row.token == token, Row.key == key).execute()
