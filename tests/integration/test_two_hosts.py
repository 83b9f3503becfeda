"""Two hosts on one database, a balancer before them: one is killed, the database restarts, and fails over to its
replica, while customers answer, mail goes out, deals come in and a release is published.
"""

import email
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cast.builders import deal, survey
from cast.respondents import answered_deals
from instruments.desk_on_hosts import DeskOnHosts
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


def test_what_the_desk_saves_on_one_host_asks_and_mails_on_the_other_within_seconds(hosts: TwoHosts) -> None:
    a, b = hosts.a, hosts.b
    for host in (a, b):
        host.start()
        until(lambda host=host: said(8000, "GET", "/healthz", host.network.address) == 200)
    a.types("people", "add", "--role", "desk", "--email", "noor@company.example", "--name", "Noor")
    link = json.loads(a.types("people", "link", "noor@company.example", "--json"))["link"]
    desk, here, there = (
        DeskOnHosts(a.network.address, link),
        a.network.address,
        b.network.address,
    )
    file = a.folder / "surveys" / "installation.yaml"
    text = file.read_text(encoding="utf-8").replace("en: ", "en: Edited. ", 1) + "# Ask Noor. \n"
    survey, mails = (
        desk.opens(there, f"/desk/{page}") for page in ("surveys/installation.yaml/text", "texts/around")
    )
    stale = desk.opens(there, "/desk/surveys/installation.yaml/text")
    assert desk.sends(here, survey, text=text, do="save") == 303
    assert desk.sends(here, mails, greeting__en="Edited {name}!", do="save") == 303
    assert desk.sends(there, stale, text=text + "# second\n", do="save") == 409
    shown = desk.opens(there, "/desk/surveys/installation.yaml/text").select_one("textarea")
    assert shown
    assert shown.get_text().lstrip("\n") == text

    a.end()
    sold = datetime.now(UTC) - timedelta(days=3)
    (b.folder / "deals.csv").write_text(
        f"{HEADER}\nX-1,Jan,jan@home.example,en,sam@company.example,U,M,P,installation,{sold:%Y-%m-%d}\n",
        encoding="utf-8",
    )
    b.types("people", "add", "--role", "salesperson", "--email", "sam@company.example", "--name", "Sam")
    b.types("deals", "import", "deals.csv")
    until(lambda: bool(mails_of(b)))
    (mail,) = mails_of(b)
    body = mail.get_body(("plain",))
    assert body
    assert "Edited Jan!" in body.get_content()
    assert (b.folder / "surveys" / "installation.yaml").read_text(encoding="utf-8") == text

    # The one that was off when it was edited again has it before it compares, and does not refuse.
    survey = desk.opens(there, "/desk/surveys/installation.yaml/text")
    assert desk.sends(there, survey, text=text + "# later\n", do="save") == 303
    a.start()
    until(lambda: said(8000, "GET", "/healthz", here) == 200)
    assert file.read_text(encoding="utf-8") == text + "# later\n"


def test_every_process_that_runs_with_former_settings_stops_and_says_so_when_others_are_accepted(
    hosts: TwoHosts,
) -> None:
    a, b = hosts.a, hosts.b
    for host in (a, b):
        host.start()
        until(lambda host=host: said(8000, "GET", "/healthz", host.network.address) == 200)
    file = a.folder / "kloof.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("most_per_day = 9", "most_per_day = 8"), encoding="utf-8"
    )
    assert json.loads(a.types("hosts", "accept", "--json")) == {"to_restart": ["a", "b"]}
    for host in (a, b):
        for process in host.processes.values():
            process.wait(timeout=60)
        host.processes.clear()
        assert "mail.most_per_day: other settings were accepted than this host runs with" in host.log()
        assert "Traceback" not in host.log()
    b.start()
    for process in b.processes.values():
        assert process.wait(timeout=60) == 1
    b.processes.clear()
    a.start()
    until(lambda: said(8000, "GET", "/healthz", a.network.address) == 200)
    (b.folder / "kloof.toml").write_bytes(file.read_bytes())
    b.start()
    until(lambda: said(8000, "GET", "/healthz", b.network.address) == 200)


def mails_of(host: Host) -> list[EmailMessage]:
    files = sorted((host.folder / "mails").rglob("*.eml"))
    found = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [one for one in found if isinstance(one, EmailMessage)]


def invitations(paths: list[str]) -> list[int]:
    found = (
        Invitation.select(Invitation.id)
        .where(Invitation.wave == Wave.SALE.value)
        .order_by(Invitation.id.desc())
    )
    return [row.id for row in found.limit(len(paths))][::-1]
