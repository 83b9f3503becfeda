"""The demo as a stranger starts it: its own process group, its addresses read from what it prints."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Playwright

LONGEST_SET_UP = 120.0
# What keeps Chromium from calling home; without a sandbox it also runs as root, as it does in CI.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = os.environ.get("KLOOF_TEST_CHROMIUM", "/usr/bin/chromium")


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


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Wait until something listens on this port of this machine."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Start `kloof demo` in `folder`, wait for its addresses, and end it with Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "kloof", "demo", "--port", str(free_port()), "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    demo = Demo(process)
    try:
        _read_until_open(demo)
        yield demo
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)


def _read_until_open(demo: Demo) -> None:
    assert demo.process.stdout is not None
    deadline = time.monotonic() + LONGEST_SET_UP
    for line in demo.process.stdout:
        demo.printed.append(line)
        if "Ctrl-C" in line:
            return
        assert time.monotonic() < deadline, "".join(demo.printed)
    raise AssertionError(f"the demo ended: {''.join(demo.printed)}")


def chromium(playwright: Playwright) -> Browser:
    """A real, headless Chromium that calls nobody."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
