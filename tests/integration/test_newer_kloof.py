"""A newer kloof migrates the database while the former still runs: that one says so, and stops."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cast.builders import SECRET, deal
from instruments.running import free_port, wait_for
from instruments.serving import running
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import database as opened
from kloof.storage.models import Invitation

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("newer kloof")]

CHANGES = (
    "ALTER TABLE response RENAME COLUMN answers TO said",
    "INSERT INTO schema_migration (id, name, applied) VALUES (9999, '9999_of_next_year', '2027-01-01 00:00:00')",
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE = 120


@pytest.fixture
def tokens(either_database: str) -> list[str]:
    """Of customers whose surveys are open today."""
    with storage.transaction():
        built = [deal() for _ in range(200)]
        Invitation.update(expires_at=datetime.now(UTC) + timedelta(days=9)).execute()
    return [one.tokens[Wave.SALE] for one in built]


@contextmanager
def served(folder: Path, url: str) -> Iterator[int]:
    port = free_port()
    with running(folder, ["-m", "kloof", "serve", "--port", str(port)], KLOOF_DATABASE_URL=url):
        wait_for(port)
        yield port


def asked(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, FORM)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def migrated_by_a_newer_one() -> None:
    with storage.transaction():
        for change in CHANGES:
            opened.execute_sql(change)


@pytest.fixture
def put_back(either_database: str) -> Iterator[None]:
    """The tables as they were, for who uses this database next."""
    yield
    storage.ensure_connected()
    with storage.transaction():
        opened.execute_sql("DELETE FROM schema_migration WHERE name = '9999_of_next_year'")
        opened.execute_sql("ALTER TABLE response RENAME COLUMN said TO answers")


@pytest.mark.usefixtures("put_back")
def test_a_server_that_nobody_restarted_answers_503_and_never_500(
    either_database: str, tokens: list[str], tmp_path: Path
) -> None:
    seen: list[int] = []
    body = urlencode({"a1": 7, "a2": 8, "a3": 6, "consent": "totals", "action": "submit"})
    waiting = list(tokens)

    def customers(port: int) -> None:
        while waiting:
            seen.append(asked(port, "POST", f"/s/{waiting.pop()}", body)[0])
            time.sleep(0.01)

    with served(tmp_path, either_database) as port:
        lines = [threading.Thread(target=customers, args=(port,)) for _ in range(3)]
        for line in lines:
            line.start()
        give_up = time.monotonic() + PATIENCE
        while len(seen) < 30 and time.monotonic() < give_up:
            time.sleep(0.02)
        migrated_by_a_newer_one()
        for line in lines:
            line.join()
        status, page = asked(port, "GET", f"/s/{tokens[0]}")
        ready, why = asked(port, "GET", "/readyz")
        alive, _ = asked(port, "GET", "/healthz")
    assert {303, 503} == set(seen)
    assert seen.index(503) >= 30
    assert (status, "kloof moet eerst in orde worden gemaakt" in page) == (503, True)
    assert (ready, json.loads(why)["reason"], alive) == (503, "database_ahead", 200)


@pytest.mark.usefixtures("put_back", "tokens")
def test_a_worker_that_nobody_restarted_ends_with_the_sentence(either_database: str, tmp_path: Path) -> None:
    (tmp_path / "kloof.toml").touch()
    environ = os.environ | {
        "KLOOF_SECRET_KEY": SECRET,
        "KLOOF_DATABASE_URL": either_database,
        "KLOOF_SMTP_URL": "smtp://127.0.0.1:9",
        "KLOOF_MAIL_FROM": "feedback@company.example",
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "kloof", "worker"],
        cwd=tmp_path,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up = time.monotonic() + PATIENCE
    while not has_worked() and time.monotonic() < give_up:
        assert worker.poll() is None
        time.sleep(0.1)
    migrated_by_a_newer_one()
    said = worker.communicate(timeout=PATIENCE)[1].strip().splitlines()
    assert worker.returncode == 1
    assert "of a newer kloof than this one: 9999_of_next_year is not known here" in said[-1]
    assert "Traceback" not in "".join(said)


def has_worked() -> bool:
    (count,) = opened.execute_sql("SELECT COUNT(*) FROM last_worked").fetchone()
    return bool(count)
