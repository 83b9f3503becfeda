"""A company with a web and a worker as processes of their own, on a PostgreSQL server that a test does things to."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from cast.builders import SECRET
from instruments.postgresql_cluster import Cluster
from instruments.running import free_port, wait_for
from instruments.serving import running
from kloof import storage

POLICY = '[mail]\nhours = [0, 24]\nweekdays = [1, 2, 3, 4, 5, 6, 7]\nholidays = ""\n'


@dataclass
class ServedCompany:
    """Its web and its worker, and the server that both need."""

    folder: Path
    port: int
    server: Cluster
    environment: dict[str, str]
    worker: "subprocess.Popen[bytes]"

    def asks(self, method: str, path: str, **told: str) -> tuple[int, str]:
        """The status and the page that somebody gets."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        body = urlencode(told) if told else None
        connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        said = answer.status, answer.read().decode()
        connection.close()
        return said

    def until_it_answers(self, method: str, path: str, **told: str) -> int:
        """The first status that is not that of a database that does not answer."""
        deadline = time.monotonic() + 120
        while (status := self.asks(method, path, **told)[0]) == 503:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return status

    def log(self) -> str:
        """What its web said."""
        return (self.folder / "web.log").read_text(encoding="utf-8")

    def types(self, *words: str, stdin: str = "") -> tuple[int, str]:
        """The exit status of a command, and what it said."""
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
        """How many went out."""
        return len(list((self.folder / "mails").rglob("*.eml")))


@contextmanager
def served_company(folder: Path, server: Cluster, url: str) -> Iterator[ServedCompany]:
    """One with an empty, migrated database, which is open for the test too; its programs reach it by `url`."""
    environment = {
        "KLOOF_DATABASE_URL": url,
        "KLOOF_SECRET_KEY": SECRET,
        "KLOOF_BASE_URL": "https://feedback.company.example",
        "KLOOF_MAIL_FROM": "feedback@company.example",
        "KLOOF_SMTP_URL": f"folder:{folder / 'mails'}",
    }
    (folder / "kloof.toml").write_text(POLICY, encoding="utf-8")
    storage.open_database(server.url)
    storage.migrate()
    port = free_port()
    serve = ["-m", "kloof", "serve", "--port", str(port)]
    with (
        (folder / "web.log").open("wb") as log,
        running(folder, serve, log, **environment) as _,
        running(folder, ["-m", "kloof", "worker"], **environment) as worker,
    ):
        wait_for(port)
        yield ServedCompany(folder, port, server, environment, worker)
    storage.close_database()
