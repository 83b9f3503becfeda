"""What fair play counts, per salesperson: over deals that could have been asked, and over closed groups only."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from kloof.domain.mailing.kinds import INVITATION
from kloof.domain.staff.fair_play import Count, Signal, low_groups
from kloof.storage.database import is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import Deal, OwnBatch, Person
from kloof.storage.statements import run, tuples

SETTLED: Final = timedelta(days=28)
"""How long after a deal was loaded, or a survey went out, it is counted: until then it may still come."""
LATE_DAYS: Final = 14
"""Days between a delivery and its report from which on it was reported late."""

_COUNTED = "d.cancelled_at IS NULL AND d.added_at <= ?"
# Who wants no mail, or was left out by a draw, was not kept from the survey by anybody.
_LEFT_OUT = "(si.state = 'stopped' OR d.arm = 'not_asked')"
_GONE = "(sm.sent_at IS NOT NULL OR si.state IN ('started', 'submitted', 'withdrawn'))"
_SETTLED = "(sm.sent_at <= ? AND sm.state = 'sent')"
_LATE = {
    "sqlite": f"julianday(substr(ri.created_at, 1, 10)) - julianday(d.delivered_on) > {LATE_DAYS}",
    "postgresql": f"(ri.created_at AT TIME ZONE 'UTC')::date - d.delivered_on > {LATE_DAYS}",
}
_COUNTS = """
SELECT d.salesperson_id,
  SUM(CASE WHEN {left_out} THEN 0 ELSE 1 END),
  SUM(CASE WHEN {left_out} OR {gone} THEN 0 ELSE 1 END),
  COUNT(*),
  SUM(CASE WHEN d.address_changed_at IS NULL THEN 0 ELSE 1 END),
  SUM(CASE WHEN {settled} THEN 1 ELSE 0 END),
  SUM(CASE WHEN {settled} AND r.submitted_at IS NOT NULL THEN 1 ELSE 0 END),
  SUM(CASE WHEN d.delivered_on IS NOT NULL AND ri.id IS NOT NULL THEN 1 ELSE 0 END),
  SUM(CASE WHEN {late} THEN 1 ELSE 0 END)
FROM deal d
LEFT JOIN invitation si ON si.deal_id = d.id AND si.wave = 'sale'
LEFT JOIN message sm ON sm.invitation_id = si.id AND sm.kind = '{invitation}'
LEFT JOIN response r ON r.invitation_id = si.id
LEFT JOIN invitation ri ON ri.deal_id = d.id AND ri.wave = 'delivery'
WHERE {counted} GROUP BY d.salesperson_id
"""


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
        late=_LATE["postgresql" if is_postgresql() else "sqlite"],
    )
    for person, *found in run(sql, settled, settled, settled).fetchall():
        to_ask, not_asked, deals, changed, sent, answered, delivered, late = map(int, found)
        yield Count(person, Signal.NOT_ASKED, not_asked, to_ask, to_ask)
        yield Count(person, Signal.ADDRESS_CHANGED, changed, deals, deals)
        yield Count(person, Signal.ANSWERED, answered, sent, sent)
        yield Count(person, Signal.REPORTED_LATE, late, delivered, delivered)


def _of_groups() -> Iterator[Count]:
    """Of closed groups of at least five customers as a whole, each beside the others of its survey version."""
    rows = OwnBatch.select(OwnBatch.salesperson, OwnBatch.survey_version, OwnBatch.customers, OwnBatch.sums)
    by_version: dict[int, list[tuple[int, int, float]]] = {}
    for person, version, customers, sums in tuples(rows.where(OwnBatch.retired_at.is_null())):
        v = json.loads(sums)["v"]
        by_version.setdefault(version, []).append((person, customers, sum(v) / customers / len(v)))
    totals: dict[int, tuple[int, int, int]] = {}
    for groups in by_version.values():
        for (person, customers, _), low in zip(
            groups, low_groups([mean for *_, mean in groups]), strict=True
        ):
            hits, units, deals = totals.get(person, (0, 0, 0))
            totals[person] = (hits + low, units + 1, deals + customers)
    for person, (hits, units, deals) in totals.items():
        yield Count(person, Signal.LOW_EXPECTATION, hits, units, deals)


def names(people: set[int]) -> dict[int, str]:
    """What these people are called; one query."""
    return dict(tuples(Person.select(Person.id, Person.name).where(Person.id.in_(list(people)))))
