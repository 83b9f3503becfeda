"""What endpoints are to be told: written in the transaction of its cause, and taken by a worker."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from kloof.domain.webhooks.endpoints import (
    GATHERED_FOR,
    DeliveryState,
    EndpointKind,
    EndpointState,
    ListedDelivery,
)
from kloof.domain.webhooks.events import EventKind, Happened
from kloof.domain.webhooks.signing import new_event_id
from kloof.storage.database import is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import WebhookDelivery as Row
from kloof.storage.models.programs import WAITING_CONDITION
from kloof.storage.statements import chunked, first_row, names, rows, run, several, timestamp
from kloof.storage.webhooks import endpoints

_AT_ONCE = 50  # rows of a statement: SQLite takes at most 999 variables in one on old builds


def tell(happened: Sequence[Happened], now: datetime) -> None:
    """Keep these for every endpoint that is told of them; all of one kind. Call it in the transaction of their cause.

    One query where nobody is told.
    """
    if not happened or not (listening := endpoints.listening(happened[0].kind)):
        return
    new = [(one, new_event_id()) for one in happened]
    written = [_row(place, kind, one, name, now) for one, name in new for place, kind in listening]
    for some in chunked(written, _AT_ONCE):
        Row.insert_many(some).execute()


def ping(place: int, now: datetime) -> int:
    """Keep a try for this endpoint; gives its number."""
    one = Happened(EventKind.PING, {})
    return int(Row.insert(**_row(place, EndpointKind.STANDARD, one, new_event_id(), now)).execute())


def _row(place: int, kind: EndpointKind, one: Happened, event_id: str, now: datetime) -> dict[str, Any]:
    at = one.at or now
    return {
        "place": place,
        "event_id": event_id,
        "kind": one.kind.value,
        "deal": one.deal,
        "facts": json.dumps(_plain(one.facts), ensure_ascii=False),
        "count": one.count,
        "at": at,
        "state": DeliveryState.WAITING.value,
        "due_at": at if kind is EndpointKind.STANDARD else at + GATHERED_FOR,
    }


def _plain(facts: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


class _Sent(NamedTuple):
    deal: int
    wave: str


_OF_INVITATIONS = "SELECT deal_id AS deal, wave AS wave FROM invitation WHERE id IN ({ids}) ORDER BY id"
_OF_MESSAGE = """
SELECT i.deal_id AS deal, i.wave AS wave FROM message m JOIN invitation i ON i.id = m.invitation_id WHERE m.id = ?
"""


def tell_of_invitations(
    kind: EventKind, invitations: Sequence[int], facts: dict[str, str], now: datetime
) -> None:
    """Keep an event about each of these invitations (row ids), with its wave; otherwise as `tell`."""
    if invitations and endpoints.listening(kind):
        for some in chunked(invitations, _AT_ONCE):
            found = rows(_Sent, _OF_INVITATIONS.format(ids=several(some)), *some)
            tell([Happened(kind, {"wave": row.wave} | facts, row.deal) for row in found], now)


def tell_of_mail(kind: EventKind, message: int, now: datetime) -> None:
    """Keep an event about the survey in this mail (row id), where there is one; otherwise as `tell`."""
    if endpoints.listening(kind) and (row := first_row(_Sent, _OF_MESSAGE, message)):
        tell([Happened(kind, {"wave": row.wave}, row.deal)], now)


class _Number(NamedTuple):
    id: int


class _Due(NamedTuple):
    id: int
    failures: int


@dataclass(frozen=True, slots=True)
class TakenDelivery:
    """A delivery that a worker took. `deal_id` is empty where it is about no deal."""

    id: int
    event_id: str
    kind: EventKind
    deal_id: str
    facts: str
    count: int
    at: datetime
    attempts: int


class _Taken(NamedTuple):
    id: int
    event_id: str
    kind: str
    deal_id: str | None
    facts: str
    counted: int
    at: datetime | str
    attempts: int


_READY = f"""
SELECT e.id AS id, e.failures AS failures FROM webhook_place e WHERE e.state IN ({names([EndpointState.ON])})
AND (e.rests_until IS NULL OR e.rests_until <= ?) AND EXISTS (
  SELECT 1 FROM webhook_delivery WHERE {WAITING_CONDITION} AND place_id = e.id AND due_at <= ?
  AND (lease_ends_at IS NULL OR lease_ends_at <= ?))
ORDER BY e.id
"""  # noqa: S608  our own words
_FREE = f"""
SELECT id AS id FROM webhook_delivery WHERE {WAITING_CONDITION} AND place_id = ? AND due_at <= ?
AND (lease_ends_at IS NULL OR lease_ends_at <= ?) ORDER BY due_at, id LIMIT ?
"""  # noqa: S608  our own words
_LEASE = "UPDATE webhook_delivery SET leased_by = ?, lease_ends_at = ? WHERE id IN ({ids})"
_TAKEN = """
SELECT w.id AS id, w.event_id AS event_id, w.kind AS kind, d.deal_id AS deal_id, w.facts AS facts, w.count AS counted,
       w.at AS at, w.attempts AS attempts
FROM webhook_delivery w LEFT JOIN deal d ON d.id = w.deal_id WHERE w.id IN ({ids}) ORDER BY w.due_at, w.id
"""


def ready(now: datetime) -> list[tuple[int, int]]:
    """The endpoints to which something is due, with how often in a row each failed; one query."""
    moment = UtcField.db_value(Row.at, now)
    return [(row.id, row.failures) for row in rows(_Due, _READY, moment, moment, moment)]


def take(place: int, worker: str, now: datetime, until: datetime, most: int) -> list[TakenDelivery]:
    """Keep what is due to this endpoint longest for this worker until then; call it in a transaction."""
    moment = UtcField.db_value(Row.at, now)
    locked = "FOR UPDATE SKIP LOCKED" if is_postgresql() else ""
    ids = [row.id for row in rows(_Number, f"{_FREE} {locked}", place, moment, moment, most)]
    if not ids:
        return []
    run(_LEASE.format(ids=several(ids)), worker, UtcField.db_value(Row.at, until), *ids)
    return [
        TakenDelivery(
            row.id,
            row.event_id,
            EventKind(row.kind),
            row.deal_id or "",
            row.facts,
            row.counted,
            timestamp(row.at),
            row.attempts,
        )
        for row in rows(_Taken, _TAKEN.format(ids=several(ids)), *ids)
    ]


def settle(
    number: int, worker: str, state: DeliveryState, status: int, reply: str, now: datetime, due_at: datetime
) -> None:
    """Write down what came of a try, where it is still this worker's."""
    Row.update(
        state=state.value,
        status=status,
        reply=reply,
        tried_at=now,
        due_at=due_at,
        attempts=Row.attempts + 1,
        lease_ends_at=None,
        leased_by="",
    ).where(Row.id == number, Row.leased_by == worker, Row.state == DeliveryState.WAITING.value).execute()


def release(ids: Sequence[int], worker: str) -> None:
    """Give back what this worker took and did not try."""
    if ids:
        Row.update(lease_ends_at=None, leased_by="").where(Row.id.in_(ids), Row.leased_by == worker).execute()


def hurry(place: int, now: datetime) -> None:
    """All that waits for this endpoint is due now."""
    Row.update(due_at=now).where(
        Row.place == place, Row.state == DeliveryState.WAITING.value, Row.due_at > now, Row.attempts > 0
    ).execute()


def again(place: int, number: int, now: datetime) -> bool:
    """Tell this once more, with the same id, whatever came of it; False where there is none yet."""
    moved = Row.update(
        state=DeliveryState.WAITING.value, attempts=0, due_at=now, lease_ends_at=None, leased_by=""
    )
    return bool(moved.where(Row.id == number, Row.place == place, Row.at <= now).execute())


def forget(before: datetime, most: int) -> int:
    """What happened before this moment is told no more, and stands in no list: so many of it; gives how many."""
    old = [row.id for row in Row.select(Row.id).where(Row.at < before).order_by(Row.at).limit(most)]
    return int(Row.delete().where(Row.id.in_(old)).execute()) if old else 0


class _Listed(NamedTuple):
    id: int
    event_id: str
    kind: str
    deal_id: str | None
    at: datetime | str
    state: str
    attempts: int
    due_at: datetime | str
    tried_at: datetime | str | None
    status: int
    reply: str


# What is told after the end of a day is not shown before: who looks would know the hour.
_LISTED = """
SELECT w.id AS id, w.event_id AS event_id, w.kind AS kind, d.deal_id AS deal_id, w.at AS at, w.state AS state,
       w.attempts AS attempts, w.due_at AS due_at, w.tried_at AS tried_at, w.status AS status, w.reply AS reply
FROM webhook_delivery w LEFT JOIN deal d ON d.id = w.deal_id WHERE w.place_id = ? AND w.at <= ?
ORDER BY w.id DESC LIMIT ?
"""


def deliveries(place: int, now: datetime, most: int) -> list[ListedDelivery]:
    """What this endpoint was and is to be told, the newest first; one query."""
    return [
        ListedDelivery(
            id=row.id,
            event_id=row.event_id,
            kind=EventKind(row.kind),
            deal_id=row.deal_id or "",
            at=timestamp(row.at),
            state=DeliveryState(row.state),
            attempts=row.attempts,
            due_at=timestamp(row.due_at),
            tried_at=None if row.tried_at is None else timestamp(row.tried_at),
            status=row.status,
            reply=row.reply,
        )
        for row in rows(_Listed, _LISTED, place, UtcField.db_value(Row.at, now), most)
    ]
