"""Calls as the people who make them see them: whom, about which deal, by when; and how they all stand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from peewee import JOIN, Case, fn

from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState
from kloof.domain.text import Language
from kloof.storage.models import Call as Row
from kloof.storage.models import CallStep, Customer, Deal, Person
from kloof.storage.staff.call_records import CallRecord
from kloof.storage.statements import tuples


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call about which deal, and how to reach them. `owner_name` is empty where the desk calls.

    `email` is empty for a customer who gets letters.
    """

    kept: CallRecord
    deal_id: str
    product: str
    customer: str
    email: str
    customer_number: str
    owner_name: str
    opened_at: datetime
    language: Language


@dataclass(frozen=True, slots=True)
class Step:
    """What came of it; `name` is empty where the customer answered."""

    outcome: CallOutcome
    note: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """A call that was not made in time: whose it is and about which deal, never why."""

    deal_id: str
    owner_name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """How many calls stand where, and how many of the open ones are overdue."""

    counts: dict[CallState, int]
    overdue: int


def to_make(owner: int | None, most: int) -> list[Call]:
    """The open calls of this owner, those of the desk for None, by the day by which."""
    rows = _rows().where(_of(owner), Row.state == CallState.OPEN.value)
    return [_call(row) for row in rows.order_by(Row.due_on, Row.id).limit(most)]


def made(owner: int | None, most: int) -> list[Call]:
    """The calls of this owner that were made, the last opened first."""
    closed = Row.state.not_in([CallState.OPEN.value, CallState.CANCELLED.value])
    rows = _rows().where(_of(owner), closed)
    return [_call(row) for row in rows.order_by(Row.opened_at.desc(), Row.id.desc()).limit(most)]


def _of(owner: int | None) -> Any:
    return Row.owner.is_null() if owner is None else Row.owner == owner


def of_deal(deal_id: str) -> Call | None:
    """The call about this deal; None where there is none, or it was cancelled."""
    live = Row.state != CallState.CANCELLED.value
    row = _rows().where(Deal.deal_id == deal_id, live).first()
    return None if row is None else _call(row)


def by_link(fingerprint: str) -> Call | None:
    """The call whose customer got the link with this fingerprint; None where there is no such link."""
    row = _rows().where(Row.link_fingerprint == fingerprint).first()
    return None if row is None else _call(row)


def steps(number: int) -> list[Step]:
    """What came of this call, in order."""
    rows = (
        CallStep.select(CallStep.outcome, CallStep.note, Person.name, CallStep.at)
        .join(Person, JOIN.LEFT_OUTER)
        .where(CallStep.call == number)
        .order_by(CallStep.id)
    )
    return [Step(CallOutcome(outcome), note, name or "", at) for outcome, note, name, at in tuples(rows)]


def standing(today: date) -> Standing:
    """How many calls stand where; one query."""
    late = Case(None, [((Row.state == CallState.OPEN.value) & (Row.due_on < today), 1)], 0)
    rows = Row.select(Row.state, fn.COUNT(Row.id), fn.SUM(late)).group_by(Row.state)
    found = {CallState(state): (count, int(overdue)) for state, count, overdue in tuples(rows)}
    none = (0, 0)
    return Standing(
        {state: found.get(state, none)[0] for state in CallState},
        found.get(CallState.OPEN, none)[1],
    )


def overdue(today: date, most: int) -> tuple[Overdue, ...]:
    """The calls that were to be made before today, the longest overdue first."""
    rows = (
        Row.select(Deal.deal_id, Person.name, Row.due_on)
        .join(Deal)
        .switch(Row)
        .join(Person, JOIN.LEFT_OUTER)
        .where(Row.state == CallState.OPEN.value, Row.due_on < today)
        .order_by(Row.due_on, Row.id)
        .limit(most)
    )
    return tuple(Overdue(deal_id, name or "", due_on) for deal_id, name, due_on in tuples(rows))


def _rows() -> Any:
    return (
        Row.select(Row, Deal, Customer, Person)
        .join(Deal)
        .join(Customer)
        .switch(Row)
        .join(Person, JOIN.LEFT_OUTER)
    )


def _call(row: Any) -> Call:
    deal = row.deal
    state = CallState(row.state)
    return Call(
        kept=CallRecord(row.id, row.deal_id, row.owner_id, state, row.time, row.due_on),
        deal_id=deal.deal_id,
        product=deal.product,
        customer=deal.customer_name,
        email="" if deal.by_letter else deal.customer.email or "",
        customer_number=deal.customer_number,
        owner_name=row.owner.name if row.owner_id else "",
        opened_at=row.opened_at,
        language=cast(Language, deal.customer_language),
    )
