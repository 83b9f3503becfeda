"""Keys that a database had before the present one, and what can be told of its customers without them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from kloof.domain.access.audit_log import AuditAction
from kloof.domain.mailing.kinds import REMINDER
from kloof.domain.states import InvitationState
from kloof.storage.fields import UtcField
from kloof.storage.models import FormerKey, Invitation, KeyCheck
from kloof.storage.statements import names, rows


class KnownCustomer(NamedTuple):
    """A customer (row id) who is still known; letters reach one without an address."""

    id: int
    email: str | None


class Unanswered(NamedTuple):
    """A survey that waits for its customer, who holds a link; `reminded`: the highest number of a reminder so far."""

    invitation: int
    by_letter: int
    reminded: int


class _Row(NamedTuple):
    id: int


class _Sealed(NamedTuple):
    sealed: str


_AT_ONCE: Final = 1000
# At every deal that comes in.
_SEALED = "SELECT sealed FROM former_key WHERE sealed <> '' ORDER BY id"
_CUSTOMERS = "SELECT id, email FROM customer WHERE id > ? ORDER BY id LIMIT ?"
_ASKED = f"""
SELECT DISTINCT d.customer_id AS id FROM audit_entry e JOIN audit_subject s ON s.reference = e.subject
JOIN deal d ON d.id = s.deal_id WHERE e.what = '{AuditAction.MAIL_STOPPED}'
"""  # noqa: S608  our own words
_STOPPED = f"""
SELECT DISTINCT d.customer_id AS id FROM invitation i JOIN deal d ON d.id = i.deal_id
WHERE i.state = {names([InvitationState.STOPPED])}
"""  # noqa: S608
_UNANSWERED = f"""
SELECT i.id AS invitation, d.by_letter AS by_letter,
       COALESCE((SELECT MAX(m.ordinal) FROM message m WHERE m.invitation_id = i.id AND m.kind = '{REMINDER.name}'), 0)
       AS reminded
FROM invitation i JOIN deal d ON d.id = i.deal_id
WHERE i.state IN ({names([InvitationState.INVITED, InvitationState.STARTED])}) AND i.expires_at > ? ORDER BY i.id
"""  # noqa: S608


def sealed() -> list[str]:
    """Every former key that is not lost, as it was sealed."""
    return [row.sealed for row in rows(_Sealed, _SEALED)]


def is_lost(value: str) -> bool:
    """Whether the key with this check value was replaced, and was not at hand then."""
    return FormerKey.select().where(FormerKey.value == value, FormerKey.sealed == "").exists()


def keep(value: str, sealed: str, now: datetime) -> None:
    """Keep a former key, or that it is lost; one that was lost and is found again is kept from now on."""
    FormerKey.delete().where(FormerKey.value == value).execute()
    FormerKey.insert(value=value, sealed=sealed, replaced_at=now).execute()


def seal_anew(before: str, after: str) -> None:
    """The same key under another present one."""
    FormerKey.update(sealed=after).where(FormerKey.sealed == before).execute()


def tie(value: str, now: datetime) -> None:
    """From now on the database knows the key with this check value, and no other."""
    KeyCheck.delete().execute()
    KeyCheck.insert(value=value, noted_at=now).execute()


def customers() -> Iterator[KnownCustomer]:
    """Every customer who is still known."""
    last = 0
    while some := rows(KnownCustomer, _CUSTOMERS, last, _AT_ONCE):
        yield from some
        last = some[-1].id


def who_asked() -> set[int]:
    """Customers (row ids) of whom the audit log says that they wanted no more mail."""
    return {row.id for row in rows(_Row, _ASKED)}


def who_stopped() -> set[int]:
    """Customers (row ids) of whom a survey was stopped: they asked for that, or mail to them came back."""
    return {row.id for row in rows(_Row, _STOPPED)}


def unanswered(now: datetime) -> list[Unanswered]:
    """Every survey whose customer holds a link and has not sent it in yet."""
    return rows(Unanswered, _UNANSWERED, UtcField.db_value(Invitation.expires_at, now))
