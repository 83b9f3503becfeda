"""How much of everything waits for the desk: one look at the indexes of what waits, however much there was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.mailing.pause import Pause
from kloof.domain.staff.work import LateCaller
from kloof.domain.states import CallState, MessageState
from kloof.domain.webhooks.endpoints import EndpointState
from kloof.storage.deals.funnel import AT_ONCE, LATELY, MORE_LATELY
from kloof.storage.mailing import plan
from kloof.storage.mailing.opt_outs import ASKED, BOUNCED
from kloof.storage.mailing.plan import MORE_UNANSWERED
from kloof.storage.models import Message
from kloof.storage.models.deals import UNDELIVERED_CONDITION
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
    webhooks: int
    lately: int
    passed_on: int


_M = MessageState
_UNREACHED = names([_M.FAILED, _M.BOUNCED])
_OPEN = f"state = {names([CallState.OPEN])}"
_UNDELIVERED = f"{UNDELIVERED_CONDITION} AND delivery_planned_on < ?"
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
  (SELECT since FROM sending_pause) AS paused_at, (SELECT MAX(mailed_at) FROM last_worked) AS mailed_at,
  (SELECT COUNT(*) FROM webhook_place WHERE state IN ({names([EndpointState.DISABLED])})) AS webhooks,
  ({MORE_LATELY}) AS lately,
  (SELECT COUNT(DISTINCT deal_id) FROM passed_on WHERE taken_back_at IS NULL) AS passed_on
"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class DeskWaiting:
    """Counts of what waits, and since when. `unreached`: mail that came back or was refused for good. `letters` are
    due. `due_at`: since when a mail could have gone out. `planned_on`: the earliest planned day of delivery that is
    over. `passed_on`: deals of which a colleague of the customer is asked. `paused_at`: since when somebody keeps mail
    back. `mailed_at`: when a worker last sent mail. `much_sold`: whether more was sold lately than is counted while
    somebody waits. `webhooks`: how many endpoints kloof disabled.
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
    webhooks: int
    much_sold: bool
    passed_on: int


def waiting(now: datetime, today: date) -> DeskWaiting:
    """What waits now; one query."""
    moment = Message.due_at.db_value(now)
    row = only_row(_Waiting, _WAITING, moment, moment, today, today, today, today - LATELY, AT_ONCE)
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
        webhooks=row.webhooks,
        much_sold=row.lately > AT_ONCE,
        passed_on=row.passed_on,
    )


def _moment(found: datetime | str | None) -> datetime | None:
    return None if found is None else timestamp(found)


class _OfMail(NamedTuple):
    bounces_at: datetime | str | None
    unanswered: int
    paused_at: datetime | str | None
    paused_by: str | None
    asked: int
    bounced: int
    replaced_at: datetime | str | None


# Not those that nobody can recognise any more, since their key is lost.
_STOPPED = """SELECT COUNT(*) FROM opt_out WHERE reason = '{reason}'
  AND former NOT IN (SELECT value FROM former_key WHERE sealed = '')"""
_OF_MAIL = f"""
SELECT (SELECT MAX(bounces_at) FROM last_worked) AS bounces_at, ({MORE_UNANSWERED}) AS unanswered,
  (SELECT since FROM sending_pause) AS paused_at,
  (SELECT p.name FROM sending_pause s JOIN person p ON p.id = s.person) AS paused_by,
  ({_STOPPED.format(reason=ASKED)}) AS asked, ({_STOPPED.format(reason=BOUNCED)}) AS bounced,
  (SELECT MAX(replaced_at) FROM former_key) AS replaced_at
"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What stands about mail as a whole. `bounces_at`: when mail that came back was last read. `many_unanswered`:
    whether more surveys are open than are looked at while somebody waits. `pause`: None where mail goes out. `stopped`:
    how many addresses get no more mail, by reason. `had_other_key`: whether the secret key was ever replaced.
    """

    bounces_at: datetime | None
    many_unanswered: bool
    pause: Pause | None
    stopped: Mapping[str, int]
    had_other_key: bool


def of_mail(now: datetime) -> MailFacts:
    """How mail as a whole stands; one query."""
    row = only_row(_OfMail, _OF_MAIL, Message.due_at.db_value(now), plan.AT_ONCE)
    pause = None if row.paused_at is None else Pause(timestamp(row.paused_at), row.paused_by or "")
    return MailFacts(
        _moment(row.bounces_at),
        row.unanswered > plan.AT_ONCE,
        pause,
        {ASKED: row.asked, BOUNCED: row.bounced},
        row.replaced_at is not None,
    )


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
