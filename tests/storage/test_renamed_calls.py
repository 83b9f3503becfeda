"""What was kept about calls under an earlier name is all there under the new one."""

from collections.abc import Iterator
from typing import Any

import pytest
from peewee import IntegrityError
from playhouse.migrations import Runner

from cast import former
from cast.builders import NOW, BuiltDeal, deal, person
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import database, is_postgresql, taken_back
from kloof.storage.models import Call, CallStep, Deal, Message
from kloof.storage.schema import MIGRATIONS

BEFORE = "0010_fewer_indexes"


pytestmark = pytest.mark.xdist_group("renamed calls")


@pytest.fixture(scope="module")
def migrated(scratch_of_a_module: str) -> tuple[str, BuiltDeal]:
    """A database with a deal whose call was kept before it was renamed, with a step and a mail about it."""
    storage.open_database(scratch_of_a_module)
    storage.ensure_connected()
    Runner(database.obj, str(MIGRATIONS)).up(BEFORE)
    seller = former.seller()
    built, at = deal(waves=(Wave.DELIVERY,), seller=seller), Message.sent_at.db_value(NOW)
    about = {"deal_id": built.row, "owner_id": seller, "state": "open", "time": 2, "due_on": "2026-03-05"}
    insert("follow_up", about | {"opened_at": at, "link_fingerprint": "f" * 64})
    insert("follow_up_step", {"follow_up_id": 1, "time": 1, "outcome": "not_solved", "note": "wet", "at": at})
    insert("message", {
        "kind": "call-1", "message_id": "m", "urgent": False, "state": "sent", "due_at": at, "attempts": 1,
        "soft_bounces": 0, "leased_by": "", "last_reply": "250", "created_at": at, "changed_at": at,
        "follow_up_id": 1, "recipient_id": seller,
    })  # fmt: skip
    storage.migrate()
    storage.close_database()
    return scratch_of_a_module, built


@pytest.fixture
def renamed(migrated: tuple[str, BuiltDeal]) -> Iterator[BuiltDeal]:
    """That deal, with its database open; what a test does to it is taken back."""
    url, built = migrated
    storage.open_database(url)
    with storage.transaction(), taken_back():
        yield built


def insert(table: str, row: dict[str, Any]) -> None:
    names, holes = ", ".join(f'"{name}"' for name in row), ", ".join([database.obj.param] * len(row))
    database.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({holes})', tuple(row.values()))  # noqa: S608


def test_the_call_its_steps_and_its_mails_are_all_there(renamed: BuiltDeal) -> None:
    call, step, mail = Call.get(), CallStep.get(), Message.get()
    assert (call.deal_id, call.owner_id, call.time, call.opened_at) == (renamed.row, person(), 2, NOW)
    assert (step.call_id, step.note, step.at) == (call.id, "wet", NOW)
    assert (mail.call_id, mail.recipient_id, mail.state) == (call.id, person(), "sent")


def test_a_deal_still_has_one_call_at_most(renamed: BuiltDeal) -> None:
    with pytest.raises(IntegrityError), storage.transaction():
        Call.create(deal=renamed.row, state="open", time=1, opened_at=NOW, due_on=NOW.date())


def test_a_call_still_opens_for_another_deal(renamed: BuiltDeal) -> None:
    opened = Call.create(deal=deal().row, state="open", time=1, opened_at=NOW, due_on=NOW.date())
    assert opened.id > 1


def test_what_belongs_to_a_deal_still_goes_with_it(renamed: BuiltDeal) -> None:
    Deal.delete().where(Deal.id == renamed.row).execute()
    assert [table.select().count() for table in (Call, CallStep, Message)] == [0, 0, 0]


def test_nothing_in_the_database_has_the_earlier_name(renamed: BuiltDeal) -> None:
    names = "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master"
    if is_postgresql():
        names = (
            "SELECT relname FROM pg_class UNION SELECT conname FROM pg_constraint"
            " UNION SELECT column_name FROM information_schema.columns"
        )
    found = [name for (name,) in database.execute_sql(names).fetchall() if "follow_up" in name]
    assert found == []
