"""What a running server and a running worker write down holds no key to a survey and nobody's address."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from cast.builders import SECRET, BuiltDeal, deal
from cast.selling import company, line, sell
from instruments.bad_server import BadServer
from instruments.running import free_port, wait_for
from kloof.actions.clock import wall_clock
from kloof.domain.access import tokens
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation

pytestmark = pytest.mark.slow

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def kloof(folder: Path, log: Path, *words: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command of kloof with everything that it writes in one file."""
    (folder / "kloof.toml").touch()
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "kloof", *words],
            cwd=folder,
            env=os.environ | {"KLOOF_SECRET_KEY": SECRET} | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=120)


@pytest.fixture
def built(database: str) -> BuiltDeal:
    """A customer whose survey is open today, and can be opened by a typed code."""
    built = deal()
    invitation = Invitation.get_by_id(built.invitations[Wave.SALE])
    invitation.expires_at = datetime.now(UTC) + timedelta(days=9)
    invitation.code_fingerprint = tokens.code_fingerprint(SECRET, code(built))
    invitation.save()
    return built


def code(built: BuiltDeal) -> str:
    return tokens.code(SECRET, bytes(Invitation.get_by_id(built.invitations[Wave.SALE]).link_salt))


def ask(port: int, method: str, path: str, body: str | None = None, **headers: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request(method, path, body, FORM | headers if body is not None else headers)
        return connection.getresponse().status


def shout(port: int, raw: str) -> None:
    """Send these bytes, whatever they are, and hear what comes back."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=120)) as connection:
        connection.sendall(raw.encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


def visit(port: int, built: BuiltDeal) -> set[int]:
    """Do everything that a customer does, and much that nobody should; gives the statuses that came back."""
    survey, way_out = f"/s/{built.tokens[Wave.SALE]}", f"/opt-out/{built.opt_out_tokens[Wave.SALE]}"
    seen = {
        ask(port, "GET", path) for path in (survey, way_out, f"{survey}/receipt", f"/k/{code(built)}", "/k")
    }
    for body in (
        urlencode({"a1": 4, "comment": f"Write to {built.email}"}),
        urlencode({built.email: "unknown field"}),
        "x" * 300_000,
    ):
        seen.add(ask(port, "POST", survey, body))
    seen.add(ask(port, "POST", survey, "{}", **{"Content-Type": "application/json"}))
    seen.add(ask(port, "DELETE", survey))
    seen.add(ask(port, "POST", "/k", urlencode({"code": code(built), "action": "stop"})))
    seen.add(ask(port, "POST", "/sign-in", urlencode({"email": built.email})))
    seen |= {ask(port, "GET", f"/s/{built.tokens[Wave.SALE][:-1]}{number}") for number in range(70)}
    for line_of_request in (
        f"GET {survey}\r\n\r\n",
        f"GET {survey} HTTP/1.1 {built.email}\r\n\r\n",
        f"G T {survey} HTTP/1.1\r\n\r\n",
        f"GET {survey} HTTP/7\r\n\r\n",
        f"GET / HTTP/1.1\r\n{survey} {built.email}\r\n\r\n",
        f"GET {survey}?{'x' * 5000} HTTP/1.1\r\n\r\n",
        f"POST {survey} HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\na1=4",
    ):
        shout(port, line_of_request)
    return seen


def test_the_log_of_a_server_holds_no_token_no_code_and_no_address(
    database: str, tmp_path: Path, built: BuiltDeal
) -> None:
    port, log = free_port(), tmp_path / "serve.log"
    where = {"KLOOF_DATABASE_URL": database}
    with kloof(tmp_path, log, "serve", "--port", str(port), "--workers", "1", **where):
        wait_for(port)
        statuses = visit(port, built)
        # PostgreSQL says which row it refused, and so does this.
        with closing(sqlite3.connect(tmp_path / "kloof.db")) as connection:
            connection.execute(
                "CREATE TRIGGER refusal BEFORE UPDATE ON response BEGIN "
                f"SELECT RAISE(ABORT, 'Key (email, link)=({built.email}, {built.tokens[Wave.SALE]})'); END"
            )
            connection.commit()
        statuses.add(ask(port, "POST", f"/s/{built.tokens[Wave.SALE]}", urlencode({"a1": 5})))
    written = log.read_text(encoding="utf-8")
    assert statuses >= {200, 303, 400, 404, 405, 413, 415, 422, 429, 500}
    assert "Invalid" in written
    assert "Key (email, link)" in written
    assert personal(written, built) == []


class Quoting(BadServer):
    """A mail server that repeats the address which it does not like, and closes."""

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return f"421 4.7.0 {address} is not welcome here"


def test_the_log_of_a_worker_holds_no_address_and_no_token(database: str, tmp_path: Path) -> None:
    settings = company(tmp_path)
    now = wall_clock()
    sell(settings, line(sold_on=settings.today(now)), now=now)
    (tmp_path / "kloof.toml").write_text(
        '[company]\nname = "Warmtehuis"\n[mail]\nhours = [0, 24]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nholidays = ""\n',
        encoding="utf-8",
    )
    log = tmp_path / "worker.log"
    with Quoting() as server:
        where = {
            "KLOOF_DATABASE_URL": database,
            "KLOOF_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
            "KLOOF_MAIL_FROM": "feedback@warmtehuis.example",
        }
        with kloof(tmp_path, log, "worker", **where):
            wait_until(log, "not welcome")
            with closing(sqlite3.connect(tmp_path / "kloof.db")) as connection:
                connection.execute("ALTER TABLE message RENAME TO gone")
                connection.commit()
            wait_until(log, "goes on after this")
    written = log.read_text(encoding="utf-8")
    assert "OperationalError" in written
    assert "@" not in re.sub(r"…@…", "", written)
    assert personal(written, None) == []


def wait_until(log: Path, words: str) -> None:
    deadline = time.monotonic() + 120
    while words not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.05)


def personal(written: str, built: BuiltDeal | None) -> list[str]:
    """Every line with a token, a typed code or an address."""
    secrets = [r"[\w.+-]+@[\w-]+\.\w+", r"(?<![\w-])[\w-]{43}(?![\w-])"]
    if built:
        secrets += [built.tokens[Wave.SALE][:20], built.opt_out_tokens[Wave.SALE][:20], code(built)]
    return [row for row in written.splitlines() if any(re.search(secret, row) for secret in secrets)]


def test_json_lines_name_every_request_by_its_route_and_hold_nothing_personal(
    database: str, tmp_path: Path, built: BuiltDeal
) -> None:
    port, log = free_port(), tmp_path / "serve.log"
    where = {"KLOOF_DATABASE_URL": database, "KLOOF_LOG": "json", "KLOOF_PROXIES": "1"}
    with kloof(tmp_path, log, "serve", "--port", str(port), "--workers", "1", **where):
        wait_for(port)
        visit(port, built)
        for number in range(3):
            ask(port, "GET", f"/s/{built.tokens[Wave.SALE]}", **{"X-Request-ID": f"from-our-proxy-{number}"})
    written = log.read_text(encoding="utf-8")
    lines = [json.loads(row) for row in written.splitlines()]
    assert personal(written, built) == []
    requests = [line for line in lines if line["logger"] == "kloof.requests"]
    assert len({line["request"] for line in requests}) == len(requests), "one line each"
    named = {line["request"]: line for line in requests}
    for number in range(3):
        line = named[f"from-our-proxy-{number}"]
        assert (line["method"], line["route"], line["level"]) == ("GET", "/s/<token>", "info")
        assert 0 <= line["database_seconds"] <= line["seconds"]
    assert {line["status"] for line in requests} >= {200, 404, 413, 422, 429}
    assert any("Invalid" in line["message"] for line in lines if line["logger"] == "gunicorn.error")


def test_the_numbers_of_all_processes_of_a_server_are_told_as_one(database: str, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "serve.log"
    shared = tmp_path / "shared"
    shared.mkdir()
    where = {"KLOOF_DATABASE_URL": database, "TMPDIR": str(shared)}
    with kloof(tmp_path, log, "serve", "--port", str(port), "--workers", "3", **where):
        wait_for(port)
        for _ in range(30):
            ask(port, "GET", "/accessibility")
        for _ in range(4):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
                connection.request("GET", "/metrics")
                told = connection.getresponse().read().decode()
            assert 'kloof_requests_total{method="GET",route="/accessibility",status="200"} 30.0' in told
            assert "kloof_database_up 1.0" in told
        assert list(shared.iterdir())
    assert list(shared.iterdir()) == [], "nothing is left of it"
