"""Endpoints of webhooks: what stands about them, and how they fare."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kloof.domain.webhooks.endpoints import (
    LISTENS,
    EndpointKind,
    EndpointState,
    WebhookEndpoint,
    rest_after,
)
from kloof.domain.webhooks.events import EventKind
from kloof.storage.fields import UtcField
from kloof.storage.models import WebhookDelivery
from kloof.storage.models import WebhookPlace as Row
from kloof.storage.models.programs import WAITING_CONDITION
from kloof.storage.statements import first_row, rows, timestamp


class _Endpoint(NamedTuple):
    id: int
    name: str
    kind: str
    host: str
    events: str
    state: str
    made_at: datetime | str
    failing_since: datetime | str | None
    why: str
    former_until: datetime | str | None
    waiting: int


_ENDPOINTS = f"""
SELECT e.id AS id, e.name AS name, e.kind AS kind, e.host AS host, e.events AS events, e.state AS state,
       e.made_at AS made_at, e.failing_since AS failing_since, e.why AS why, e.former_until AS former_until,
       (SELECT COUNT(*) FROM webhook_delivery WHERE {WAITING_CONDITION} AND place_id = e.id AND at <= ?)
       AS waiting
FROM webhook_place e
"""  # noqa: S608  our own words
_ALL = f"{_ENDPOINTS} ORDER BY e.id"
_ONE = f"{_ENDPOINTS} WHERE e.id = ?"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What of an endpoint only the key of the installation opens; the former secret signs until `former_until`."""

    id: int
    address: str
    secret: str
    former: str
    former_until: datetime | None


def add(
    name: str,
    kind: EndpointKind,
    host: str,
    events: Set[EventKind],
    now: datetime,
    *,
    address_sealed: str,
    secret_sealed: str,
) -> int:
    """A new endpoint, which is told from now on; gives its number."""
    return int(
        Row.insert(
            name=name,
            kind=kind.value,
            host=host,
            events=" ".join(one.value for one in EventKind if one in events),
            state=EndpointState.ON.value,
            made_at=now,
            address_sealed=address_sealed,
            secret_sealed=secret_sealed,
        ).execute()
    )


def listed(now: datetime) -> list[WebhookEndpoint]:
    """Every endpoint, the first made first; one query."""
    return [_value(row) for row in rows(_Endpoint, _ALL, UtcField.db_value(Row.made_at, now))]


def by_number(number: int, now: datetime) -> WebhookEndpoint | None:
    """The endpoint with this number; None for none."""
    row = first_row(_Endpoint, _ONE, UtcField.db_value(Row.made_at, now), number)
    return _value(row) if row else None


def listening(kind: EventKind) -> list[tuple[int, EndpointKind]]:
    """The endpoints (numbers) that are told of this; one query."""
    told = Row.select(Row.id, Row.kind, Row.events).where(Row.state.in_([one.value for one in LISTENS]))
    return [
        (row.id, EndpointKind(row.kind)) for row in told.order_by(Row.id) if kind.value in row.events.split()
    ]


def sealed_of(number: int) -> Sealed | None:
    """What is sealed of this endpoint; None for none."""
    return next((one for one in every_sealed() if one.id == number), None)


def every_sealed() -> list[Sealed]:
    """What is sealed of every endpoint."""
    return [
        Sealed(row.id, row.address_sealed, row.secret_sealed, row.former_sealed, row.former_until)
        for row in Row.select().order_by(Row.id)
    ]


def seal_anew(one: Sealed) -> None:
    """The same, under another key."""
    Row.update(address_sealed=one.address, secret_sealed=one.secret, former_sealed=one.former).where(
        Row.id == one.id
    ).execute()


def rotate(number: int, secret_sealed: str, both_until: datetime) -> None:
    """This secret signs from now on, and the one before it until then."""
    Row.update(former_sealed=Row.secret_sealed, secret_sealed=secret_sealed, former_until=both_until).where(
        Row.id == number
    ).execute()


def set_state(number: int, state: EndpointState, why: str = "") -> bool:
    """Move an endpoint; False where it stood there already. What it failed at before counts no more."""
    moved = Row.update(state=state.value, why=why, failures=0, failing_since=None, rests_until=None)
    return bool(moved.where(Row.id == number, Row.state != state.value).execute())


def remove(number: int) -> None:
    """An endpoint goes, with all that it was told."""
    WebhookDelivery.delete().where(WebhookDelivery.place == number).execute()
    Row.delete().where(Row.id == number).execute()


def took(number: int) -> None:
    """It took what it was told: what failed before counts no more."""
    Row.update(failures=0, failing_since=None, rests_until=None).where(
        Row.id == number, Row.failures > 0
    ).execute()


def failed(number: int, now: datetime) -> datetime:
    """It took nothing: it is left alone for a while. Gives since when it takes nothing."""
    row = Row.get_or_none(Row.id == number)
    if row is None:
        return now
    since: datetime = row.failing_since or now
    Row.update(
        failures=row.failures + 1, failing_since=since, rests_until=now + rest_after(row.failures + 1)
    ).where(Row.id == number).execute()
    return since


def _value(row: _Endpoint) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=row.id,
        name=row.name,
        kind=EndpointKind(row.kind),
        host=row.host,
        events=frozenset(map(EventKind, row.events.split())),
        state=EndpointState(row.state),
        made_at=timestamp(row.made_at),
        failing_since=None if row.failing_since is None else timestamp(row.failing_since),
        why=row.why,
        both_until=None if row.former_until is None else timestamp(row.former_until),
        waiting=row.waiting,
    )
