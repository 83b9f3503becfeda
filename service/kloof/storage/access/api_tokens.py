"""The tokens of programs; of each only a fingerprint is kept."""

from datetime import date, datetime
from typing import Any, NamedTuple

from kloof.domain.access.api_tokens import ApiToken, Scope, TokenKind
from kloof.storage.models import ProgramToken as Row
from kloof.storage.statements import day, first_row, rows, timestamp


class _Token(NamedTuple):
    id: int
    name: str
    kind: str
    scopes: str
    owner: int
    owner_name: str
    owner_works_here: int
    made_at: datetime | str
    ends_on: date | str
    last_used_on: date | str | None
    revoked_at: datetime | str | None


_TOKENS = """
SELECT t.id AS id, t.name AS name, t.kind AS kind, t.scopes AS scopes, t.owner_id AS owner, p.name AS owner_name,
       p.active AS owner_works_here, t.made_at AS made_at, t.ends_on AS ends_on, t.last_used_on AS last_used_on,
       t.revoked_at AS revoked_at
FROM program_token t JOIN person p ON p.id = t.owner_id
"""
_ALL = f"{_TOKENS} ORDER BY t.revoked_at IS NOT NULL, t.id DESC"
_OF_FINGERPRINT = f"{_TOKENS} WHERE t.fingerprint = ?"
_ONE = f"{_TOKENS} WHERE t.id = ?"


def keep(
    name: str,
    kind: TokenKind,
    scopes: frozenset[Scope],
    owner: int,
    fingerprint: str,
    ends_on: date,
    now: datetime,
) -> int:
    """A new token of this person; gives its number."""
    words = " ".join(scope.value for scope in Scope if scope in scopes)
    facts: dict[str, Any] = {"name": name, "kind": kind.value, "scopes": words, "owner": owner}
    return int(Row.insert(fingerprint=fingerprint, made_at=now, ends_on=ends_on, **facts).execute())


def listed() -> list[ApiToken]:
    """Every token, the newest first, the revoked ones last; one query."""
    return [_value(row) for row in rows(_Token, _ALL)]


def by_id(number: int) -> ApiToken | None:
    """The token with this number; None for none."""
    row = first_row(_Token, _ONE, number)
    return _value(row) if row else None


def by_fingerprint(fingerprint: str) -> ApiToken | None:
    """The token that has this fingerprint; None for none."""
    row = first_row(_Token, _OF_FINGERPRINT, fingerprint)
    return _value(row) if row else None


def note_use(number: int, today: date) -> None:
    """This token was used today."""
    Row.update(last_used_on=today).where(Row.id == number).execute()


def revoke(number: int, now: datetime) -> bool:
    """This token works no more; False where it was revoked before."""
    return bool(Row.update(revoked_at=now).where(Row.id == number, Row.revoked_at.is_null()).execute())


def _value(row: _Token) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        kind=TokenKind(row.kind),
        scopes=frozenset(map(Scope, row.scopes.split())),
        owner=row.owner,
        owner_name=row.owner_name,
        owner_works_here=bool(row.owner_works_here),
        made_at=timestamp(row.made_at),
        ends_on=day(row.ends_on),
        last_used_on=None if row.last_used_on is None else day(row.last_used_on),
        revoked_at=None if row.revoked_at is None else timestamp(row.revoked_at),
    )
