"""Calls as the people who make them see them: whom, about which deal, by when; and how they all stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState, InvitationState
from kloof.domain.text import Language
from kloof.storage.models.calls import MADE_CONDITION
from kloof.storage.staff.call_records import CallRecord
from kloof.storage.statements import day, first_row, names, rows, timestamp


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


class _Row(NamedTuple):
    id: int
    deal: int
    owner: int | None
    state: str
    time: int
    due_on: date | str
    opened_at: datetime | str
    deal_id: str
    product: str
    customer: str
    by_letter: int
    email: str | None
    customer_number: str
    language: Language
    owner_name: str | None


# Whoever sent in the last survey is called: the customer of the deal, or the colleague to whom they passed it on.
_CALLS = f"""
SELECT c.id AS id, c.deal_id AS deal, c.owner_id AS owner, c.state AS state, c.time AS time, c.due_on AS due_on,
       c.opened_at AS opened_at, d.deal_id AS deal_id, d.product AS product,
       CASE WHEN u.id = d.customer_id THEN d.customer_name ELSE u.name END AS customer,
       u.id = d.customer_id AND d.by_letter AS by_letter, u.email AS email, d.customer_number AS customer_number,
       d.customer_language AS language, p.name AS owner_name
FROM call c
JOIN deal d ON d.id = c.deal_id
JOIN customer u ON u.id = COALESCE(
  (SELECT i.asked_id FROM invitation i WHERE i.deal_id = d.id AND i.state IN ({names([InvitationState.SUBMITTED])})
   ORDER BY i.id DESC LIMIT 1), d.customer_id)
LEFT JOIN person p ON p.id = c.owner_id
"""  # noqa: S608  our own words
_OPEN = names([CallState.OPEN])
_PART = (
    "SELECT id FROM (SELECT id FROM call WHERE {whose} AND {which} ORDER BY {order} LIMIT ?) AS part{turn}"
)


class _Step(NamedTuple):
    outcome: str
    note: str
    name: str | None
    at: datetime | str


_STEPS = """
SELECT s.outcome AS outcome, s.note AS note, p.name AS name, s.at AS at
FROM call_step s LEFT JOIN person p ON p.id = s.person_id WHERE s.call_id = ? ORDER BY s.id
"""


class _Stands(NamedTuple):
    state: str
    calls: int
    overdue: int


_STANDING = f"""
SELECT c.state AS state, COUNT(*) AS calls,
       SUM(CASE WHEN c.state IN ({_OPEN}) AND c.due_on < ? THEN 1 ELSE 0 END) AS overdue
FROM call c WHERE {{whose}} GROUP BY c.state
"""  # noqa: S608  our own words


class _Late(NamedTuple):
    deal_id: str
    owner_name: str | None
    due_on: date | str


_OVERDUE = f"""
SELECT d.deal_id AS deal_id, p.name AS owner_name, c.due_on AS due_on
FROM call c JOIN deal d ON d.id = c.deal_id LEFT JOIN person p ON p.id = c.owner_id
WHERE c.state IN ({_OPEN}) AND c.due_on < ? ORDER BY c.due_on, c.id LIMIT ?
"""  # noqa: S608  our own words


def to_make(owners: Sequence[int | None], most: int) -> list[Call]:
    """The open calls of these owners, None for the desk, by the day by which."""
    return _of(owners, f"state IN ({_OPEN})", ("due_on", "id"), most)


def made(owners: Sequence[int | None], most: int) -> list[Call]:
    """The calls of these owners that were made, the last opened first."""
    return _of(owners, MADE_CONDITION, ("opened_at DESC", "id DESC"), most)


def _of(owners: Sequence[int | None], which: str, order: Sequence[str], most: int) -> list[Call]:
    """Each owner's first ones by an index, and of these the first."""
    parts, values = [], []
    for turn, owner in enumerate(owners):
        whose = "owner_id IS NULL" if owner is None else "owner_id = ?"
        parts.append(_PART.format(whose=whose, which=which, order=", ".join(order), turn=turn))
        values += [most] if owner is None else [owner, most]
    if not parts:
        return []
    by = ", ".join(f"c.{one}" for one in order)
    sql = f"{_CALLS} WHERE c.id IN ({' UNION ALL '.join(parts)}) ORDER BY {by} LIMIT ?"
    return [_call(row) for row in rows(_Row, sql, *values, most)]


def _whose(owners: Sequence[int | None]) -> tuple[str, list[int]]:
    people = [owner for owner in owners if owner is not None]
    return " OR ".join(["c.owner_id = ?"] * len(people) + ["c.owner_id IS NULL"] * (None in owners)), people


def of_deal(deal_id: str) -> Call | None:
    """The call about this deal; None where there is none, or it was cancelled."""
    live = f"d.deal_id = ? AND c.state NOT IN ({names([CallState.CANCELLED])})"
    return _one(f"{_CALLS} WHERE {live}", deal_id)


def by_link(fingerprint: str) -> Call | None:
    """The call whose customer got the link with this fingerprint; None where there is no such link."""
    return _one(f"{_CALLS} WHERE c.link_fingerprint = ?", fingerprint)


def _one(sql: str, value: str) -> Call | None:
    row = first_row(_Row, sql, value)
    return None if row is None else _call(row)


def steps(number: int) -> list[Step]:
    """What came of this call, in order."""
    return [
        Step(CallOutcome(row.outcome), row.note, row.name or "", timestamp(row.at))
        for row in rows(_Step, _STEPS, number)
    ]


def standing(today: date, owners: Sequence[int | None] | None = None) -> Standing:
    """How many calls stand where, of these owners, None among them for the desk; without owners of all. One query."""
    whose, people = ("1 = 1", []) if owners is None else _whose(owners) if owners else ("1 = 0", [])
    sql = _STANDING.format(whose=whose)
    found = {CallState(row.state): row for row in rows(_Stands, sql, today, *people)}
    opened = found.get(CallState.OPEN)
    return Standing(
        {state: found[state].calls if state in found else 0 for state in CallState},
        int(opened.overdue) if opened else 0,
    )


def overdue(today: date, most: int) -> tuple[Overdue, ...]:
    """The calls that were to be made before today, the longest overdue first."""
    return tuple(
        Overdue(row.deal_id, row.owner_name or "", day(row.due_on))
        for row in rows(_Late, _OVERDUE, today, most)
    )


def _call(row: _Row) -> Call:
    return Call(
        kept=CallRecord(row.id, row.deal, row.owner, CallState(row.state), row.time, day(row.due_on)),
        deal_id=row.deal_id,
        product=row.product,
        customer=row.customer,
        email="" if row.by_letter else row.email or "",
        customer_number=row.customer_number,
        owner_name=row.owner_name or "",
        opened_at=timestamp(row.opened_at),
        language=row.language,
    )
