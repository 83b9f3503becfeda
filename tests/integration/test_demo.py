"""The first minute of a stranger: one command, and they are a customer, a seller, a lead, the desk and a reader."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from instruments.running import Demo, running_demo
from kloof.config import DEMO_KEY

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

DOORS = [
    ("Be a customer", '<input type="radio"'),
    ("after delivery", '<input type="radio"'),
    ("Be a salesperson", "<form"),
    ("Be a delivery lead", "<form"),
    ("Be the desk", "<form"),
    ("Read the findings", "Warmtehuis"),
    ("See the mail", "you@home.example"),
]
"""What the address behind each label shows, at once."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, full: bool) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo") / "company", whole=full) as demo:
        yield demo
        assert demo.end(signal.SIGHUP) == [], "whoever closes the terminal leaves something running"


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  an address on this machine
        return str(answer.read().decode())


@pytest.mark.parametrize(("label", "shows"), DOORS)
def test_each_address_that_it_prints_opens(demo: Demo, label: str, shows: str) -> None:
    assert shows in fetched(demo.address(label))


def test_progress_is_shown_while_it_works(demo: Demo) -> None:
    steps = [line for line in demo.printed if line[:3] in {"1/4", "2/4", "3/4", "4/4"}]
    assert len(steps) == 4


def test_the_worker_sends_over_smtp_and_the_catcher_shows_the_mail(demo: Demo) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    ask = urljoin(demo.address("Be a customer"), "/sign-in")
    form = browser.open(ask, timeout=60).read().decode()
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', form)
    assert found, form
    filled_in = urllib.parse.urlencode({"csrf_token": found[1], "email": "desk@warmtehuis.example"})
    browser.open(ask, filled_in.encode(), timeout=60)
    deadline = time.monotonic() + 120
    while "desk@warmtehuis.example" not in (inbox := fetched(demo.address("See the mail"))):
        assert time.monotonic() < deadline, inbox
        time.sleep(0.5)


def test_each_mail_that_was_caught_opens(demo: Demo) -> None:
    inbox = demo.address("See the mail")
    caught = re.findall(r'href="(/mail/[^"]+)"', fetched(inbox))
    assert caught
    for path in caught:
        assert "Warmtehuis" in fetched(urljoin(inbox, path))


def test_releases_were_published_and_the_site_shows_figures(demo: Demo) -> None:
    printed = "".join(demo.printed)
    assert printed.count("release") >= 3
    assert "S = V" in fetched(demo.address("Read the findings"))


# Once more, as who has a kloof of their own in the same shell, and on a day that is long gone.


@dataclass(frozen=True)
class Once:
    """What a demo of another day showed while it ran, and what was left of it after Ctrl-C."""

    shown: dict[str, str]
    second: "subprocess.CompletedProcess[str]"
    left: list[str]
    port_is_free: bool
    folder: Path
    of_the_company: Path


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    folder = tmp_path_factory.mktemp("another") / "company"
    database = tmp_path_factory.mktemp("real") / "kloof.db"
    of_the_company = {
        "KLOOF_DATABASE_URL": f"sqlite:///{database}",
        "KLOOF_SECRET_KEY": "the key of a real company, that no demo may take",
        "KLOOF_BASE_URL": "https://feedback.company.example",
        "KLOOF_PROXIES": "1",
    }
    with running_demo(folder, "--today", "2024-02-29", environment=of_the_company, whole=False) as demo:
        shown = {label: fetched(demo.address(label)) for label, _ in DOORS}
        second = tried("--folder", str(folder))
        left = demo.end(signal.SIGINT)
    port = urlsplit(demo.address("See the mail")).port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port_is_free = probe.bind(("127.0.0.1", port)) is None
    return Once(shown, second, left, port_is_free, folder, database)


def tried(*options: str) -> "subprocess.CompletedProcess[str]":
    """A demo that is refused."""
    command = [sys.executable, "-m", "kloof", "demo", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(("label", "shows"), DOORS)
def test_each_address_opens_on_another_day_too(once: Once, label: str, shows: str) -> None:
    assert shows in once.shown[label]


def test_the_pages_tell_the_day_that_was_asked_for(once: Once) -> None:
    assert "28 februari 2024" in once.shown["Read the findings"]


def test_ctrl_c_leaves_nothing_running(once: Once) -> None:
    assert once.left == []
    assert once.port_is_free


def test_a_demo_takes_no_setting_of_a_company_from_the_shell(once: Once) -> None:
    assert not once.of_the_company.exists()
    assert (once.folder / "instance" / "secret_key").read_text() == DEMO_KEY


def test_a_second_demo_in_the_same_folder_is_refused(once: Once) -> None:
    assert once.second.returncode == 1
    assert once.second.stderr.startswith(f"A demo is running in {once.folder}.")


def test_a_folder_that_holds_something_else_is_never_touched(tmp_path: Path) -> None:
    keep = tmp_path / "accounts.txt"
    keep.write_text("mine")
    done = tried("--folder", str(tmp_path))
    assert done.returncode == 1
    assert "holds something else than a demo" in done.stderr
    assert keep.read_text() == "mine"
