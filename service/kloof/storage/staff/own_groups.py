"""Groups of customers who chose totals: closed on the first of a month, retired where one of them takes it back."""

import json
import secrets
from datetime import datetime
from typing import NamedTuple

from kloof.domain.staff.own_totals import CompletePair, Draw, closing, closing_moment
from kloof.domain.surveys.definition import Survey
from kloof.storage.database import is_postgresql, transaction
from kloof.storage.fields import UtcField
from kloof.storage.models import OwnBatch, OwnPair
from kloof.storage.models.own_feedback import WAITING_CONDITION
from kloof.storage.statements import rows
from kloof.storage.surveys import versions


class _Due(NamedTuple):
    salesperson: int


_DUE = f"""
SELECT DISTINCT salesperson_id AS salesperson FROM own_pair
WHERE {WAITING_CONDITION} AND completed_at < ? AND NOT EXISTS (
  SELECT 1 FROM own_closing c WHERE c.salesperson_id = own_pair.salesperson_id AND c.moment >= ?)
ORDER BY salesperson_id
"""  # noqa: S608  our own words


class _Claimed(NamedTuple):
    id: int


# Whoever comes second waits for the first to commit, and then gets no row.
_CLAIM = """
INSERT INTO own_closing (salesperson_id, moment) VALUES (?, ?)
ON CONFLICT (salesperson_id) DO UPDATE SET moment = excluded.moment WHERE own_closing.moment < excluded.moment
RETURNING id AS id
"""


class _Waiting(NamedTuple):
    id: int
    customer: int
    survey_version: int
    answers: str


_WAITING = f"""
SELECT id AS id, customer AS customer, survey_version_id AS survey_version, answers AS answers FROM own_pair
WHERE {WAITING_CONDITION} AND salesperson_id = ? AND completed_at < ? ORDER BY completed_at, id
"""  # noqa: S608  our own words
_LOCKED = "FOR UPDATE"


def close_groups(now: datetime, draw: Draw | None = None) -> int:
    """Close the groups of everybody whose waiting answers were not looked at this month; gives how many closed.

    Each salesperson in a transaction of their own: an answer that comes in meanwhile waits for one of them at most.
    `draw` is the machine's own chance, but for tests.
    """
    moment = closing_moment(now)
    until = UtcField.db_value(OwnPair.completed_at, moment)
    drawn = draw or secrets.randbelow
    return sum(_close(due.salesperson, moment, now, drawn) for due in rows(_Due, _DUE, until, until))


def _close(salesperson: int, moment: datetime, now: datetime, draw: Draw) -> int:
    until, closed = UtcField.db_value(OwnPair.completed_at, moment), 0
    with transaction():
        if not rows(_Claimed, _CLAIM, salesperson, until):
            return 0
        waiting: dict[int, list[_Waiting]] = {}
        for row in rows(_Waiting, _WAITING + _LOCKED * is_postgresql(), salesperson, until):
            waiting.setdefault(row.survey_version, []).append(row)
        for version, those in waiting.items():
            survey = versions.by_row(version)
            for group in closing([_complete(row, survey) for row in those], survey.scale, draw):
                closed += 1
                batch = OwnBatch.insert(
                    salesperson=salesperson,
                    survey_version=version,
                    customers=group.sums.customers,
                    sums=json.dumps({"v": group.sums.v, "r": group.sums.r}),
                    closed_at=now,
                ).execute()
                OwnPair.update(batch=batch).where(OwnPair.id.in_(group.rows)).execute()
    return closed


def retire(batch: int, now: datetime) -> None:
    """Show this group no more, and wipe what was answered in it; its pairs are never used again."""
    OwnBatch.update(retired_at=now, sums="").where(
        OwnBatch.id == batch, OwnBatch.retired_at.is_null()
    ).execute()
    OwnPair.update(answers="").where(OwnPair.batch == batch).execute()


def _complete(row: _Waiting, survey: Survey) -> CompletePair:
    core = len(survey.core)
    values = tuple(survey.scale.low + ord(letter) - ord("a") for letter in row.answers[: 2 * core])
    return CompletePair(row.id, row.customer, values[:core], values[core:])
