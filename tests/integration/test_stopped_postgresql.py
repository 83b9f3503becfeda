"""PostgreSQL is stopped under a running web and worker, and started again: said, nothing lost, no restart of kloof."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cast.builders import SECRET, deal, survey
from instruments.postgresql_cluster import Cluster, cluster
from instruments.running import free_port, wait_for
from instruments.serving import running
from kloof import storage
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, Message, Response

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

POLICY = '[mail]\nhours = [0, 24]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nholidays = ""\n'


@dataclass
class Company:
    """Its web and its worker, and the server that both need."""

    folder: Path
    port: int
    server: Cluster
    environment: dict[str, str]
    worker: "subprocess.Popen[bytes]"

    def asks(self, method: str, path: str, **told: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = urlencode(told) if told else None
        connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        said = answer.status, answer.read().decode()
        connection.close()
        return said

    def types(self, *words: str, stdin: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "kloof", *words],
            cwd=self.folder,
            env=os.environ | self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def mails(self) -> int:
        return len(list((self.folder / "mails").rglob("*.eml")))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with cluster() as server:
        environment = {
            "KLOOF_DATABASE_URL": server.url,
            "KLOOF_SECRET_KEY": SECRET,
            "KLOOF_BASE_URL": "https://feedback.company.example",
            "KLOOF_MAIL_FROM": "feedback@company.example",
            "KLOOF_SMTP_URL": f"folder:{tmp_path / 'mails'}",
        }
        (tmp_path / "kloof.toml").write_text(POLICY, encoding="utf-8")
        storage.open_database(server.url)
        storage.migrate()
        port = free_port()
        serve = ["-m", "kloof", "serve", "--port", str(port)]
        with (
            running(tmp_path, serve, **environment) as _,
            running(tmp_path, ["-m", "kloof", "worker"], **environment) as worker,
        ):
            wait_for(port)
            yield Company(tmp_path, port, server, environment, worker)
        storage.close_database()


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


def test_all_say_so_while_it_is_away_and_go_on_when_it_is_back(company: Company) -> None:
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
    company: Company, full: bool
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
