"""Calls as the people who make them see them: whom, about which deal, by when; and how they all stand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from peewee import JOIN, Case, fn

from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState
from kloof.domain.text import Language
from kloof.storage.models import Customer, Deal, FollowUp, FollowUpStep, Person
from kloof.storage.staff.call_records import CallRecord
from kloof.storage.statements import tuples


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call about which deal, and how to reach them. `owner_name` is empty where the desk calls.

    `email` is empty for who is written to by letter.
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
    rows = _rows().where(_of(owner), FollowUp.state == CallState.OPEN.value)
    return [_call(row) for row in rows.order_by(FollowUp.due_on, FollowUp.id).limit(most)]


def made(owner: int | None, most: int) -> list[Call]:
    """The calls of this owner that were made, the last opened first."""
    closed = FollowUp.state.not_in([CallState.OPEN.value, CallState.CANCELLED.value])
    rows = _rows().where(_of(owner), closed)
    return [_call(row) for row in rows.order_by(FollowUp.opened_at.desc(), FollowUp.id.desc()).limit(most)]


def _of(owner: int | None) -> Any:
    return FollowUp.owner.is_null() if owner is None else FollowUp.owner == owner


def of_deal(deal_id: str) -> Call | None:
    """The call about this deal; None where there is none, or it was cancelled."""
    live = FollowUp.state != CallState.CANCELLED.value
    row = _rows().where(Deal.deal_id == deal_id, live).first()
    return None if row is None else _call(row)


def by_link(fingerprint: str) -> Call | None:
    """The call whose customer got the link with this fingerprint; None where there is no such link."""
    row = _rows().where(FollowUp.link_fingerprint == fingerprint).first()
    return None if row is None else _call(row)


def steps(number: int) -> list[Step]:
    """What came of this call, in order."""
    rows = (
        FollowUpStep.select(FollowUpStep.outcome, FollowUpStep.note, Person.name, FollowUpStep.at)
        .join(Person, JOIN.LEFT_OUTER)
        .where(FollowUpStep.follow_up == number)
        .order_by(FollowUpStep.id)
    )
    return [Step(CallOutcome(outcome), note, name or "", at) for outcome, note, name, at in tuples(rows)]


def standing(today: date) -> Standing:
    """How many calls stand where; one query."""
    late = Case(None, [((FollowUp.state == CallState.OPEN.value) & (FollowUp.due_on < today), 1)], 0)
    rows = FollowUp.select(FollowUp.state, fn.COUNT(FollowUp.id), fn.SUM(late)).group_by(FollowUp.state)
    found = {CallState(state): (count, int(overdue)) for state, count, overdue in tuples(rows)}
    none = (0, 0)
    return Standing(
        {state: found.get(state, none)[0] for state in CallState},
        found.get(CallState.OPEN, none)[1],
    )


def overdue(today: date, most: int) -> tuple[Overdue, ...]:
    """The calls that were to be made before today, the longest overdue first."""
    rows = (
        FollowUp.select(Deal.deal_id, Person.name, FollowUp.due_on)
        .join(Deal)
        .switch(FollowUp)
        .join(Person, JOIN.LEFT_OUTER)
        .where(FollowUp.state == CallState.OPEN.value, FollowUp.due_on < today)
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(most)
    )
    return tuple(Overdue(deal_id, name or "", due_on) for deal_id, name, due_on in tuples(rows))


def _rows() -> Any:
    return (
        FollowUp.select(FollowUp, Deal, Customer, Person)
        .join(Deal)
        .join(Customer)
        .switch(FollowUp)
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
