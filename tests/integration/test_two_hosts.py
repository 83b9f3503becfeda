"""Two hosts on one database, a balancer before them: one is killed, the database restarts, and fails over to its
replica, while customers answer, mail goes out, deals come in and a release is published.
"""

import email
import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cast.builders import deal, survey
from cast.respondents import answered_deals
from instruments.two_hosts import Host, TwoHosts, two_hosts
from kloof import storage
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, Message, Response

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[TwoHosts]:
    with two_hosts(tmp_path) as hosts:
        storage.open_database(hosts.server.url)
        storage.ensure_connected()
        yield hosts
        storage.close_database()


@dataclass
class Customers:
    """People who answer again and again, each their own survey: what was acknowledged, and tried since."""

    port: int
    paths: list[str]
    kept: dict[str, int] = field(default_factory=dict)
    tried: dict[str, set[int]] = field(default_factory=dict)
    said: Counter[int] = field(default_factory=Counter)

    @contextmanager
    def answering(self) -> Iterator[None]:
        stop = threading.Event()
        threads = [threading.Thread(target=self._answer, args=(self.paths[one::4], stop)) for one in range(4)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def until_heard(self, more: int = 40) -> None:
        """Until so many more answers were acknowledged."""
        wanted = self.said[303] + more
        until(lambda: self.said[303] >= wanted)

    def _answer(self, paths: list[str], stop: threading.Event) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            for path in paths:
                value = turn % 11
                self.tried.setdefault(path, set()).add(value)
                status = said(self.port, "POST", path, a1=str(value))
                self.said[status] += 1
                if status == 303:
                    self.kept[path], self.tried[path] = value, set()
                else:
                    time.sleep(0.2)


def said(port: int, method: str, path: str, address: str = "127.0.0.1", **told: str) -> int:
    """The status that somebody gets; 0 where nobody answers."""
    connection = http.client.HTTPConnection(address, port, timeout=60)
    try:
        connection.request(
            method,
            path,
            urlencode(told) if told else None,
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        return connection.getresponse().status
    except OSError:
        return 0
    except http.client.HTTPException:
        return 0
    finally:
        connection.close()


def until(holds: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def forms(count: int) -> list[str]:
    built = [deal() for _ in range(count)]
    Invitation.update(expires_at=datetime.now(UTC) + timedelta(days=9)).execute()
    return [f"/s/{one.tokens[Wave.SALE]}" for one in built]


def remind_all(ordinal: int) -> None:
    """Everybody who has not answered yet gets a mail now."""
    now = datetime.now(UTC)
    for number, row in enumerate(Invitation.select().where(Invitation.wave == Wave.SALE.value)):
        Message.insert(
            message_id=f"{ordinal:02d}{number:030d}", kind="reminder", ordinal=ordinal, urgent=False, state="queued",
            due_at=now, created_at=now, changed_at=now, invitation=row,
        ).execute()  # fmt: skip


def mails(*hosts: Host) -> Counter[str]:
    """How often each mail went out, by its number."""
    files = [file for host in hosts for file in (host.folder / "mails").rglob("*.eml")]
    return Counter(
        email.message_from_bytes(file.read_bytes(), policy=policy.default)["Message-ID"] for file in files
    )


def test_through_kills_a_restart_and_a_failover_nothing_is_lost_doubled_or_restarted_by_hand(
    hosts: TwoHosts,
) -> None:
    a, b = hosts.a, hosts.b
    answered_deals(15)
    customers = Customers(hosts.port, forms(12))
    for host in (a, b):
        host.start()
        until(lambda host=host: said(8000, "GET", "/healthz", host.network.address) == 200)
    with customers.answering():
        customers.until_heard()
        remind_all(1)
        a.types("freeze")
        assert '"release": 1' in a.types("publish", "--json")
        a.types("site", "build")
        until(
            lambda: (
                said(8000, "GET", "/findings/findings/releases/0001/release.json", b.network.address) == 200
            )
        )

        a.end()  # as when its power is cut
        customers.until_heard()
        (b.folder / "deals.csv").write_text(
            f"{HEADER}\nX-1,Jan,jan@home.example,nl,noor@company.example,U,M,P,installation,2025-03-02\n",
            encoding="utf-8",
        )
        b.types("people", "add", "--role", "salesperson", "--email", "noor@company.example", "--name", "Noor")
        assert '"created": 1' in b.types("deals", "import", "deals.csv", "--json")
        a.start()
        until(lambda: said(8000, "GET", "/healthz", a.network.address) == 200)

        storage.close_database()
        hosts.server.restart()
        customers.until_heard()

        hosts.server.fail_over()
        customers.until_heard()
        storage.open_database(hosts.server.url)
        storage.ensure_connected()
        remind_all(2)
        until(lambda: not Message.select().where(Message.state == "queued").exists())

    assert all(process.poll() is None for one in (a, b) for process in one.processes.values())
    stored = {
        row.invitation_id: unpack(survey(), Wave.SALE, bytes(row.answers)).get("a1")
        for row in Response.select()
    }
    of_path = dict(zip(customers.paths, invitations(customers.paths), strict=True))
    for path, kept in customers.kept.items():
        assert stored[of_path[path]] in {kept, *customers.tried[path]}
    assert set(mails(a, b).values()) == {1}
    assert said(hosts.port, "GET", "/findings/findings/releases/0001/release.json") == 200


def test_a_host_with_other_surveys_does_not_start_and_says_beside_whom(hosts: TwoHosts) -> None:
    hosts.a.start()
    until(lambda: said(8000, "GET", "/healthz", hosts.a.network.address) == 200)
    file = min((hosts.b.folder / "surveys").glob("*.yaml"))
    file.write_text(file.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    hosts.b.start()
    for process in hosts.b.processes.values():
        assert process.wait(timeout=120) == 1
    hosts.b.processes.clear()
    assert f"surveys/{file.name}: not the same here as on the host a" in hosts.b.log()
    assert "Traceback" not in hosts.b.log()


def invitations(paths: list[str]) -> list[int]:
    found = (
        Invitation.select(Invitation.id)
        .where(Invitation.wave == Wave.SALE.value)
        .order_by(Invitation.id.desc())
    )
    return [row.id for row in found.limit(len(paths))][::-1]
