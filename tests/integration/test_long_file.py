"""A long file goes through the desk's own pages, a real server and a real worker, while somebody else writes.

With `--full` it has as many lines as a page takes, and its figures go into build/long-file-*.txt; otherwise a part.
"""

import http.client
import io
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask.sessions import SecureCookieSessionInterface
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cast.builders import SECRET, person, signed_in_as
from instruments.running import free_port, wait_for
from instruments.serving import running
from kloof import storage
from kloof.config import Settings
from kloof.config.sources import load_settings
from kloof.domain.access.people import Role
from kloof.domain.deals.files import REQUIRED
from kloof.domain.deals.uploads import MOST_LINES
from kloof.storage.models import Customer, Deal, Invitation, Person, Upload
from kloof.web import create_app

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed_server")]

ROOT = Path(__file__).parents[2]
SELLERS = 40
BAD_EVERY = 500
"""One line in so many has an address that is none."""
PATIENCE = 900.0


class Page(NamedTuple):
    """What a server answered, and where that stands."""

    status: int
    path: str
    soup: BeautifulSoup

    @property
    def words(self) -> str:
        return " ".join(self.soup.get_text(" ").split())


class Desk:
    """Somebody of the desk in a browser that knows no JavaScript: it follows what a page sends it to."""

    def __init__(self, settings: Settings, port: int) -> None:
        serializer = SecureCookieSessionInterface().get_signing_serializer(create_app(settings))
        assert serializer
        session = serializer.dumps(signed_in_as(person("Noor Desk", Role.DESK), datetime.now(UTC)))
        self._port, self._cookies = port, {"kloof": str(session)}

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def send(self, path: str, file: bytes, name: str) -> Page:
        token = self.get(path).soup.select_one("input[name=csrf_token]")
        assert token
        fields = {"csrf_token": str(token["value"]), "kind": "deals"}
        with closing(FileStorage(io.BytesIO(file), name)) as sent:
            boundary, body = encode_multipart({**fields, "file": sent})
        return self._ask("POST", path, body, f'multipart/form-data; boundary="{boundary}"')

    def press(self, page: Page, button: str) -> Page:
        """The button of the page that begins with these words."""
        pressed = next(
            one for one in page.soup.select("button") if one.get_text(strip=True).startswith(button)
        )
        form = pressed.find_parent("form")
        assert form
        fields = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
        kind = "application/x-www-form-urlencoded"
        return self._ask("POST", str(form["action"]), urlencode(fields).encode(), kind)

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Page:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Accept-Language": "en"} | ({"Content-Type": kind} if kind else {})
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)) as line:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            said = answer.read()
        for kept in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: one.value for name, one in SimpleCookie(kept).items()}
        where = answer.headers["Location"]
        return (
            self._ask("GET", where)
            if where
            else Page(answer.status, path, BeautifulSoup(said, "html.parser"))
        )


class Neighbour:
    """Somebody else who writes a little, twenty times a second, and how long each time took."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.failed: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write_on)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _write_on(self) -> None:
        storage.ensure_connected()
        while not self._over.wait(0.05):
            began = time.monotonic()
            try:
                with storage.transaction():
                    Person.update(last_sign_in_at=datetime.now(UTC)).where(
                        Person.name == "Noor Desk"
                    ).execute()
            except Exception as error:
                self.failed.append(repr(error))
            self.waits.append(time.monotonic() - began)
        storage.close_connection()


class Memory:
    """The most that any process below these held at once, in MiB, looked at now and then."""

    def __init__(self, **programs: "subprocess.Popen[bytes]") -> None:
        self._programs = programs
        self.most = dict.fromkeys(programs, 0.0)

    def look(self) -> None:
        for name, program in self._programs.items():
            listed = ["ps", "-o", "rss=", "-g", str(program.pid)]
            sizes = subprocess.run(listed, capture_output=True, text=True, check=False).stdout.split()
            self.most[name] = max(self.most[name], sum(map(int, sizes)) / 1024)


@contextmanager
def company(folder: Path, database: str) -> Iterator[tuple[Settings, Desk, Memory]]:
    """A web server and a worker of a company with sellers, each a process of its own."""
    (folder / "surveys").mkdir()
    (folder / "kloof.toml").touch()
    shipped = (ROOT / "surveys" / "product.yaml").read_text(encoding="utf-8")
    (folder / "surveys" / "product.yaml").write_text(shipped, encoding="utf-8")
    settings = load_settings(folder, {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": database})
    for number in range(SELLERS):
        person(f"Seller {number}")
    port = free_port()
    where = {"KLOOF_DATABASE_URL": database}
    with (
        running(folder, ["-m", "kloof", "serve", "--port", str(port)], **where) as web,
        running(folder, ["-m", "kloof", "worker"], **where) as worker,
    ):
        wait_for(port)
        yield settings, Desk(settings, port), Memory(web=web, worker=worker)


def file_of(lines: int, today: datetime) -> bytes:
    """A CSV file of so many sales of the last weeks, some with an address that is none."""
    rows = [",".join(REQUIRED)]
    for number in range(lines):
        email = "no address" if number % BAD_EVERY == 7 else f"k{number}@home{number % 90}.example"
        sold = (today - timedelta(days=number % 40)).date()
        seller = f"seller.{number % SELLERS}@company.example"
        rows.append(f"L-{number},Klant {number},{email},nl,{seller},North,East,Heat pump,product,{sold}")
    return "\n".join(rows).encode()


def followed(desk: Desk, page: Page, memory: Memory, seen: list[tuple[int, int]]) -> Page:
    """Look at a page with work on it until that is over; notes how far it said to be."""
    deadline = time.monotonic() + PATIENCE
    while page.soup.select_one("[data-open]"):
        assert time.monotonic() < deadline, page.words
        if bar := page.soup.select_one("progress[value]"):
            seen.append((int(str(bar["value"])), int(str(bar["max"]))))
        memory.look()
        time.sleep(0.3)
        page = desk.get(page.path)
    return page


def figure(page: Page, name: str) -> int:
    """The figure that stands below this name."""
    terms = {one.get_text(strip=True): one.find_next("dd") for one in page.soup.select("dl.facts dt")}
    value = terms.get(name)
    assert value, page.words
    return int(re.sub(r"\D", "", value.get_text()))


def test_a_long_file_is_checked_as_a_table_then_loaded_with_its_progress_and_keeps_nobody_from_writing(
    either_database: str, tmp_path: Path, full: bool, pytestconfig: pytest.Config
) -> None:
    lines = MOST_LINES if full else 1_500
    bad = len(range(7, lines, BAD_EVERY))
    took, seen = {}, {"check": list[tuple[int, int]](), "load": list[tuple[int, int]]()}
    with company(tmp_path, either_database) as (_, desk, memory), Neighbour() as neighbour:
        began = time.monotonic()
        page = desk.send("/desk/files", file_of(lines, datetime.now(UTC)), "crm.csv")
        took["send"] = time.monotonic() - began
        assert "The file is checked" in page.words, "by the worker, since nobody can wait for it"
        checked = followed(desk, page, memory, seen["check"])
        took["check"] = time.monotonic() - began - took["send"]
        assert Deal.select().count() == 0, "nothing is loaded by looking"
        assert (figure(checked, "New"), figure(checked, "To correct")) == (lines - bad, bad)
        assert checked.soup.select_one(".mend__bad input[value='no address']"), "the bad cell can be mended"

        began = time.monotonic()
        loaded = followed(desk, desk.press(checked, "Load "), memory, seen["load"])
        took["load"] = time.monotonic() - began
        assert (figure(loaded, "New"), figure(loaded, "Refused")) == (lines - bad, bad)
    assert Deal.select().count() == Customer.select().count() == Invitation.select().count() == lines - bad
    assert Upload.get().state == "loaded"
    assert neighbour.failed == []
    assert len(neighbour.waits) > 10
    for far in seen.values():
        assert [done for done, _ in far] == sorted(done for done, _ in far)
        assert {total for _, total in far} <= {lines}
    if full:
        assert len({done for done, _ in seen["load"]}) > 5, "the bar moves"
        _write(pytestconfig, either_database, took, memory, neighbour)


def _write(
    config: pytest.Config, database: str, took: Mapping[str, float], memory: Memory, neighbour: Neighbour
) -> None:
    waits = sorted(neighbour.waits)
    said = [
        f"{MOST_LINES:,} lines: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items()),
        "memory: " + ", ".join(f"{name} {size:.0f} MiB" for name, size in memory.most.items()),
        f"another's write: {len(waits)}, half within {1000 * waits[len(waits) // 2]:.0f} ms, the longest "
        f"{1000 * waits[-1]:.0f} ms",
    ]
    (config.rootpath / "build").mkdir(exist_ok=True)
    (config.rootpath / "build" / f"long-file-{database.partition(':')[0]}.txt").write_text(
        "\n".join(said) + "\n"
    )
