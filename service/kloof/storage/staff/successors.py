"""Who looks after the deals and calls of whom: to count them, and to give them to somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from peewee import chunked, fn

from kloof.domain.states import OPEN, CallState
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Call, Deal
from kloof.storage.staff.call_records import CallRecord
from kloof.storage.statements import names, rows

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
ORDER BY d.id
"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody looks after: deals (rows) that are not finished, and calls that are open or wait for a customer."""

    deals: tuple[int, ...]
    calls: tuple[CallRecord, ...]


def load_of(person: int) -> Load:
    """What this person looks after now; two queries."""
    deals = tuple(row.deal for row in rows(_Deal, _UNFINISHED, person, person))
    calls = Call.select().where(Call.owner == person, Call.state.in_(_LIVE)).order_by(Call.id)
    return Load(deals, tuple(_record(row) for row in calls))


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
