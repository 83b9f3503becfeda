"""Web and worker are killed at random while a program puts deals and another one is told of them: nothing is lost.

With `--full` it is 1,000 deals and 1,000 events, with the leases of the product, and its figures go into
build/killed-*.txt; otherwise a part of that, with leases of a second.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from cast.builders import SECRET, person
from cast.hooked import LOOPBACK, hooked
from cast.programs import deal
from instruments.receivers import Got, Receiver, fine
from instruments.running import free_port, wait_for
from kloof import storage
from kloof.actions.access import api_tokens
from kloof.config.sources import load_settings
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.domain.errors import KloofError
from kloof.domain.webhooks.events import EventKind
from kloof.storage.access import people
from kloof.storage.models import Deal, Invitation, Message, WebhookDelivery

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed_server")]

CLIENTS = 4
SELLER = "sanne.de.vries@company.example"
_RUN = """
from datetime import timedelta
from kloof.actions.mailing import dispatch
from kloof.actions.webhooks import sender
from kloof.cli import main
from kloof.web.api import rates
rates.MOST = 10**9
{leases}
main()
"""
_SHORT = "dispatch.TAKEN = sender.LEASE = timedelta(seconds=5)"
_TOML = f"""
[deals]
history_after_days = 3650

[mail]
hours = [0, 24]
weekdays = [1, 2, 3, 4, 5, 6, 7]
holidays = ""

[webhooks]
http = true
allowed_networks = {json.dumps(LOOPBACK["allowed_networks"])}
"""


class Victim:
    """A command of kloof in a process group of its own, that is killed and started again."""

    def __init__(self, folder: Path, database: str, leases: str, *words: str) -> None:
        self._command = [sys.executable, "-c", _RUN.format(leases=leases), *words]
        self._folder = folder
        self._environment = os.environ | {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": database}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Crm:
    """Puts deals until each is acknowledged, with several clients at once; who gets no answer sends the same again."""

    def __init__(self, port: int, secret: str, deals: int) -> None:
        self.acknowledged: set[str] = set()
        self._port, self._secret, self._deals = port, secret, deals
        self._next = count(1)
        self._threads = [threading.Thread(target=self._put_all, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def is_done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _put_all(self) -> None:
        while (number := next(self._next)) <= self._deals:
            name = f"D-{number}"
            body = json.dumps(
                deal(
                    customer_name=f"K {number}",
                    customer_email=f"k{number}@home.example",
                    survey="installation",
                )
            )
            while not self._put(name, body):
                time.sleep(0.05)
            self.acknowledged.add(name)

    def _put(self, name: str, body: str) -> bool:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            line.request("PUT", f"/api/v1/deals/{name}", body, headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        assert answer.status in {200, 201, 503}, said
        return answer.status != 503


def company(folder: Path) -> None:
    (folder / "surveys").mkdir()
    survey = (Path(__file__).parents[2] / "surveys" / "installation.yaml").read_text(encoding="utf-8")
    assert survey.count("first_after_days: 1") == 1
    (folder / "surveys" / "installation.yaml").write_text(
        survey.replace("first_after_days: 1", "first_after_days: 0"), encoding="utf-8"
    )
    (folder / "kloof.toml").write_text(_TOML, encoding="utf-8")


def moody(seed: int) -> Callable[[Got], tuple[int, dict[str, str], bytes]]:
    """Takes most, and refuses one in fifty for now."""
    chance = random.Random(seed)
    return lambda got: (503, {}, b"") if chance.random() < 0.02 else fine(got)


def until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def test_every_acknowledged_deal_is_there_with_one_invitation_and_every_event_came_with_its_id(
    either_database: str,
    tmp_path: Path,
    full: bool,
    pytestconfig: pytest.Config,
) -> None:
    deals, rounds, patience = (1_000, 10, 600.0) if full else (40, 1, 300.0)
    leases = "" if full else _SHORT
    company(tmp_path)
    settings = load_settings(tmp_path, {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": either_database})
    now = datetime.now(UTC)
    people.put(SELLER, "Sanne de Vries", {Role.SALESPERSON}, "North", now)
    owner = people.by_id(person("Noor Desk", Role.DESK))
    assert owner
    until_day = now.date() + timedelta(days=30)
    token = api_tokens.make(settings, "CRM", TokenKind.WRITE, {Scope.DEALS}, owner, until_day, now)
    chance, port, killed = random.Random(7), free_port(), Counter[str]()
    with Receiver(moody(11)) as receiver:
        hooked(settings, receiver, now, events=[EventKind.INVITATION_SENT])
        victims = {
            "web": Victim(tmp_path, either_database, leases, "serve", "--port", str(port)),
            "worker": Victim(tmp_path, either_database, leases, "worker"),
        }
        try:
            wait_for(port)
            crm = Crm(port, token.secret, deals)

            def is_told() -> bool:
                try:
                    storage.ensure_connected()
                except KloofError:  # a checkpoint that was cut off: the next one makes the file whole
                    return False
                waits = WebhookDelivery.select().where(WebhookDelivery.state == "waiting").exists()
                queued = Message.select().where(Message.state == "queued").exists()
                return crm.is_done() and not waits and not queued

            # Each is killed after so much more was done, so that there is something between two deaths.
            for name in _order(chance, rounds):
                put, came = len(crm.acknowledged), len(receiver.got)
                more = chance.randint(deals // (8 * rounds), deals // (4 * rounds))
                if name == "web":
                    until(lambda: crm.is_done() or len(crm.acknowledged) >= put + more, 300)  # noqa: B023
                else:
                    until(lambda: is_told() or len(receiver.got) >= came + more, 300)  # noqa: B023
                victims[name].kill()
                killed[name] += 1
                victims[name].start()
            assert until(is_told, patience), "what was asked for is done in time"
        finally:
            for victim in victims.values():
                victim.kill()
    figures = _check(crm, receiver, killed)
    if full:
        (pytestconfig.rootpath / "build").mkdir(exist_ok=True)
        (pytestconfig.rootpath / "build" / f"killed-{either_database.partition(':')[0]}.txt").write_text(
            figures
        )


def _order(chance: random.Random, rounds: int) -> list[str]:
    """Who is killed when: the worker twice as often, since it works longer."""
    order = ["web", "worker", "worker"] * rounds
    chance.shuffle(order)
    return order


def _check(crm: Crm, receiver: Receiver, killed: Counter[str]) -> str:
    storage.ensure_connected()
    stored = {row.id: row.deal_id for row in Deal.select()}
    assert set(stored.values()) == crm.acknowledged
    invitations = Counter(stored[row.deal_id] for row in Invitation.select())
    assert invitations == Counter(dict.fromkeys(crm.acknowledged, 1))
    rows = {row.event_id: row for row in WebhookDelivery.select()}
    came = Counter(got.headers["webhook-id"] for got in receiver.got)
    assert {row.state for row in rows.values()} == {"delivered"}
    assert set(came) == set(rows), "each came at least once, and none came that nobody wrote down"
    bodies = {(got.headers["webhook-id"], got.body) for got in receiver.got}
    assert len(bodies) == len(rows), "the same at every try"
    told = {json.loads(body)["data"]["deal_id"] for _, body in bodies}
    invited = {stored[row.deal_id] for row in Invitation.select().where(Invitation.state == "invited")}
    assert told == invited
    # A mail that was under way when its worker was killed may have arrived: somebody at the desk looks.
    assert len(crm.acknowledged) - len(invited) <= killed["worker"]
    assert min(killed["web"], killed["worker"]) > 0
    twice = sum(times > 1 for times in came.values())
    return f"{len(stored)} deals, {len(rows)} events, {twice} of them more than once, killed: {dict(killed)}"
