"""Connections survive what happens to them: a pooler between, a server that restarts, a server that hangs."""

import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import deal
from instruments.pgbouncer import pooled
from instruments.postgresql_cluster import Cluster, cluster
from instruments.served_company import served_company
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, Message, Response

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture
def server() -> Iterator[Cluster]:
    with cluster() as server:
        yield server


def forms(count: int) -> list[str]:
    """Surveys that are open today, each with a reminder that is due."""
    built = [deal() for _ in range(count)]
    now = datetime.now(UTC)
    Invitation.update(expires_at=now + timedelta(days=9)).execute()
    Message.delete().execute()
    for number, one in enumerate(built):
        Message.insert(
            message_id=f"{number:032d}", kind="reminder", ordinal=1, urgent=False, state="queued", due_at=now,
            created_at=now, changed_at=now, invitation=one.invitations[Wave.SALE],
        ).execute()  # fmt: skip
    return [f"/s/{one.tokens[Wave.SALE]}" for one in built]


def test_behind_a_pooler_that_gives_connections_for_a_transaction_everything_works(
    tmp_path: Path, server: Cluster
) -> None:
    with (
        pooled(server.url) as url,
        served_company(tmp_path, server, url) as company,
        ThreadPoolExecutor(12) as customers,
    ):
        paths = forms(60)
        for turn in range(5):
            said = customers.map(lambda path, turn=turn: company.asks("POST", path, a1=str(turn))[0], paths)
            assert Counter(said) == {303: 60}
        assert Response.select().count() == 60
        for words in (("freeze",), ("publish", "--dry-run"), ("db", "migrate"), ("worker", "--once")):
            assert company.types(*words)[0] == 0, words
        assert Counter(row.state for row in Message.select(Message.state)) == {"sent": 60}
        assert company.mails() == 60


def test_after_a_restart_no_thread_stumbles_over_its_former_connection(
    tmp_path: Path, server: Cluster
) -> None:
    with served_company(tmp_path, server, server.url) as company, ThreadPoolExecutor(13) as customers:
        (path,) = forms(1)
        for _ in range(2):  # every thread of both processes has a connection
            assert Counter(customers.map(lambda _: company.asks("POST", path, a1="7")[0], range(26))) == {
                303: 26
            }
        storage.close_database()
        server.stop()
        server.start()
        assert Counter(company.asks("POST", path, a1="7")[0] for _ in range(26)) == {303: 26}
        assert "once more" not in company.log(), "it was noticed before anything was asked"


def test_a_server_that_hangs_is_said_on_every_page_and_keeps_no_watchman_waiting(
    tmp_path: Path, server: Cluster
) -> None:
    url = f"{server.url}?answer_timeout=8"
    with served_company(tmp_path, server, url) as company, ThreadPoolExecutor(13) as customers:
        (path,) = forms(1)
        assert Counter(customers.map(lambda _: company.asks("POST", path, a1="7")[0], range(26))) == {303: 26}
        with server.hanging():
            with ExitStack() as opened:
                waiting = [opened.enter_context(asking(company.port, path)) for _ in range(16)]
                assert company.asks("GET", "/healthz")[0] == 200
                assert not select.select(waiting, [], [], 0)[0], "though every thread waited for the database"
                assert {answer(one).split()[1] for one in waiting} == {b"503"}
            status, said = company.asks("POST", path, a1="7")
            assert (status, "Traceback" in said) == (503, False)
        # Each process of the server sees by itself that the database is back, one question at a time until then.
        deadline = time.monotonic() + 120
        while (
            found := Counter(customers.map(lambda _: company.asks("POST", path, a1="7")[0], range(26)))
        ) != {303: 26}:
            assert set(found) <= {303, 503}
            assert time.monotonic() < deadline, found
            time.sleep(0.2)


def asking(port: int, path: str) -> socket.socket:
    visitor = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = (
        "Host: h\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4"
    )
    visitor.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n\r\na1=8".encode())
    return visitor


def answer(visitor: socket.socket) -> bytes:
    return visitor.recv(64)
