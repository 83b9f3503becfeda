"""The first minute of a stranger: one command, and they are a customer, a seller, a lead, the desk and a reader."""

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

from running import Demo, running_demo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo") / "company") as demo:
        yield demo


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  an address on this machine
        return str(answer.read().decode())


@pytest.mark.parametrize(
    ("label", "shows"),
    [
        ("Be a customer", '<input type="radio"'),
        ("after delivery", '<input type="radio"'),
        ("Be a salesperson", "<form"),
        ("Be a delivery lead", "<form"),
        ("Be the desk", "<form"),
        ("Read the findings", "Warmtehuis"),
        ("See the mail", "Warmtehuis"),
    ],
)
def test_each_address_that_it_prints_opens(demo: Demo, label: str, shows: str) -> None:
    assert shows in fetched(demo.address(label))


def test_progress_is_shown_while_it_works(demo: Demo) -> None:
    steps = [line for line in demo.printed if line[:3] in {"1/4", "2/4", "3/4", "4/4"}]
    assert len(steps) == 4


def test_the_worker_sends_over_smtp_and_the_catcher_shows_the_mail(demo: Demo) -> None:
    deadline = time.monotonic() + 30
    while "you@home.example" not in (inbox := fetched(demo.address("See the mail"))):
        assert time.monotonic() < deadline, inbox
        time.sleep(0.5)


def test_each_mail_that_was_caught_opens(demo: Demo) -> None:
    deadline = time.monotonic() + 30
    inbox = demo.address("See the mail")
    while not (caught := re.findall(r'href="(/mail/[^"]+)"', fetched(inbox))):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    for path in caught:
        assert "Warmtehuis" in fetched(urljoin(inbox, path))


def test_releases_were_published_and_the_site_shows_figures(demo: Demo) -> None:
    printed = "".join(demo.printed)
    assert printed.count("release") >= 3
    assert "S = V" in fetched(demo.address("Read the findings"))


def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    with running_demo(tmp_path / "company") as demo:
        group = demo.process.pid
    left = subprocess.run(
        ["ps", "-o", "pid,args", "-g", str(group)], capture_output=True, text=True, check=False
    )
    assert left.stdout.strip().splitlines()[1:] == []


def test_a_folder_that_holds_something_else_is_never_touched(tmp_path: Path) -> None:
    keep = tmp_path / "accounts.txt"
    keep.write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "kloof", "demo", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert "holds something else than a demo" in done.stderr
    assert keep.read_text() == "mine"
