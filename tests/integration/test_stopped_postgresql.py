"""PostgreSQL is stopped under a running web and worker, and started again: said, nothing lost, no restart of kloof."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import deal, survey
from instruments.postgresql_cluster import cluster
from instruments.served_company import ServedCompany, served_company
from kloof import storage
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, Message, Response

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[ServedCompany]:
    with cluster() as server, served_company(tmp_path, server, server.url) as company:
        yield company


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def form(**state: str) -> str:
    """A survey that is open today, and its mail."""
    built = deal()
    Invitation.update(expires_at=datetime.now(UTC) + timedelta(days=9), **state).where(
        Invitation.id == built.invitations[Wave.SALE]
    ).execute()
    return f"/s/{built.tokens[Wave.SALE]}"


def test_all_say_so_while_it_is_away_and_go_on_when_it_is_back(company: ServedCompany) -> None:
    paths = [form() for _ in range(3)]
    assert company.asks("POST", paths[0], a1="7")[0] == 303
    storage.close_database()
    company.server.stop()

    for path in paths:
        status, said = company.asks("POST", path, a1="8")
        assert (status, "Traceback" in said) == (503, False)
    assert company.asks("GET", "/healthz")[0] == 200
    status, said = company.asks("GET", "/readyz")
    assert (status, json.loads(said)["reason"]) == (503, "database_silent")
    for words in (("doctor",), ("outbox", "list"), ("worker", "--once"), ("freeze",)):
        status, said = company.types(*words)
        assert (status, said.count("The database does not answer"), "Traceback" in said) == (1, 1, False)
    assert company.types("mail", "bounces", "--pipe", stdin="x")[0] == 75, (
        "the mail server keeps it (sysexits)"
    )
    time.sleep(5)
    assert company.worker.poll() is None, "the worker waits"

    company.server.start()
    assert [company.asks("POST", path, a1="9")[0] for path in paths] == [303] * 3, "without a restart"
    assert json.loads(company.asks("GET", "/readyz")[1])["ready"]
    storage.open_database(company.server.url)
    storage.ensure_connected()
    assert Response.select().count() == 3
    now = datetime.now(UTC)
    invitation = Invitation.select().first()
    Message.insert(
        message_id="a" * 32, kind="reminder", ordinal=1, urgent=False, state="queued", due_at=now, created_at=now,
        changed_at=now, invitation=invitation,
    ).execute()  # fmt: skip
    until(lambda: company.mails() == 1)


def test_stopped_and_started_again_and_again_while_pages_are_saved_nothing_is_lost_or_doubled(
    company: ServedCompany, full: bool
) -> None:
    paths = [form() for _ in range(12)]
    kept: dict[str, int] = {}
    for turn in range(10 if full else 3):
        company.server.stop()
        assert company.asks("POST", paths[turn % 12], a1="1")[0] == 503
        company.server.start()
        for number, path in enumerate(paths):
            status, _ = company.asks("POST", path, a1=str((turn + number) % 10))
            assert status == 303
            kept[path] = (turn + number) % 10
    storage.close_database()
    storage.open_database(company.server.url)
    storage.ensure_connected()
    order = Response.select().order_by(Response.invitation)
    stored = [unpack(survey(), Wave.SALE, bytes(row.answers))["a1"] for row in order]
    assert stored == [kept[path] for path in paths]
