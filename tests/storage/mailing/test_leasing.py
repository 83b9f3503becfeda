"""How the database finds what is due, and that a customer is counted once."""

from pathlib import Path

import pytest

from cast.selling import NOON, company, line, sell
from instruments.plans import plans
from kloof.config import Settings
from kloof.storage.mailing import leasing, subjects
from kloof.storage.models import Message


@pytest.fixture
def settings(either_database: str, tmp_path: Path) -> Settings:
    return company(tmp_path)


def many(settings: Settings, count: int) -> None:
    """A queue of so many messages, most of them not due yet."""
    sell(settings, line())
    rows = [
        {
            "kind": "invitation", "message_id": f"m{number}", "state": "sent" if number % 2 else "queued",
            "due_at": NOON.replace(year=2027), "created_at": NOON, "changed_at": NOON,
        }
        for number in range(count)
    ]  # fmt: skip
    for start in range(0, count, 500):
        Message.insert_many(rows[start : start + 500]).execute()


@pytest.mark.slow
def test_the_claim_looks_in_an_index_however_long_the_queue_is(settings: Settings) -> None:
    many(settings, 4_000)
    plan = plans(lambda: leasing.lock_due(NOON, 50))
    assert "message_due" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert leasing.lock_due(NOON, 50) == [1]


def test_a_lease_counts_for_the_customer_and_giving_back_frees_the_day(settings: Settings) -> None:
    sell(settings, line())
    (mail,) = subjects.outgoing([1])
    assert mail.to.customer is not None
    leasing.lease([1], "worker", NOON, NOON.date())
    assert leasing.mailed_days({mail.to.customer}, NOON.date(), besides=[]) == {
        mail.to.customer: [NOON.date()]
    }
    assert leasing.mailed_days({mail.to.customer}, NOON.date(), besides=[1]) == {}
    leasing.release([1], "worker")
    assert leasing.mailed_days({mail.to.customer}, NOON.date(), besides=[]) == {}
