"""How much of everything waits for the desk: one look at the indexes of what waits, however much there was."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.staff.work import LateCaller
from kloof.domain.states import CallState, MessageState
from kloof.storage.models import Message
from kloof.storage.models.outbox import DUE_CONDITION, REVIEW_CONDITION
from kloof.storage.statements import day, names, only_row, rows, timestamp


class _Waiting(NamedTuple):
    held: int
    unreached: int
    letters: int
    due_at: datetime | str | None
    aside: int
    aside_since: datetime | str | None
    late_calls: int
    undelivered: int
    planned_on: date | str | None
    paused_at: datetime | str | None
    mailed_at: datetime | str | None


_M = MessageState
_UNREACHED = names([_M.FAILED, _M.BOUNCED])
_OPEN = f"state = {names([CallState.OPEN])}"
_UNDELIVERED = "delivered_on IS NULL AND cancelled_at IS NULL AND delivery_planned_on < ?"
_WAITING = f"""
SELECT
  (SELECT COUNT(*) FROM message WHERE {REVIEW_CONDITION} AND state = {names([_M.HELD])}) AS held,
  (SELECT COUNT(*) FROM message WHERE {REVIEW_CONDITION} AND state IN ({_UNREACHED})) AS unreached,
  (SELECT COUNT(*) FROM message WHERE state = {names([_M.LETTER])} AND due_at <= ?) AS letters,
  (SELECT MIN(due_at) FROM message WHERE {DUE_CONDITION} AND due_at <= ?) AS due_at,
  (SELECT COUNT(*) FROM aside_mail) AS aside, (SELECT MIN(since) FROM aside_mail) AS aside_since,
  (SELECT COUNT(*) FROM call WHERE {_OPEN} AND due_on < ?) AS late_calls,
  (SELECT COUNT(*) FROM deal WHERE {_UNDELIVERED}) AS undelivered,
  (SELECT MIN(delivery_planned_on) FROM deal WHERE {_UNDELIVERED}) AS planned_on,
  (SELECT since FROM sending_pause) AS paused_at, (SELECT MAX(mailed_at) FROM last_worked) AS mailed_at
"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class DeskWaiting:
    """Counts of what waits, and since when. `unreached`: mail that came back or was refused for good. `letters` are
    due. `due_at`: since when a mail could have gone out. `planned_on`: the earliest planned day of delivery that is
    over.
    `paused_at`: since when somebody keeps mail back. `mailed_at`: when a worker last sent mail.
    """

    held: int
    unreached: int
    letters: int
    due_at: datetime | None
    aside: int
    aside_since: datetime | None
    late_calls: int
    undelivered: int
    planned_on: date | None
    paused_at: datetime | None
    mailed_at: datetime | None


def waiting(now: datetime, today: date) -> DeskWaiting:
    """What waits now; one query."""
    moment = Message.due_at.db_value(now)
    row = only_row(_Waiting, _WAITING, moment, moment, today, today, today)
    return DeskWaiting(
        held=row.held,
        unreached=row.unreached,
        letters=row.letters,
        due_at=_moment(row.due_at),
        aside=row.aside,
        aside_since=_moment(row.aside_since),
        late_calls=row.late_calls,
        undelivered=row.undelivered,
        planned_on=None if row.planned_on is None else day(row.planned_on),
        paused_at=_moment(row.paused_at),
        mailed_at=_moment(row.mailed_at),
    )


def _moment(found: datetime | str | None) -> datetime | None:
    return None if found is None else timestamp(found)


class _Caller(NamedTuple):
    person: int | None
    name: str | None
    calls: int
    since: date | str


_CALLERS = f"""
SELECT c.owner_id AS person, p.name AS name, COUNT(*) AS calls, MIN(c.due_on) AS since
FROM call c LEFT JOIN person p ON p.id = c.owner_id
WHERE c.{_OPEN} AND c.due_on < ? GROUP BY c.owner_id, p.name ORDER BY MIN(c.due_on), p.name
"""  # noqa: S608  our own words


def late_callers(today: date) -> tuple[LateCaller, ...]:
    """Who has calls that were to be made before today, whose are longest overdue first; one query."""
    return tuple(
        LateCaller(row.person, row.name or "", row.calls, day(row.since))
        for row in rows(_Caller, _CALLERS, today)
    )


class _LateCall(NamedTuple):
    call: int
    owner: int


_LATE_CALLS = f"""
SELECT c.id AS call, p.id AS owner FROM call c JOIN person p ON p.id = c.owner_id AND p.active
WHERE c.{_OPEN} AND c.due_on < ? ORDER BY c.due_on, c.id
"""  # noqa: S608  our own words


def late_calls(today: date) -> list[tuple[int, int]]:
    """The calls (row ids) that were to be made before today, each with the colleague (row id) who has to make it; not
    those of the desk itself.
    """
    return [(row.call, row.owner) for row in rows(_LateCall, _LATE_CALLS, today)]
