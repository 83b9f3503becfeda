"""The demo as a stranger starts it: its own process group, its addresses read from what it prints."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

Opened = TypeVar("Opened", BrowserContext, Page)

LONGEST_SET_UP = 600.0  # on a machine that does much else; what went wrong ends it at once
# Milliseconds for what a page does, which is no test of speed: beside other tests half a minute was too short once.
PATIENCE = 120_000.0
# What keeps Chromium from calling home; without a sandbox it also runs as root, as it does in CI.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # else the headless shell gives letters whole pixels, as no screen does by now
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WHOLE_CHROMIUM = os.environ.get("KLOOF_TEST_CHROMIUM", "/usr/bin/chromium")
_SHELL = os.environ.get("KLOOF_TEST_HEADLESS_SHELL", "/usr/bin/chromium-headless-shell")
# The headless shell draws the same pages for two thirds of the work, but forgets what a page stored with its last tab.
CHROMIUM = _SHELL if Path(_SHELL).exists() else WHOLE_CHROMIUM


@dataclass
class Demo:
    """A running demo: what it printed, and the addresses in it."""

    process: "subprocess.Popen[str]"
    printed: list[str] = field(default_factory=list)

    def address(self, label: str) -> str:
        """The address that stands behind this label."""
        found = re.search(rf"{label}\s+(http\S+)", "".join(self.printed))
        assert found, "".join(self.printed)
        return found[1]

    def end(self, number: signal.Signals) -> list[str]:
        """End it with a signal to the whole group, as a terminal does; gives what is left running of it."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        self.process.communicate(timeout=120)
        listed = ["ps", "-o", "stat,pid,args", "-g", str(self.process.pid)]
        left = subprocess.run(listed, capture_output=True, text=True, check=False)
        # What has ended and was not yet asked about by the first process of the machine (Z) runs no more.
        return [line for line in left.stdout.strip().splitlines()[1:] if not line.startswith("Z")]


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int, seconds: float = 120) -> None:
    """Wait until something listens on this port of this machine."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


_KLOOF = ["-m", "kloof"]
_WITH_FEW_DEALS = """
from kloof.cli import main
from kloof.demo import processes
play = processes.play
processes.play = lambda settings, today, say: play(settings, today, say, 150)
main()
"""


@contextmanager
def running_demo(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None, whole: bool = True
) -> Iterator[Demo]:
    """Start `kloof demo` in `folder`, wait for its addresses, and end it with Ctrl-C, unless it has ended by then.

    Not `whole`: so few deals that three releases still come out of them.
    """
    program = _KLOOF if whole else ["-c", _WITH_FEW_DEALS]
    process = subprocess.Popen(
        [
            sys.executable,
            "-u",
            *program,
            "demo",
            "--port",
            str(free_port()),
            "--folder",
            str(folder),
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
        # As a terminal starts it, also where the tests run under nohup: else a demo rightly outlives a hang-up.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509
    )
    demo = Demo(process)
    try:
        _read_until_open(demo)
        yield demo
    finally:
        demo.end(signal.SIGINT)


def _read_until_open(demo: Demo) -> None:
    assert demo.process.stdout is not None
    deadline = time.monotonic() + LONGEST_SET_UP
    for line in demo.process.stdout:
        demo.printed.append(line)
        if "Ctrl-C" in line:
            return
        assert time.monotonic() < deadline, "".join(demo.printed)
    raise AssertionError(f"the demo ended: {''.join(demo.printed)}")


def chromium(playwright: Playwright, program: str = CHROMIUM) -> Browser:
    """A real, headless Chromium that calls nobody, and whose pages are waited for as long as PATIENCE says."""
    browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
    for name in ("new_context", "new_page"):
        setattr(browser, name, _patient(getattr(browser, name)))
    expect.set_options(timeout=PATIENCE)
    return browser


def _patient(open_one: Callable[..., Opened]) -> Callable[..., Opened]:
    def opened(*taken: Any, **options: Any) -> Opened:
        one = open_one(*taken, **options)
        one.set_default_timeout(PATIENCE)
        return one

    return opened
