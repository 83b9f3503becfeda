"""What fair play counts, per salesperson: over deals that could have been asked, and over closed groups only."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from kloof.domain.addresses import domain_of
from kloof.domain.deals.study_arms import Arm
from kloof.domain.mailing.kinds import INVITATION
from kloof.domain.staff.fair_play import Address, Count, Signal, Trace, TraceQuestion, low_groups
from kloof.domain.states import InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import is_postgresql
from kloof.storage.deals.deals import more_than
from kloof.storage.fields import UtcField
from kloof.storage.models import AnsweredAtOnce, Deal, OwnBatch, Person
from kloof.storage.statements import names, rows

SETTLED: Final = timedelta(days=28)
"""How long after a deal was loaded, or a survey went out, it is counted: until then it may still come."""
LATE_DAYS: Final = 14
"""Days between a delivery and its report from which on it was reported late."""
AT_ONCE: Final = 1_000
"""So many deals are counted while somebody waits; where there are more the worker counts them beforehand."""

_COUNTED = "d.cancelled_at IS NULL AND d.added_at <= ?"
# A customer who wants no mail, or was left out by a draw, was not kept from the survey by anybody.
_LEFT_OUT = f"(si.state IN ({names([InvitationState.STOPPED])}) OR d.arm IN ({names([Arm.NOT_ASKED])}))"
_REACHED = (InvitationState.STARTED, InvitationState.SUBMITTED, InvitationState.WITHDRAWN)
_GONE = f"(sm.sent_at IS NOT NULL OR si.state IN ({names(_REACHED)}))"
_SETTLED = f"(sm.sent_at <= ? AND sm.state IN ({names([MessageState.SENT])}))"
_LATE = {
    "sqlite": f"julianday(substr(ri.created_at, 1, 10)) - julianday(d.delivered_on) > {LATE_DAYS}",
    "postgresql": f"(ri.created_at AT TIME ZONE 'UTC')::date - d.delivered_on > {LATE_DAYS}",
}


class _Counted(NamedTuple):
    salesperson: int
    to_ask: int
    not_asked: int
    deals: int
    changed: int
    sent: int
    answered: int
    delivered: int
    late: int


_COUNTS = """
SELECT d.salesperson_id AS salesperson,
  SUM(CASE WHEN {left_out} THEN 0 ELSE 1 END) AS to_ask,
  SUM(CASE WHEN {left_out} OR {gone} THEN 0 ELSE 1 END) AS not_asked,
  COUNT(*) AS deals,
  SUM(CASE WHEN d.address_changed_at IS NULL THEN 0 ELSE 1 END) AS changed,
  SUM(CASE WHEN {settled} THEN 1 ELSE 0 END) AS sent,
  SUM(CASE WHEN {settled} AND r.submitted_at IS NOT NULL THEN 1 ELSE 0 END) AS answered,
  SUM(CASE WHEN d.delivered_on IS NOT NULL AND ri.id IS NOT NULL THEN 1 ELSE 0 END) AS delivered,
  SUM(CASE WHEN {late} THEN 1 ELSE 0 END) AS late
FROM deal d
LEFT JOIN invitation si ON si.deal_id = d.id AND si.wave IN ({sale})
LEFT JOIN message sm ON sm.invitation_id = si.id AND sm.kind = '{invitation}'
LEFT JOIN response r ON r.invitation_id = si.id
LEFT JOIN invitation ri ON ri.deal_id = d.id AND ri.wave IN ({delivery})
WHERE {counted} GROUP BY d.salesperson_id
"""


class _Addressed(NamedTuple):
    salesperson: int
    email: str
    names: int


_ADDRESSES = """
SELECT d.salesperson_id AS salesperson, c.email AS email, COUNT(DISTINCT LOWER(d.customer_name)) AS names
FROM deal d JOIN customer c ON c.id = d.customer_id
WHERE d.cancelled_at IS NULL AND c.email IS NOT NULL GROUP BY d.salesperson_id, c.email
"""


class _AtOnce(NamedTuple):
    salesperson: int
    times: int


_AT_ONCE = """
SELECT salesperson_id AS salesperson, COUNT(*) AS times FROM answered_at_once
GROUP BY salesperson_id ORDER BY salesperson_id
"""


def is_long() -> bool:
    """Whether there are more deals than are counted while somebody waits."""
    return more_than(AT_ONCE)


def counts(now: datetime) -> list[Count]:
    """Everything that is counted, per salesperson and signal; two queries."""
    return [*_of_deals(now), *_of_groups()]


def _of_deals(now: datetime) -> Iterator[Count]:
    settled = UtcField.db_value(Deal.added_at, now - SETTLED)
    sql = _COUNTS.format(
        gone=_GONE,
        settled=_SETTLED,
        counted=_COUNTED,
        left_out=_LEFT_OUT,
        invitation=INVITATION.name,
        sale=names([Wave.SALE]),
        delivery=names([Wave.DELIVERY]),
        late=_LATE["postgresql" if is_postgresql() else "sqlite"],
    )
    for row in rows(_Counted, sql, settled, settled, settled):
        person, delivered = row.salesperson, row.delivered
        yield Count(person, Signal.NOT_ASKED, row.not_asked, row.to_ask, row.to_ask)
        yield Count(person, Signal.ADDRESS_CHANGED, row.changed, row.deals, row.deals)
        yield Count(person, Signal.ANSWERED, row.answered, row.sent, row.sent)
        yield Count(person, Signal.REPORTED_LATE, row.late, delivered, delivered)


def _of_groups() -> Iterator[Count]:
    """Of closed groups of at least eight customers as a whole, each beside the others of its survey version."""
    by_version: dict[int, list[tuple[int, int, float]]] = {}
    for batch in OwnBatch.select().where(OwnBatch.retired_at.is_null()):
        v, customers = json.loads(batch.sums)["v"], batch.customers
        mean = sum(v) / customers / len(v)
        by_version.setdefault(batch.survey_version_id, []).append((batch.salesperson_id, customers, mean))
    totals: dict[int, tuple[int, int, int]] = {}
    for groups in by_version.values():
        for (person, customers, _), low in zip(
            groups, low_groups([mean for *_, mean in groups]), strict=True
        ):
            hits, units, deals = totals.get(person, (0, 0, 0))
            totals[person] = (hits + low, units + 1, deals + customers)
    for person, (hits, units, deals) in totals.items():
        yield Count(person, Signal.LOW_EXPECTATION, hits, units, deals)


def addresses() -> list[Address]:
    """Every customer with an address, per salesperson who sold to them; one query."""
    return [Address(row.salesperson, row.email, row.names) for row in rows(_Addressed, _ADDRESSES)]


def parties(deal: int) -> tuple[int, int] | None:
    """The rows of the salesperson and the customer of this deal; None where it was erased. One query."""
    row = Deal.get_or_none(Deal.id == deal)
    return (int(row.salesperson_id), int(row.customer_id)) if row else None


def keep_answered_at_once(salesperson: int, now: datetime) -> None:
    """Keep that it happened to this salesperson, and when; neither where nor who."""
    AnsweredAtOnce.insert(salesperson=salesperson, noted_at=now).execute()


def answered_at_once() -> list[TraceQuestion]:
    """How often several customers answered from one network at one time, per salesperson; one query."""
    return [TraceQuestion(row.salesperson, Trace.ONE_NETWORK, row.times) for row in rows(_AtOnce, _AT_ONCE)]


def staff_domains() -> set[str]:
    """The mail domains of everybody who works here; one query."""
    return {domain_of(person.email) for person in Person.select(Person.email)}


def called(people: set[int]) -> dict[int, str]:
    """What these people are called; one query."""
    found = Person.select(Person.id, Person.name).where(Person.id.in_(list(people)))
    return {person.id: person.name for person in found}
