"""A company's year in fast motion on real parts, with kills: is anything lost or doubled, and does a process grow?

`kloof serve` and `kloof worker` run by a clock that makes a year of these minutes (`fast_year`). A program puts
deals and says when they were delivered; customers open the mail that reached a real mail server, and answer the survey
behind its link; every fast month there is a freeze and a release. Before the half of it web and worker are killed and
the database goes away for a moment, again and again; the second half is calm, and memory and open files are watched.

At the end: every deal that was acknowledged is there, every answer that was acknowledged is there as it was given,
no mail came twice, `kloof audit` finds nothing, and in the second half no process grew by more than a tenth, once it
had been there for 45 seconds: what was just started grows until it has done everything once.

    python bench/soak.py                  # five minutes on SQLite
    python bench/soak.py --postgresql     # the same there
    python bench/soak.py --full           # an hour on each
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import fast_year
from kloof.mail.catcher import OnAnyPort
from scratch import postgresql
from soak_checks import checked
from soak_players import CUSTOMERS_AT_ONCE, SELLERS, Crm, Customer, Year
from soak_programs import Program, away, free_port, wait_for

SECRET = "only for this benchmark, worth nothing"
YEAR = timedelta(days=365)
MONTHS = 12
SECONDS_BETWEEN_KILLS = 7.0
SHARE_WITH_KILLS = 0.4
MOST_GROWTH = 1.10
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


class Soak:
    """One company, one database, one year. `run` plays it and gives the figures; raises AssertionError where something
    was lost, doubled or grew.
    """

    def __init__(self, folder: Path, url: str, minutes: float) -> None:
        self.url, self.seconds = url, minutes * 60
        self.year = Year(folder, self.seconds, free_port())
        self.chance = random.Random(5)
        self.killed: Counter[str] = Counter()

    def run(self) -> dict[str, Any]:
        smtp = OnAnyPort(self.year.mail, hostname="127.0.0.1", port=0)
        smtp.start()
        try:
            return self._year(f"smtp://127.0.0.1:{smtp.port}")
        finally:
            smtp.stop()

    def _year(self, smtp: str) -> dict[str, Any]:
        year, pace = self.year, YEAR.total_seconds() / self.seconds
        self.environment = os.environ | {
            "KLOOF_SECRET_KEY": SECRET,
            "KLOOF_DATABASE_URL": self.url,
            "KLOOF_SMTP_URL": smtp,
            "KLOOF_MAIL_FROM": "kloof@company.example",
            "KLOOF_BASE_URL": f"http://127.0.0.1:{year.port}",
        }
        self._found()
        year.began = time.time()
        self.environment |= {"SOAK_STARTED": repr(year.began), "SOAK_PACE": repr(pace)}
        fast_year.STARTED, fast_year.PACE = year.began, pace
        web, worker = self._program("serve", "--port", str(year.port)), self._program("worker")
        does: list[Callable[[], None]] = [
            Crm(year),
            self._desk,
            *(Customer(year, number) for number in range(CUSTOMERS_AT_ONCE)),
        ]
        people = [threading.Thread(target=one, daemon=True) for one in does]
        for program in (web, worker):
            program.start()
        try:
            wait_for(year.port)
            for thread in people:
                thread.start()
            calm_since = self._play(web, worker)
        finally:
            year.over.set()
            for thread in people:
                if thread.is_alive():
                    thread.join(60)
            for program in (worker, web):
                program.stop()
        self._once("audit", tries=1)
        figures = checked(year, self.url)
        growth = {name: one.growth(calm_since) for name, one in (("web", web), ("worker", worker))}
        return figures | {"killed": dict(self.killed), "growth": judged(growth)}

    def _program(self, *words: str) -> Program:
        return Program(words, self.year.folder, self.environment)

    def _found(self) -> None:
        """A company with its people and a token for its CRM."""
        from kloof import storage
        from kloof.actions.access import api_tokens, secret_key
        from kloof.config.sources import load_settings
        from kloof.domain.access.api_tokens import Scope, TokenKind
        from kloof.domain.access.people import Role
        from kloof.storage.access import people

        year = self.year
        (year.folder / "kloof.toml").write_text(_TOML, encoding="utf-8")
        surveys = year.folder / "surveys"
        surveys.mkdir()
        ours = Path(__file__).parents[1] / "surveys" / "installation.yaml"
        (surveys / ours.name).write_bytes(ours.read_bytes())
        storage.open_database(self.url)
        storage.migrate()
        settings, now = load_settings(year.folder, self.environment), fast_year.FIRST_DAY
        secret_key.tie(settings, now)
        for number in range(SELLERS):
            people.put(
                f"s{number}@company.example", f"Seller {number}", {Role.SALESPERSON}, f"T{number % 3}", now
            )
        people.put("desk@company.example", "Desk", {Role.DESK}, "", now)
        owner = people.by_email("desk@company.example")
        assert owner
        last_day = (now + 2 * YEAR).date()
        year.token = api_tokens.make(
            settings, "CRM", TokenKind.WRITE, {Scope.DEALS}, owner, last_day, now
        ).secret
        storage.close_database()

    def _play(self, web: Program, worker: Program) -> float:
        """The year; gives when its calm half began."""
        half, next_kill, calm_since = self.seconds / 2, SECONDS_BETWEEN_KILLS, time.monotonic()
        while (passed := time.time() - self.year.began) < self.seconds:
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
            with away(self.url):
                time.sleep(2)
            return
        program = web if which == "web" else worker
        program.kill()
        program.start()

    def _desk(self) -> None:
        """Closes blocks and publishes once a month."""
        try:
            for month in range(1, MONTHS + 1):
                if self.year.over.wait(
                    max(0.0, self.year.began + month * self.seconds / (MONTHS + 1) - time.time())
                ):
                    return
                self._once("freeze")
                self._once("publish")
        except AssertionError as error:
            self.year.trouble.append(error)

    def _once(self, *words: str, tries: int = 20) -> None:
        """A command of the desk; one that the database failed is given again, as cron does."""
        for _ in range(tries):
            done = subprocess.run(
                [sys.executable, fast_year.__file__, *words],
                cwd=self.year.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if not done.returncode:
                return
            time.sleep(0.5)
        raise AssertionError(f"kloof {' '.join(words)} said: {done.stderr[-2000:]}")


def judged(growth: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The same; raises AssertionError where a program grew by more than a tenth."""
    for name, one in growth.items():
        assert one["memory"] <= MOST_GROWTH, f"{name} grew to {one['memory']:.2f} times its memory"
        assert one["files"] <= MOST_GROWTH, f"{name} has {one['files']:.2f} times as many files open"
    return growth


if __name__ == "__main__":
    main()
