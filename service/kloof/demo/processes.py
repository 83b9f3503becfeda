"""The demo as processes: this one catches the mail, one serves, one works; they end together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from kloof import storage
from kloof.actions.clock import wall_clock
from kloof.actions.init import init
from kloof.actions.releases.site import build
from kloof.config import load_settings
from kloof.demo.company import Doors, play
from kloof.demo.story import COMPANY
from kloof.domain.errors import Reason, Refused
from kloof.mail.catcher import Catcher

MARK = ".kloof-demo"
LONGEST_STOP = 15.0  # longer than the server gives its own workers
LONGEST_START = 30.0


def run(folder: Path, port: int) -> None:
    """Make the demo company in `folder` anew and serve it until Ctrl-C. Raises Refused for a port or folder in use."""
    _refuse_port_in_use(port)
    started = time.monotonic()
    _clear(folder)
    with Catcher(folder / "mail") as catcher:
        environment = _environment(port, catcher.url)
        doors = _set_up(folder, environment)
        with _children(folder, port, environment) as children:
            _wait_until_ready(port, children)
            told = _note_signals()
            click.echo(_welcome(doors, port, time.monotonic() - started))
            _wait(children, told)


def _environment(port: int, smtp_url: str) -> dict[str, str]:
    return {
        "KLOOF_BASE_URL": f"http://localhost:{port}",
        "KLOOF_SMTP_URL": smtp_url,
        "KLOOF_MAIL_FROM": "feedback@warmtehuis.example",
        "KLOOF_RUN": "demo",
    }


def _clear(folder: Path) -> None:
    """Throw the demo of before away; a folder that is not a demo's is never touched."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise Refused(
                Reason.FOLDER_UNFIT,
                f"{folder} holds something else than a demo.",
                remedy="Give another one: --folder DIR",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def _set_up(folder: Path, environment: Mapping[str, str]) -> Doors:
    click.echo("1/4 A company folder, as kloof init makes it")
    init(folder, COMPANY)
    _write_policy(folder)
    settings = load_settings(folder, environment)
    click.echo("2/4 The database")
    storage.open_database(settings.database_url)
    storage.migrate()
    click.echo("3/4 Fifteen months of deals, mails and answers, played through the real actions")
    doors = play(settings, wall_clock(), click.echo)
    storage.close_database()
    click.echo("4/4 The findings site")
    build(settings)
    return doors


def _write_policy(folder: Path) -> None:
    """What a demo needs: mail at any hour, and the works council taken to have agreed."""
    today = wall_clock().date()
    (folder / "kloof.toml").write_text(
        f"""# The settings of the demo. In a real company the works council decides on the first line.
works_council_consent = {today.replace(month=1, day=1)}

[company]
name = "{COMPANY}"
language = "nl"

[mail]
hours = [0, 24]
weekdays = [1, 2, 3, 4, 5, 6, 7]
holidays = ""
most_per_day = 5
most_per_month = 20

[research]
share_without_first_survey = 0.1
""",
        encoding="utf-8",
    )


@contextmanager
def _children(
    folder: Path, port: int, environment: Mapping[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    commands = (["serve", "--port", str(port)], ["worker"])
    children = [
        subprocess.Popen([sys.executable, "-m", "kloof", *command], cwd=folder, env=os.environ | environment)  # noqa: S603
        for command in commands
    ]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield children
        click.echo("\nStopping.")
    finally:
        _stop(children)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=LONGEST_STOP)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _refuse_port_in_use(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Refused(
                Reason.DEMO_FAILED,
                f"Port {port} is in use.",
                remedy=f"Choose another: make demo PORT={port + 1}",
            ) from None


def _wait_until_ready(port: int, children: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            raise Refused(
                Reason.DEMO_FAILED,
                "One of the demo's processes ended at once.",
                remedy="Its reason stands above this line.",
            )
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Refused(
        Reason.DEMO_FAILED, f"The demo did not answer on port {port} within {LONGEST_START:.0f} seconds."
    )


def _wait(children: list[subprocess.Popen[bytes]], told: list[int]) -> None:
    """Until a signal stands in `told`; raises Refused where one of the processes ended by itself."""
    while not told:
        if any(child.poll() is not None for child in children) and not told:
            raise Refused(
                Reason.DEMO_FAILED,
                "One of the demo's processes ended.",
                remedy="Its reason stands above this line.",
            )
        time.sleep(0.2)


def _note_signals() -> list[int]:
    """The signals to stop that came since, noted only.

    Raised as an exception inside Popen.poll, one would leave its lock held, and the wait for that process would
    never end.
    """
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: told.append(number))
    return told


def _welcome(doors: Doors, port: int, seconds: float) -> str:
    here = f"http://localhost:{port}"
    return f"""
{COMPANY} is open (set up in {seconds:.0f} seconds). Nothing here is real, and nothing leaves this machine.

  Be a customer         {doors.first_survey}
     after delivery     {doors.second_survey}
  Be a salesperson      {doors.salesperson}
  Be a delivery lead    {doors.lead}
  Be the desk           {doors.desk}
  Read the findings     {here}/findings/
  See the mail          {here}/mail/

Ctrl-C stops everything.
"""
