"""Taking messages from the outbox: which are due, and whose turn it is.

A worker leases a batch, so that nobody else takes it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from kloof.domain.states import WAITS, MessageState
from kloof.storage.database import is_postgresql
from kloof.storage.models import Message
from kloof.storage.models.outbox import DUE_CONDITION
from kloof.storage.statements import day, rows, run, several

MOVED_AT_ONCE: Final = 1000
"""Messages that begin to wait for the next sending hours in one transaction."""


class _Number(NamedTuple):
    id: int


_LOCK_CUSTOMERS = "SELECT id FROM customer WHERE id IN ({customers}) ORDER BY id FOR UPDATE SKIP LOCKED"
# A queue that grew by 100,000 a moment ago has no statistics yet, and PostgreSQL would sort it all for every batch.
_WALK_THE_INDEX = (
    "SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)"
)
_FREE = f"{DUE_CONDITION} AND urgent = ? AND due_at <= ? AND (lease_ends_at IS NULL OR lease_ends_at <= ?)"
_DUE = f"SELECT id FROM message WHERE {_FREE} ORDER BY due_at, id LIMIT ?"  # noqa: S608


class _Mailed(NamedTuple):
    customer: int
    mailed_on: date | str


_MAILED = """
SELECT customer_id AS customer, mailed_on AS mailed_on FROM message
WHERE mailed_on >= ? AND customer_id IN ({customers})
"""
_LEASE = """
UPDATE message SET leased_by = ?, lease_ends_at = ?, mailed_on = ?, customer_id = (
  SELECT COALESCE(invitation.asked_id, deal.customer_id) FROM invitation JOIN deal ON deal.id = invitation.deal_id
  WHERE invitation.id = message.invitation_id)
WHERE id IN ({messages})
"""
_MOVE = f"""
UPDATE message SET due_at = ? WHERE id IN (SELECT id FROM message WHERE {_FREE} AND EXISTS (
  SELECT 1 FROM invitation JOIN deal ON deal.id = invitation.deal_id
  WHERE invitation.id = message.invitation_id AND deal.customer_time_zone = ?) LIMIT ?)
"""  # noqa: S608


def lock_due(now: datetime, most: int, *, urgent_only: bool = False) -> list[int]:
    """The messages that are due longest and that nobody works on, urgent ones before all others and by themselves;
    call it in a transaction.

    On PostgreSQL what another worker is taking is skipped; on SQLite the transaction has the file to itself.
    """
    locked, until = "", Message.due_at.db_value(now)
    if is_postgresql():
        run(_WALK_THE_INDEX)
        locked = "FOR UPDATE SKIP LOCKED"
    for urgent in (True,) if urgent_only else (True, False):
        if found := rows(_Number, f"{_DUE} {locked}", urgent, until, until, most):
            return [message.id for message in found]
    return []


def lock_customers(customers: Collection[int]) -> set[int]:
    """Those of these customers that no other worker is counting mails of; call it in a transaction."""
    if not is_postgresql():
        return set(customers)
    if not customers:
        return set()
    locked = rows(_Number, _LOCK_CUSTOMERS.format(customers=several(customers)), *customers)
    return {customer.id for customer in locked}


def mailed_days(customers: Collection[int], since: date, besides: Collection[int]) -> dict[int, list[date]]:
    """The days from `since` on which each customer got a mail or is about to, one entry per mail."""
    if not customers:
        return {}
    others = f" AND id NOT IN ({several(besides)})" if besides else ""
    sql = f"{_MAILED.format(customers=several(customers))}{others}"
    days: dict[int, list[date]] = {}
    for row in rows(_Mailed, sql, since, *customers, *besides):
        days.setdefault(row.customer, []).append(day(row.mailed_on))
    return days


def lease(ids: Sequence[int], worker: str, until: datetime, today: date) -> None:
    """Keep these for this worker until then, and count them as mailed today."""
    if ids:
        lease_ends_at = Message.lease_ends_at.db_value(until)
        run(_LEASE.format(messages=several(ids)), worker, lease_ends_at, today, *ids)


def move(later: Mapping[int, datetime]) -> None:
    """Let these wait until their moment."""
    for number, due_at in later.items():
        Message.update(due_at=due_at, customer=None, mailed_on=None).where(Message.id == number).execute()


def move_due(now: datetime, due_at: datetime, zone: str = "") -> int:
    """Let what is due to customers of this time zone wait until then: it is outside sending hours. As much of it as a
    transaction may hold; gives how many these were.
    """
    moment = Message.due_at.db_value
    return int(run(_MOVE, moment(due_at), False, moment(now), moment(now), zone, MOVED_AT_ONCE).rowcount)


def cancel(reasons: Mapping[int, str], now: datetime) -> None:
    """Cancel these messages that wait, each with its reason."""
    for number, reason in reasons.items():
        Message.update(
            state=MessageState.CANCELLED.value,
            last_reply=reason,
            changed_at=now,
            customer=None,
            mailed_on=None,
        ).where(Message.id == number, Message.state.in_(WAITS)).execute()


def release(ids: Collection[int], worker: str) -> None:
    """Give messages back that this worker leased and did not begin."""
    Message.update(leased_by="", lease_ends_at=None, customer=None, mailed_on=None).where(
        Message.id.in_(ids), Message.leased_by == worker, Message.state == MessageState.QUEUED.value
    ).execute()
