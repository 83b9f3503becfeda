"""Who wants the weekly mail, and how much is new for them: numbers only, of what their own pages show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from peewee import SQL

from kloof.domain.access.people import Person
from kloof.domain.mailing.weekly import News
from kloof.domain.states import WAITS, CallState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.storage.access import people
from kloof.storage.fields import UtcField
from kloof.storage.models import Message, WeeklyWish
from kloof.storage.models.deals import UNDELIVERED_CONDITION
from kloof.storage.models.outbox import WEEKLY_CONDITION
from kloof.storage.statements import names, only_row, rows, timestamp


class _Due(NamedTuple):
    id: int
    told_from: datetime | str
    told_until: datetime | str
    person: int
    email: str
    name: str
    roles: str
    team: str
    language: str


_DUE = """
SELECT w.id AS id, w.told_from AS told_from, w.told_until AS told_until, p.id AS person, p.email AS email,
  p.name AS name, p.roles AS roles, p.team AS team, p.language AS language
FROM weekly_wish w JOIN person p ON p.id = w.person_id
WHERE w.since IS NOT NULL AND w.told_until < ? AND p.active ORDER BY w.id
"""


class _Sales(NamedTuple):
    answers: int
    closed: int
    calls: int
    overdue: int
    fresh_calls: int


# As on their own page: named at every survey that was sent in, and shown to this person.
_OPEN = f"owner_id = ? AND state IN ({names([CallState.OPEN])})"
_SALES = f"""
SELECT
  (SELECT COUNT(*) FROM deal d JOIN own_pair o ON o.deal_id = d.id AND o.named
   JOIN invitation i ON i.deal_id = d.id JOIN response r ON r.invitation_id = i.id
   WHERE (d.salesperson_id = ? OR d.successor_id = ?) AND COALESCE(r.shown_to_id, d.salesperson_id) = ?
   AND r.submitted_at > ? AND r.submitted_at <= ?) AS answers,
  (SELECT COUNT(*) FROM own_batch WHERE salesperson_id = ? AND retired_at IS NULL
   AND closed_at > ? AND closed_at <= ?) AS closed,
  (SELECT COUNT(*) FROM call WHERE {_OPEN}) AS calls,
  (SELECT COUNT(*) FROM call WHERE {_OPEN} AND due_on < ?) AS overdue,
  (SELECT COUNT(*) FROM call WHERE {_OPEN} AND (opened_at > ? OR due_on >= ? AND due_on < ?)) AS fresh_calls
"""  # noqa: S608  our own words


class _Lead(NamedTuple):
    to_read: int
    fresh_to_read: int
    starting: int


_TO_READ = f"""
SELECT COUNT(*) FROM deal d JOIN invitation i ON i.deal_id = d.id AND i.wave IN ({names([Wave.SALE])})
JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL AND r.share_with_delivery
WHERE team = ? AND {UNDELIVERED_CONDITION}
AND NOT EXISTS (SELECT 1 FROM handover_mark m WHERE m.response_id = r.id)
"""  # noqa: S608
_LEAD = f"""
SELECT ({_TO_READ}) AS to_read, ({_TO_READ} AND r.submitted_at > ?) AS fresh_to_read,
  (SELECT COUNT(*) FROM deal WHERE team = ? AND {UNDELIVERED_CONDITION}
   AND delivery_planned_on >= ? AND delivery_planned_on <= ?) AS starting
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody who wants the mail, and what they were told of last: what was new from one moment to the other."""

    id: int
    person: Person
    told_from: datetime
    told_until: datetime


def wanted_since(person: int) -> datetime | None:
    """Since when this person wants the weekly mail; None where they do not."""
    row = WeeklyWish.get_or_none(WeeklyWish.person == person)
    return row.since if row else None


def want(person: int, salt: bytes, fingerprint: str, now: datetime) -> bool:
    """This person wants the mail from now on; False where they did already. Who comes back keeps the earlier link."""
    again = (
        WeeklyWish.update(since=now, told_from=now, told_until=now)
        .where(WeeklyWish.person == person, WeeklyWish.since.is_null())
        .execute()
    )
    first = WeeklyWish.insert(
        person=person,
        since=now,
        link_salt=salt,
        link_fingerprint=fingerprint,
        told_from=now,
        told_until=now,
    ).on_conflict(conflict_target=(WeeklyWish.person,), action="IGNORE")
    return bool(again) or bool(first.as_rowcount().execute())


def stop(person: int) -> bool:
    """This person wants it no more; False where they did not want it."""
    stopped = WeeklyWish.update(since=None).where(
        WeeklyWish.person == person, WeeklyWish.since.is_null(False)
    )
    return bool(stopped.execute())


def forget(person: int) -> None:
    """Nothing is known of this person's wish any more; the links in their mails open nothing."""
    WeeklyWish.delete().where(WeeklyWish.person == person).execute()


def whose_link(fingerprint: str) -> int | None:
    """Who got the link with this fingerprint, by number; None where there is no such link."""
    row = WeeklyWish.get_or_none(WeeklyWish.link_fingerprint == fingerprint)
    return row.person_id if row else None


def cancel(reason: str, now: datetime, person: int | None = None) -> bool:
    """Cancel the weekly mails that have not gone out, to this person or to everybody; False where there was none."""
    to_whom = Message.recipient.is_null(False) if person is None else Message.recipient == person
    cancelled = Message.update(state=MessageState.CANCELLED.value, last_reply=reason, changed_at=now).where(
        SQL(WEEKLY_CONDITION), to_whom, Message.state.in_(WAITS)
    )
    return bool(cancelled.execute())


def due(before: datetime) -> list[Wish]:
    """Who wants the mail, and was not looked at since this moment; one query."""
    return [
        Wish(
            row.id,
            people.value(row.person, row.email, row.name, row.roles, row.team, row.language),
            timestamp(row.told_from),
            timestamp(row.told_until),
        )
        for row in rows(_Due, _DUE, UtcField.db_value(WeeklyWish.told_until, before))
    ]


def claim(wish: int, before: datetime, now: datetime) -> bool:
    """Look now for whoever this is of; False where another worker was first, or they stopped meanwhile."""
    claimed = WeeklyWish.update(told_until=now).where(
        WeeklyWish.id == wish, WeeklyWish.since.is_null(False), WeeklyWish.told_until < before
    )
    return bool(claimed.execute())


def keep(wish: int, told_from: datetime, news: News) -> None:
    """This is what is told, of all that came since that moment."""
    WeeklyWish.update(told_from=told_from, news=news.written()).where(WeeklyWish.id == wish).execute()


def for_salesperson(person: int, since: datetime, until: datetime, since_day: date, today: date) -> News:
    """What was new on the pages of this salesperson between two moments, which lie on these days; one query."""
    moment = WeeklyWish.told_until.db_value
    span = (moment(since), moment(until))
    calls = (person, person, today, person, span[0], since_day, today)
    found = only_row(_Sales, _SALES, person, person, person, *span, person, *span, *calls)
    return News(
        answers=found.answers,
        groups=found.closed,
        calls=found.calls,
        overdue=found.overdue,
        fresh=found.answers + found.closed + found.fresh_calls,
    )


def for_lead(team: str, since: datetime, first: date, last: date) -> News:
    """What the lead of this team can read since then, and what is to be delivered between two days; one query."""
    moment = WeeklyWish.told_until.db_value(since)
    found = only_row(_Lead, _LEAD, team, team, moment, team, first, last)
    return News(to_read=found.to_read, starting=found.starting, fresh=found.fresh_to_read + found.starting)
