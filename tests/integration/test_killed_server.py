"""The server is killed, and connections are cut, at random moments: what was acknowledged is there, whole."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cast.builders import SECRET, deal, survey
from instruments.running import free_port, wait_for
from kloof import storage
from kloof.domain.surveys.answers import pack
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, Response

SURVEY = survey(12)
CLIENTS = 8

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed_server")]


class Server:
    """`kloof serve` in a process group of its own, that can be killed and started again."""

    def __init__(self, folder: Path, database: str) -> None:
        self.port = free_port()
        self._folder = folder
        (folder / "kloof.toml").touch()
        self._environment = os.environ | {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": database}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kloof", "serve", "--port", str(self.port)],
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait(self) -> None:
        wait_for(self.port)


@pytest.fixture
def links(database: str, full: bool) -> dict[str, int]:
    """Token → invitation, of customers whose surveys are open today."""
    with storage.transaction():
        built = [deal(SURVEY) for _ in range(1000 if full else 120)]
        Invitation.update(expires_at=datetime.now(UTC) + timedelta(days=9)).execute()
    return {one.tokens[Wave.SALE]: one.invitations[Wave.SALE] for one in built}


@pytest.fixture
def server(tmp_path: Path, database: str, links: dict[str, int]) -> Iterator[Server]:
    running = Server(tmp_path, database)
    running.wait()
    yield running
    running.kill()


def page(chance: random.Random) -> dict[str, int]:
    return {aspect.id: chance.randrange(11) for aspect in SURVEY.aspects}


def sheets() -> dict[int, bytes]:
    return {row.invitation_id: bytes(row.answers) for row in Response.select()}


def submit(port: int, token: str, answers: dict[str, int]) -> bool:
    """Send everything at once; whether the server said that it has it."""
    body = urlencode(answers | {"consent": "totals", "action": "submit"})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", f"/s/{token}", body, {"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status == 303
    except (OSError, http.client.HTTPException):
        time.sleep(0.05)
        return False
    finally:
        connection.close()


def test_every_acknowledged_answer_outlives_a_killed_server(
    server: Server, links: dict[str, int], full: bool
) -> None:
    chance, kills = random.Random(4), 8 if full else 3
    answers = {token: page(chance) for token in links}
    waiting = list(links)

    def visit() -> None:
        while waiting:
            token = waiting.pop()
            while not submit(server.port, token, answers[token]):
                pass

    clients = [threading.Thread(target=visit) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for _ in range(kills):
        left = len(waiting)
        deadline = time.monotonic() + 120
        while len(waiting) > left - len(links) // (kills + 2) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.random() / 20)
        server.kill()
        server.start()
    for client in clients:
        client.join()
    kept = sheets()
    assert kept == {links[token]: pack(SURVEY, Wave.SALE, answers[token]) for token in links}
    assert Response.select().where(Response.submitted_at.is_null()).count() == 0


def test_a_page_cut_off_at_any_byte_is_kept_whole_or_not_at_all(
    server: Server, links: dict[str, int]
) -> None:
    answers = dict.fromkeys((aspect.id for aspect in SURVEY.aspects[:4]), 7)
    body = urlencode(answers | {"page": "1", "action": "save"})
    tokens = iter(links)
    cut_off = []
    for end in range(len(body)):
        token = next(tokens)
        cut_off.append(links[token])
        head = (
            f"POST /s/{token} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
            connection.sendall((head + body[:end]).encode())
    whole = next(tokens)
    assert submit(server.port, whole, dict.fromkeys((aspect.id for aspect in SURVEY.aspects), 7))
    kept = sheets()
    assert links[whole] in kept
    assert not set(cut_off) & set(kept)
