"""Who looks after the deals and calls of whom: to count them, and to give them to somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from peewee import chunked, fn

from kloof.domain.access.audit_log import AuditAction
from kloof.domain.states import OPEN, CallState
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import AuditEntry, Call, Deal
from kloof.storage.staff.call_records import CallRecord
from kloof.storage.statements import names, rows, run, several

_LIVE = (CallState.OPEN.value, CallState.SOLVED.value)
_AT_ONCE = 500


class _Deal(NamedTuple):
    deal: int


# Until the second survey is answered or closed, its customer may still say something to somebody.
_UNFINISHED = f"""
SELECT d.id AS deal FROM deal d
WHERE (d.successor_id = ? OR (d.salesperson_id = ? AND d.successor_id IS NULL)) AND d.cancelled_at IS NULL
AND NOT EXISTS (SELECT 1 FROM invitation i WHERE i.deal_id = d.id AND i.wave IN ({names([Wave.DELIVERY])})
                AND i.state NOT IN ({names(OPEN)}))
{{only}} ORDER BY d.id
"""  # noqa: S608  our own words
# What goes to the desk stays of nobody: that it went stands in the log alone.
_NOT_HANDED_ON = f"""
AND NOT EXISTS (SELECT 1 FROM audit_subject s JOIN audit_entry e ON e.subject = s.reference
                WHERE s.deal_id = d.id AND e.what IN ({names([AuditAction.DEAL_HANDED_ON])}) AND e.at >= ?)
"""  # noqa: S608  as above
_LOCK = "SELECT id FROM person WHERE id = ? FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody looks after: deals (rows) that are not finished, and calls that are open or wait for a customer."""

    deals: tuple[int, ...]
    calls: tuple[CallRecord, ...]


def load_of(person: int) -> Load:
    """What this person looks after now; two queries."""
    deals = tuple(row.deal for row in rows(_Deal, _UNFINISHED.format(only=""), person, person))
    return Load(deals, tuple(calls_of(person)))


def left_of(person: int, since: datetime, among: Sequence[int] = ()) -> list[int]:
    """The deals that this person, who left then, looks after and that were not handed on; of these few hundred, or of
    all.
    """
    only = _NOT_HANDED_ON + (f"AND d.id IN ({several(among)})" if among else "")
    moment = UtcField.db_value(AuditEntry.at, since)
    return [row.deal for row in rows(_Deal, _UNFINISHED.format(only=only), person, person, moment, *among)]


def calls_of(person: int, among: Sequence[int] = ()) -> list[CallRecord]:
    """The calls that this person makes: those of these numbers, or all."""
    of = [Call.owner == person, Call.state.in_(_LIVE), *([Call.id.in_(among)] if among else [])]
    return [_record(row) for row in Call.select().where(*of).order_by(Call.id)]


def by_one_at_a_time(person: int) -> None:
    """Until this transaction ends nobody else hands on what this person looks after."""
    if is_postgresql():
        run(_LOCK, person)


def call_about(deal: int) -> CallRecord | None:
    """The call about this deal (row id) that somebody still has to make, or whose customer still has to answer."""
    row = Call.get_or_none(Call.deal == deal, Call.state.in_(_LIVE))
    return _record(row) if row else None


def give(deals: Sequence[int], successor: int) -> None:
    """From now on this person looks after these deals (row ids); those that they sold are simply theirs again."""
    unless_sold = fn.NULLIF(successor, Deal.salesperson)
    for some in chunked(deals, _AT_ONCE):
        Deal.update(successor=unless_sold).where(Deal.id.in_(some)).execute()


def _record(row: Call) -> CallRecord:
    return CallRecord(row.id, row.deal_id, row.owner_id, CallState(row.state), row.time, row.due_on)
