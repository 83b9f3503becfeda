"""Groups of customers who chose totals: closed on the first of a month, retired where one of them takes it back."""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import NamedTuple, Protocol

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
    """A pair that waits. `number`: of its deal, as files have it."""

    id: int
    number: str
    customer: int
    survey_version: int
    answers: str


_WAITING = f"""
SELECT id AS id, (SELECT d.deal_id FROM deal d WHERE d.id = own_pair.deal_id) AS number, customer AS customer,
       survey_version_id AS survey_version, answers AS answers
FROM own_pair
WHERE {WAITING_CONDITION} AND salesperson_id = ? AND completed_at < ? ORDER BY completed_at, id
"""  # noqa: S608  our own words
_LOCKED = "FOR UPDATE"


class Shown(Protocol):
    """What salespeople saw before, also where this database has forgotten it; more is noted while groups close."""

    def already(self, deal_id: str) -> bool:
        """Whether the answers about this deal were in a group before."""

    def last_look(self, salesperson: int) -> datetime | None:
        """When groups of this salesperson (row id) were last looked for."""

    def noting(self) -> AbstractContextManager[Callable[[int, Iterable[str]], None]]:
        """Around the transaction in which groups of a salesperson close, with the deals that are in them."""


class NothingBefore:
    """For a database that was never put back from a backup."""

    def already(self, deal_id: str) -> bool:
        return False

    def last_look(self, salesperson: int) -> datetime | None:
        return None

    @contextmanager
    def noting(self) -> Iterator[Callable[[int, Iterable[str]], None]]:
        yield lambda salesperson, deals: None


def close_groups(now: datetime, draw: Draw | None = None, shown: Callable[[], Shown] = NothingBefore) -> int:
    """Close the groups of everybody whose waiting answers were not looked at this month; gives how many closed.

    Each salesperson in a transaction of their own: an answer that comes in meanwhile waits for one of them at most.
    `draw` is the machine's own chance, but for tests. Raises what `shown` raises.
    """
    moment = closing_moment(now)
    until = UtcField.db_value(OwnPair.completed_at, moment)
    due = rows(_Due, _DUE, until, until)
    if not due:
        return 0
    before, drawn = shown(), draw or secrets.randbelow
    return sum(_close(one.salesperson, moment, now, drawn, before) for one in due)


def _close(salesperson: int, moment: datetime, now: datetime, draw: Draw, shown: Shown) -> int:
    until, closed = UtcField.db_value(OwnPair.completed_at, moment), 0
    in_groups: list[str] = []
    with shown.noting() as note, transaction():
        if not rows(_Claimed, _CLAIM, salesperson, until):
            return 0
        last = shown.last_look(salesperson)
        if last and last >= moment:
            # This month they were looked at, and the database has forgotten what came of it.
            return 0
        waiting: dict[int, list[_Waiting]] = {}
        for row in rows(_Waiting, _WAITING + _LOCKED * is_postgresql(), salesperson, until):
            waiting.setdefault(row.survey_version, []).append(row)
        for version, those in waiting.items():
            survey = versions.by_row(version)
            _set_aside([row.id for row in those if shown.already(row.number)], salesperson, version, now)
            fresh = {row.id: row for row in those if not shown.already(row.number)}
            for group in closing([_complete(row, survey) for row in fresh.values()], survey.scale, draw):
                closed += 1
                sums = json.dumps({"v": group.sums.v, "r": group.sums.r})
                _put_together(group.rows, salesperson, version, sums=sums, closed_at=now)
                in_groups += [fresh[row].number for row in group.rows]
        note(salesperson, in_groups)
    return closed


def _put_together(pairs: Sequence[int], salesperson: int, version: int, **more: object) -> int:
    batch = OwnBatch.insert(
        salesperson=salesperson, survey_version=version, customers=len(pairs), **more
    ).execute()
    OwnPair.update(batch=batch).where(OwnPair.id.in_(pairs)).execute()
    return int(batch)


def _set_aside(pairs: Sequence[int], salesperson: int, version: int, now: datetime) -> None:
    """Use these pairs in no group, ever: they were in one that the salesperson has seen."""
    if pairs:
        retire(_put_together(pairs, salesperson, version, sums="", closed_at=now), now)


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
