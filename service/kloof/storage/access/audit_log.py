"""Writing the audit log, in the transaction of what it records, and reading the part about one customer."""

import secrets
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import NamedTuple

from kloof.domain.access.audit_log import Actor, ActorKind, AuditAction, LogEntry
from kloof.storage import of_this_request
from kloof.storage.database import database, transaction
from kloof.storage.fields import UtcField
from kloof.storage.models import AuditEntry
from kloof.storage.statements import chunked, insert_all, names, rows, run, run_each, several, timestamp

# A submit writes these two: composed by peewee they would take as long as all the rest of it.
_NAME = "INSERT INTO audit_subject (deal_id, reference) VALUES {rows} ON CONFLICT DO NOTHING"
# The casts are for PostgreSQL, which cannot know the type of a NULL that is selected.
_LINES = """
INSERT INTO audit_entry (at, hand, person, role, what, about_person, detail, request, subject)
SELECT ?, ?, CAST(? AS INTEGER), ?, ?, CAST(? AS INTEGER), ?, ?, reference FROM audit_subject
"""
_LINE_OF_ONE = f"{_LINES} WHERE deal_id = ?"
_LINE_OF_MANY = f"{_LINES} WHERE deal_id IN ({{deals}}) ORDER BY deal_id"
_LINE_OF_NONE = """
INSERT INTO audit_entry (at, hand, person, role, what, about_person, detail, request, subject)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')
"""


_COLUMNS = ("at", "hand", "person", "role", "what", "about_person", "detail", "request", "subject")


class _Entry(NamedTuple):
    at: datetime | str
    hand: str
    person: int | None
    role: str
    what: str
    name: str | None
    deal_id: str
    detail: str


_ABOUT = """
SELECT e.at AS at, e.hand AS hand, e.person AS person, e.role AS role, e.what AS what, p.name AS name,
       d.deal_id AS deal_id, e.detail AS detail
FROM audit_entry e
JOIN audit_subject s ON s.reference = e.subject
JOIN deal d ON d.id = s.deal_id
LEFT JOIN person p ON p.id = e.person
WHERE s.deal_id IN ({deals}) {only} ORDER BY e.id
"""
_ABOUT_PERSON = """
SELECT e.at AS at, e.hand AS hand, e.person AS person, e.role AS role, e.what AS what, p.name AS name,
       COALESCE(d.deal_id, '') AS deal_id, e.detail AS detail
FROM audit_entry e LEFT JOIN audit_subject s ON s.reference = e.subject LEFT JOIN deal d ON d.id = s.deal_id
LEFT JOIN person p ON p.id = e.person
WHERE e.person = ? OR e.about_person = ? ORDER BY e.id
"""
_AT_ONCE = 100  # rows of a statement: SQLite takes at most 999 variables in one on old builds


def write_of_new(who: Actor, what: AuditAction, now: datetime, deals: Sequence[int]) -> None:
    """One line for each of these deals (row ids), which were inserted in this transaction and get their names in the
    log with it: two statements.
    """
    at, named = (
        UtcField.db_value(AuditEntry.at, now),
        [(deal, secrets.token_hex(16)) for deal in sorted(deals)],
    )
    line = (at, who.hand.value, who.person, who.role, what.value, None, "", _request_of(who))
    insert_all("audit_subject", ("deal_id", "reference"), named)
    insert_all("audit_entry", _COLUMNS, ((*line, reference) for _, reference in named))


def write(
    who: Actor,
    what: AuditAction,
    now: datetime,
    *,
    deals: Sequence[int] = (),
    person: int | None = None,
    detail: str = "",
) -> None:
    """One line for each of these deals (row ids), or one line about no deal; `person`: whom of the company it is about.

    `detail` holds facts of kloof only (`named to totals`, `release 3`), never a name, an address or an answer.
    Call it in the transaction of what it records. One statement for one deal that has a name in the log, as every
    imported deal has; otherwise two for up to a hundred deals.
    """
    at = UtcField.db_value(AuditEntry.at, now)
    line = (at, who.hand.value, who.person, who.role, what.value, person, detail, _request_of(who))
    with nullcontext() if database.in_transaction() else transaction():
        if len(deals) == 1 and run(_LINE_OF_ONE, *line, deals[0]).rowcount:
            return
        if not deals:
            run(_LINE_OF_NONE, *line)
        for some in chunked(dict.fromkeys(deals), _AT_ONCE):
            _name(some)
            run(_LINE_OF_MANY.format(deals=several(some)), *line, *some)


def write_about(who: Actor, what: AuditAction, now: datetime, people: Iterable[tuple[int, str]]) -> None:
    """One line about each of these people, by number, with its detail. Call it as `write`."""
    hand = (UtcField.db_value(AuditEntry.at, now), who.hand.value, who.person, who.role, what.value)
    request = _request_of(who)
    run_each(_LINE_OF_NONE, ((*hand, person, detail, request) for person, detail in people))


def _request_of(who: Actor) -> str:
    # The log of a proxy may hold the network address beside the name: what a customer did is not to be tied to that.
    return "" if who.hand in {ActorKind.CUSTOMER, ActorKind.VISITOR} else of_this_request.name()


def _name(deals: Sequence[int]) -> None:
    """Give each of these deals its name in the log, where it has none yet."""
    named = ", ".join(["(?, ?)"] * len(deals))
    run(_NAME.format(rows=named), *(value for deal in deals for value in (deal, secrets.token_hex(16))))


def about_deals(deals: Sequence[int], only: frozenset[AuditAction] | None = None) -> list[LogEntry]:
    """What the log holds about these deals (row ids), oldest first, in one query; `only` these kinds."""
    if not deals or only == frozenset():
        return []
    kinds = "" if only is None else f"AND e.what IN ({names(only)})"
    sql = _ABOUT.format(deals=several(deals), only=kinds)
    return [_entry(row) for row in rows(_Entry, sql, *deals)]


def about_person(person: int) -> list[LogEntry]:
    """What the log holds of what this person did, and of what was done about them, oldest first. It reads all of it."""
    return [_entry(row) for row in rows(_Entry, _ABOUT_PERSON, person, person)]


def _entry(row: _Entry) -> LogEntry:
    who = Actor(ActorKind(row.hand), row.person, row.role)
    return LogEntry(timestamp(row.at), who, AuditAction(row.what), row.name or "", row.deal_id, row.detail)
