"""A database with groups of before: what was seen exactly is never seen again, and what waited may close."""

import importlib
import json
from datetime import timedelta

import pytest

from cast.builders import NOW, deal, person, survey
from kloof import storage
from kloof.storage.database import database
from kloof.storage.models import OwnBatch, OwnPair
from kloof.storage.releases.pair_encoding import encode
from kloof.storage.staff import own_groups, own_totals
from kloof.storage.surveys import versions

BEFORE = NOW - timedelta(days=40)
migration = importlib.import_module("kloof.storage.migrations.0015_own_groups")


def upgrade() -> None:
    with storage.transaction():
        migration.up(None, database.obj)


def own_pair(point: int, batch: int | None = None) -> int:
    """Somebody in totals who expected as much of every aspect as is left of ten by what they got."""
    answers = encode(bytes([11 - point] * 3 + [point + 1] * 3), first=1) + encode(bytes(4), first=0)
    return int(
        OwnPair.create(
            deal=deal(seller=person()).row, salesperson=person(), customer=100 + OwnPair.select().count(),
            survey_version=versions.record(survey(), NOW), answers=answers, named=False, was_named=False,
            batch=batch, completed_at=BEFORE,
        ).id
    )  # fmt: skip


@pytest.fixture
def shown(either_database: str) -> list[int]:
    """The pairs of a group of five, as it was before; one that was retired then stays as it is."""
    database.execute_sql("DROP TABLE own_closing")
    database.execute_sql("DROP INDEX own_pair_waiting")
    facts = {"salesperson": person(), "survey_version": versions.record(survey(), NOW), "customers": 5}
    sums = json.dumps({"v": [25.0] * 3, "r": [20.0] * 3, "promises": [1, 0, 2, 0]})
    batch = OwnBatch.create(sums=sums, closed_at=BEFORE, **facts).id
    OwnBatch.create(sums="", closed_at=BEFORE, retired_at=BEFORE, **facts)
    return [own_pair(point, batch) for point in (3, 4, 5, 6, 7)]


def test_groups_of_before_are_retired_and_wiped_and_none_of_their_answers_is_used_again(
    shown: list[int],
) -> None:
    for point in (2, 3, 4, 5, 6, 7, 8):
        own_pair(point)
    upgrade()
    assert {row.sums for row in OwnBatch.select()} == {""}
    assert [row.retired_at == BEFORE for row in OwnBatch.select().order_by(OwnBatch.id)] == [False, True]
    assert all(row.retired_at is not None and row.retired_at.tzinfo for row in OwnBatch.select())
    assert {row.answers for row in OwnPair.select().where(OwnPair.id.in_(shown))} == {""}
    assert own_totals.group_months(person()) == []
    assert own_groups.close_groups(NOW) == 0, "seven wait; twelve would be eight with those of before"


def test_what_waited_and_was_in_no_figure_closes_in_a_group_of_its_own(shown: list[int]) -> None:
    waiting = {own_pair(point) for point in (2, 3, 4, 5, 6, 7, 8, 4)}
    upgrade()
    assert own_groups.close_groups(NOW) == 1
    [month] = own_totals.group_months(person())
    assert (month.sums.customers, month.month) == (8, "2026-02")
    closed = OwnBatch.select().where(OwnBatch.retired_at.is_null())
    assert {row.id for row in OwnPair.select().where(OwnPair.batch.in_(closed))} == waiting
