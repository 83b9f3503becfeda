"""A company's year in fast motion on real parts, with kills: is anything lost or doubled, and does a process grow?

`kloof serve` and `kloof worker` run by a clock that makes a year of these minutes (`fast_year`). A program puts
deals and says when they were delivered; customers open the mail that reached a real mail server, and answer the survey
behind its link; every fast month there is a freeze and a release. Before the half of it web and worker are killed and
the database goes away for a moment, again and again; the second half is calm, and memory and open files are watched.

At the end: every deal that was acknowledged is there, every answer that was acknowledged is there as it was given,
no mail came twice but where a worker was killed over it, `kloof audit` finds nothing, and in the second half no process
grew by more than a tenth.

    python bench/soak.py                  # five minutes on SQLite
    python bench/soak.py --postgresql     # the same there
    python bench/soak.py --full           # an hour on each
"""

import argparse
import json
import os
import platform
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Empty, Queue
from statistics import median
from typing import Any
from urllib.parse import urlencode

from aiosmtpd.smtp import SMTP, Envelope, Session

import fast_year
from kloof.mail.catcher import OnAnyPort, Pipelining
from scratch import postgresql

SECRET = "only for this benchmark, worth nothing"
YEAR = timedelta(days=365)
SELLERS, CUSTOMERS_AT_ONCE = 12, 4
DEALS_A_SECOND = 7
SHARE_ANSWERING = 0.85
MONTHS = 12
SECONDS_BETWEEN_KILLS = 7.0
SHARE_WITH_KILLS = 0.4
MOST_GROWTH = 1.10
_LINK = re.compile(r"/s/([A-Za-z0-9_-]{20,})")
_AFTER = "Denk aan wat u hebt gekregen"
_TOML = """
[mail]
hours = [0, 24]
weekdays = [1, 2, 3, 4, 5, 6, 7]
holidays = ""
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--full", action="store_true", help="an hour on each database")
    arguments.add_argument("--postgresql", action="store_true", help="there, and not on SQLite")
    arguments.add_argument("--minutes", type=float, help="how long the year takes")
    given = arguments.parse_args()
    minutes = given.minutes or (60 if given.full else 5)
    result: dict[str, Any] = {"minutes": minutes}
    if given.full or not given.postgresql:
        with tempfile.TemporaryDirectory() as folder:
            result["sqlite"] = Soak(Path(folder), f"sqlite:///{folder}/kloof.db", minutes).run()
    if given.full or given.postgresql:
        with postgresql() as address, tempfile.TemporaryDirectory() as folder:
            if address:
                result["postgresql"] = Soak(Path(folder), address, minutes).run()
    result["machine"] = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(json.dumps(result))


@dataclass
class Program:
    """A kloof command in a process group of its own, with what its processes were seen to use."""

    words: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    seen: dict[int, list[tuple[float, int, int]]] = field(default_factory=dict)

    def start(self) -> None:
        command = [sys.executable, fast_year.__file__, *self.words]
        with (self.folder / f"{self.words[0]}.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, start_new_session=True, stdout=log, stderr=log
            )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As an administrator does; what does not end in time is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def look(self) -> None:
        """Note the resident pages and the open files of each process of the group that stays (not a job's)."""
        for pid in [self.process.pid, *_children(self.process.pid)]:
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes()
                pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
                files = len(os.listdir(f"/proc/{pid}/fd"))
            except (OSError, IndexError):
                continue
            if b"multiprocessing" not in line:
                self.seen.setdefault(pid, []).append((time.monotonic(), pages, files))

    def growth(self, since: float) -> tuple[float, float]:
        """By how much memory and open files grew from the first to the last fifth of what was seen since then, in the
        process where that is most; both may be 1.0.
        """
        worst = [1.0, 1.0]
        for looks in self.seen.values():
            calm = [look[1:] for look in looks if look[0] >= since]
            if len(calm) < 10:
                continue
            fifth = max(1, len(calm) // 5)
            for at in range(2):
                first, last = (median(look[at] for look in some) for some in (calm[:fifth], calm[-fifth:]))
                worst[at] = max(worst[at], last / first)
        return worst[0], worst[1]


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in tasks.split()]


class MailServer(Pipelining):
    """Takes every mail, counts it by its number, and puts the link to a survey into a queue."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.links: Queue[str] = Queue()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd calls it so
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.came[str(mail["Message-ID"])] += 1
        body = mail.get_body(("plain",))
        found = _LINK.search(body.get_content() if body else "")
        if found:
            self.links.put(found[1])
        return "250 Kept"


class Soak:
    """One company, one database, one year. `run` plays it and gives the figures; raises AssertionError where something
    was lost, doubled or grew.
    """

    def __init__(self, folder: Path, url: str, minutes: float) -> None:
        self.folder, self.url = folder, url
        self.seconds = minutes * 60
        self.port = _free_port()
        self.mail = MailServer()
        self.chance = random.Random(5)
        self.acknowledged: set[str] = set()
        self.answered: dict[str, dict[str, int]] = {}
        self.trouble: list[Exception] = []
        self.closed: set[str] = set()
        self.said: Counter[str] = Counter()
        self.killed: Counter[str] = Counter()
        self.over = threading.Event()
        self.began = time.time()

    def run(self) -> dict[str, Any]:
        smtp = OnAnyPort(self.mail, hostname="127.0.0.1", port=0)
        smtp.start()
        try:
            return self._year(f"smtp://127.0.0.1:{smtp.port}")
        finally:
            smtp.stop()

    def _year(self, smtp: str) -> dict[str, Any]:
        self.pace = YEAR.total_seconds() / self.seconds
        self.environment = os.environ | {
            "KLOOF_SECRET_KEY": SECRET,
            "KLOOF_DATABASE_URL": self.url,
            "KLOOF_SMTP_URL": smtp,
            "KLOOF_MAIL_FROM": "kloof@company.example",
            "KLOOF_BASE_URL": f"http://127.0.0.1:{self.port}",
        }
        self._found()
        self.began = time.time()
        self.environment |= {"SOAK_STARTED": repr(self.began), "SOAK_PACE": repr(self.pace)}
        fast_year.STARTED, fast_year.PACE = self.began, self.pace
        web = self._program("serve", "--port", str(self.port))
        worker = self._program("worker")
        people = [threading.Thread(target=one, daemon=True) for one in (self._crm, self._desk)]
        people += [
            threading.Thread(target=self._customer, args=(n,), daemon=True) for n in range(CUSTOMERS_AT_ONCE)
        ]
        for program in (web, worker):
            program.start()
        try:
            _wait_for(self.port)
            for thread in people:
                thread.start()
            half = self._play(web, worker)
        finally:
            self.over.set()
            for thread in people:
                if thread.is_alive():
                    thread.join(60)
            for program in (worker, web):
                program.stop()
        return self._checked(web, worker, half)

    def _program(self, *words: str) -> Program:
        return Program(words, self.folder, self.environment)

    def _found(self) -> None:
        """A company with its people and a token for its CRM."""
        from kloof import storage
        from kloof.actions.access import api_tokens, secret_key
        from kloof.config.sources import load_settings
        from kloof.domain.access.api_tokens import Scope, TokenKind
        from kloof.domain.access.people import Role
        from kloof.storage.access import people

        (self.folder / "kloof.toml").write_text(_TOML, encoding="utf-8")
        surveys = self.folder / "surveys"
        surveys.mkdir()
        ours = Path(__file__).parents[1] / "surveys" / "installation.yaml"
        (surveys / ours.name).write_bytes(ours.read_bytes())
        storage.open_database(self.url)
        storage.migrate()
        settings, now = load_settings(self.folder, self.environment), fast_year.FIRST_DAY
        secret_key.tie(settings, now)
        for number in range(SELLERS):
            people.put(
                f"s{number}@company.example", f"Seller {number}", {Role.SALESPERSON}, f"T{number % 3}", now
            )
        people.put("desk@company.example", "Desk", {Role.DESK}, "", now)
        owner = people.by_email("desk@company.example")
        assert owner
        last_day = (now + 2 * YEAR).date()
        self.token = api_tokens.make(
            settings, "CRM", TokenKind.WRITE, {Scope.DEALS}, owner, last_day, now
        ).secret
        storage.close_database()

    def _play(self, web: Program, worker: Program) -> float:
        """The year; gives when its calm half began."""
        half, next_kill, calm_since = self.seconds / 2, SECONDS_BETWEEN_KILLS, time.monotonic()
        while (passed := time.time() - self.began) < self.seconds:
            if passed < half:
                calm_since = time.monotonic()
            # What was just started grows until it has done everything once, so the last kill comes before the half.
            if next_kill <= passed < SHARE_WITH_KILLS * self.seconds:
                next_kill = passed + SECONDS_BETWEEN_KILLS
                self._hurt(web, worker)
            for program in (web, worker):
                program.look()
            time.sleep(0.5)
        return calm_since

    def _hurt(self, web: Program, worker: Program) -> None:
        which = self.chance.choice(("web", "worker", "worker", "database"))
        self.killed[which] += 1
        if which == "database":
            with _away(self.url):
                time.sleep(2)
            return
        program = web if which == "web" else worker
        program.kill()
        program.start()

    def _desk(self) -> None:
        """Closes blocks and publishes once a month."""
        try:
            for month in range(1, MONTHS + 1):
                if self.over.wait(max(0.0, self.began + month * self.seconds / (MONTHS + 1) - time.time())):
                    return
                self._once("freeze")
                self._once("publish")
        except AssertionError as error:
            self.trouble.append(error)

    def _once(self, *words: str, tries: int = 20) -> None:
        """A command of the desk; one that the database failed is given again, as cron does."""
        for _ in range(tries):
            done = subprocess.run(
                [sys.executable, fast_year.__file__, *words],
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if not done.returncode:
                return
            time.sleep(0.5)
        raise AssertionError(f"kloof {' '.join(words)} said: {done.stderr[-2000:]}")

    def _crm(self) -> None:
        """Sells all year, and delivers a month later; stops selling in time for the last to be delivered."""
        sold: list[tuple[float, str]] = []
        number = 0
        while not self.over.wait(1.0):
            passed = time.time() - self.began
            if passed < self.seconds * 0.85:
                some = range(number, number + DEALS_A_SECOND)
                number = some.stop
                self._until_acknowledged("PUT", "/deals", {"deals": [self._deal(one) for one in some]})
                self.acknowledged |= {f"D-{one}" for one in some}
                sold += [(passed, f"D-{one}") for one in some]
            due = [name for at, name in sold if passed - at > self.seconds / 12]
            sold = [one for one in sold if one[1] not in set(due)]
            for name in due:
                day = fast_year.now().date().isoformat()
                self._until_acknowledged("POST", f"/deals/{name}/delivery", {"delivered_on": day})

    def _deal(self, number: int) -> dict[str, str]:
        return {
            "deal_id": f"D-{number}",
            "customer_name": f"Customer {number}",
            "customer_email": f"c{number}@home.example",
            "language": "nl",
            "salesperson_email": f"s{number % SELLERS}@company.example",
            "team": f"T{number % 3}",
            "region": "East",
            "product": "Heat pump",
            "survey": "installation",
            "sold_on": fast_year.now().date().isoformat(),
        }

    def _until_acknowledged(self, method: str, path: str, body: Any) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        while not self.over.is_set():
            status, said = self._request(method, f"/api/v1{path}", json.dumps(body), headers)
            if status == 200:
                return
            assert status in {0, 500, 503}, said
            time.sleep(0.1)

    def _request(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body; status 0 where no answer came."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            self.said[f"{method} {answer.status}"] += 1
            return answer.status, answer.read()
        except (OSError, HTTPException) as error:
            self.said[f"{method} {type(error).__name__}"] += 1
            time.sleep(0.1)
            return 0, repr(error).encode()
        finally:
            line.close()

    def _customer(self, number: int) -> None:
        """Opens mails, and answers most of the surveys behind them, until they are acknowledged."""
        from kloof.actions.surveys.files import load_surveys
        from kloof.domain.surveys.definition import Wave

        survey = load_surveys(self.folder / "surveys")["installation"]
        chance = random.Random(number)
        while not self.over.is_set():
            try:
                token = self.mail.links.get(timeout=0.5)
            except Empty:
                continue
            if token in self.answered or chance.random() > SHARE_ANSWERING:
                continue
            page = self._opened(token)
            wave = Wave.DELIVERY if _AFTER in page else Wave.SALE
            marks = {item: chance.randint(2, 10) for item in survey.items(wave)}
            if self._is_acknowledged(token, marks):
                self.answered[token] = marks

    def _opened(self, token: str) -> str:
        status, page = 0, b""
        while status != 200 and not self.over.is_set():
            status, page = self._request("GET", f"/s/{token}?page=1", "", {})
            if status in {404, 410}:
                break
        return page.decode()

    def _is_acknowledged(self, token: str, marks: dict[str, int]) -> bool:
        """Send the answers in until the server says that it has them; False where the survey closed before."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = urlencode(marks | {"consent": "totals", "action": "submit"})
        while not self.over.is_set():
            status, said = self._request("POST", f"/s/{token}", sent, kind)
            if status == 303:
                return True
            if status in {404, 410}:
                self.closed.add(token)
                return False
            if status not in {0, 500, 503}:
                self.trouble.append(AssertionError(f"an answer was refused with {status}: {said[:300]!r}"))
                return False
        return False

    def _checked(self, web: Program, worker: Program, half: float) -> dict[str, Any]:
        from kloof import storage
        from kloof.storage.models import Block, Deal, Invitation, Release

        if self.trouble:
            raise self.trouble[0]
        came = f"{len(self.acknowledged)} deals, {len(self.mail.came)} mails, {len(self.answered)} answers, {self.said}"
        assert any((self.folder / "site").glob("findings/releases/0*")), (
            f"so short a year brings no release: {came}"
        )
        self._once("audit", tries=1)
        storage.open_database(self.url)
        storage.ensure_connected()
        try:
            assert {row.deal_id for row in Deal.select()} >= self.acknowledged, (
                "an acknowledged deal is not there"
            )
            lost = self._lost()
            assert not lost, f"{len(lost)} acknowledged answers are not there as they were given"
            twice = {mail: times for mail, times in self.mail.came.items() if times > 1}
            assert not twice, f"mails that came more than once: {twice}"
            waves = Counter((row.deal_id, row.wave) for row in Invitation.select())
            assert max(waves.values()) == 1
            figures = {
                "deals": len(self.acknowledged),
                "answers": len(self.answered),
                "mails": sum(self.mail.came.values()),
                "blocks": Block.select().count(),
                "releases": Release.select().count(),
            }
        finally:
            storage.close_database()
        growth = {name: one.growth(half) for name, one in (("web", web), ("worker", worker))}
        for name, (memory, files) in growth.items():
            assert memory <= MOST_GROWTH, f"{name} grew to {memory:.2f} times its memory"
            assert files <= MOST_GROWTH, f"{name} has {files:.2f} times as many files open"
        return figures | {"killed": dict(self.killed), "growth": growth, "links_closed": len(self.closed)}

    def _lost(self) -> list[str]:
        """The tokens behind which other answers are kept than were acknowledged, or none."""
        from kloof.actions.surveys.files import load_surveys
        from kloof.domain.access.tokens import fingerprint
        from kloof.domain.surveys.answers import pack
        from kloof.domain.surveys.definition import Wave
        from kloof.storage.models import Invitation, Response

        survey = load_surveys(self.folder / "surveys")["installation"]
        invited = {row.link_fingerprint: row for row in Invitation.select()}
        submitted = Response.select().where(Response.submitted_at.is_null(False))
        kept = {row.invitation.id: bytes(row.answers) for row in submitted}
        lost = []
        for token, marks in self.answered.items():
            invitation = invited.get(fingerprint(token))
            if not invitation or kept.get(invitation.id) != pack(survey, Wave(invitation.wave), marks):
                lost.append(token)
        return lost


@contextmanager
def _away(url: str) -> Iterator[None]:
    """Meanwhile nobody can work with this database: PostgreSQL cuts every connection and takes no new ones, SQLite is
    held by somebody else.
    """
    if not url.startswith("postgresql"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()
        return
    import psycopg

    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


if __name__ == "__main__":
    main()
