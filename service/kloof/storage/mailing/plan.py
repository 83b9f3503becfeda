"""What mail is to go out in the days ahead: what is queued, and reminders that follow where nobody answers."""

from collections import Counter
from datetime import date, datetime
from typing import Final, NamedTuple

from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.states import AWAITS_MAIL, MessageState
from kloof.storage.database import is_postgresql
from kloof.storage.models import Message
from kloof.storage.models.outbox import DUE_CONDITION
from kloof.storage.models.responses import OPEN_CONDITION
from kloof.storage.statements import day, names, rows, scalar, timestamp


class _Queued(NamedTuple):
    kind: str
    due_at: datetime | str
    mails: int


_QUEUED = f"""
SELECT kind AS kind, due_at AS due_at, COUNT(*) AS mails FROM message
WHERE {DUE_CONDITION} AND urgent IN (?, ?) AND due_at < ? GROUP BY kind, due_at
"""  # noqa: S608  our own words


class _Sent(NamedTuple):
    kind: str
    ordinal: int
    sent_on: date | str
    mails: int


_SENT_ON = {"sqlite": "substr(m.sent_at, 1, 10)", "postgresql": "(m.sent_at AT TIME ZONE 'UTC')::date"}
_LAST_SENT = f"""
SELECT m.kind AS kind, m.ordinal AS ordinal, {{sent_on}} AS sent_on, COUNT(*) AS mails
FROM invitation i JOIN deal d ON d.id = i.deal_id AND NOT d.by_letter
JOIN message m ON m.invitation_id = i.id AND m.kind IN ({names([INVITATION.name, REMINDER.name])})
WHERE i.{OPEN_CONDITION} AND i.state IN ({names(AWAITS_MAIL)}) AND i.expires_at > ?
AND m.state = {names([MessageState.SENT])}
AND NOT EXISTS (SELECT 1 FROM message later WHERE later.invitation_id = i.id AND later.kind = '{REMINDER.name}'
                AND later.ordinal > m.ordinal)
GROUP BY m.kind, m.ordinal, {{sent_on}}
"""  # noqa: S608  our own words; the states come from the tables in domain/states


AT_ONCE: Final = 1_000
"""So many surveys without an answer are looked at while somebody waits; where there are more the worker counts them
beforehand.
"""
MORE_UNANSWERED: Final = f"""SELECT COUNT(*) FROM (
  SELECT 1 FROM invitation WHERE {OPEN_CONDITION} AND expires_at > ? ORDER BY expires_at DESC LIMIT ? + 1) AS counted"""  # noqa: S608
"""How many surveys are open after a moment, counted as far as one more than a number."""


def is_long(now: datetime) -> bool:
    """Whether more surveys are open than are looked at while somebody waits."""
    return bool(scalar(MORE_UNANSWERED, Message.sent_at.db_value(now), AT_ONCE) > AT_ONCE)


def queued(until: datetime) -> list[tuple[str, datetime, int]]:
    """What is queued before `until`: kind, moment from which it may go, and how many."""
    moment = Message.due_at.db_value(until)
    return [
        (row.kind, timestamp(row.due_at), row.mails) for row in rows(_Queued, _QUEUED, True, False, moment)
    ]


def last_sent(now: datetime) -> Counter[tuple[int, date]]:
    """Of surveys that still wait for their customer, how many got their last mail when: by the number of the reminder
    that it was (0 for the invitation) and the day in UTC.
    """
    engine = "postgresql" if is_postgresql() else "sqlite"
    sql = _LAST_SENT.format(sent_on=_SENT_ON[engine])
    found: Counter[tuple[int, date]] = Counter()
    for row in rows(_Sent, sql, Message.sent_at.db_value(now)):
        found[row.ordinal, day(row.sent_on)] += row.mails
    return found
