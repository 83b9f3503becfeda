"""The demo as processes: this one catches the mail, one serves, one works; they end together."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from kloof import storage
from kloof.actions.catch_up import catch_up
from kloof.actions.clock import wall_clock
from kloof.actions.mailing.worker import work_once
from kloof.actions.releases.site import build
from kloof.config import Mail, Settings, load_settings, refuse_inside_company
from kloof.demo.acts import midnight
from kloof.demo.company import play
from kloof.demo.desk import propose
from kloof.demo.folder import clear, furnish, held
from kloof.demo.story import COMPANY
from kloof.demo.visitors import Doors
from kloof.domain.errors import Reason, Refused
from kloof.mail import open_transport
from kloof.mail.catcher import Catcher

LONGEST_STOP = 15.0  # longer than the server gives its own workers
LONGEST_START = 120.0  # a process that dies ends the wait at once
LAST_PORT = 65535
ZONE = ZoneInfo(Mail().time_zone)
OPENS_AT = time_of_day(9)
FIRST_DAY, LAST_DAY = date(1992, 1, 1), date(2097, 12, 31)
"""Its deals are sold up to two years before, and planned up to a year after: days that a file may hold."""


def run(folder: Path, port: int, day: date | None = None) -> None:
    """Make the demo company in `folder` anew and serve it until Ctrl-C.

    With `day` its clock starts at nine in the morning of that day. Raises Refused for a day, a port or a folder that
    cannot be used.
    """
    if day and not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(
            Reason.DEMO_FAILED,
            f"The demo plays from {FIRST_DAY} to {LAST_DAY}.",
            remedy="Give a day between: --today 2026-11-25",
        )
    refuse_inside_company(folder)
    with held(folder) as holding:
        _refuse_unusable(port)
        clear(folder)
        _run(folder, port, day, holding)


def _run(folder: Path, port: int, day: date | None, holding: int) -> None:
    now, started = wall_clock(), time.monotonic()
    opens = datetime.combine(day, OPENS_AT, tzinfo=ZONE) if day else now.astimezone(ZONE)
    with Catcher(folder / "mail") as catcher:
        environment = _environment(port, catcher.url, (opens - now).total_seconds())
        doors = _set_up(folder, environment, opens.date())
        with _children(folder, port, environment, holding) as children:
            _wait_until_ready(port, children)
            told = _note_signals()
            click.echo(_welcome(doors, port, time.monotonic() - started, day))
            _wait(children, told)


def _environment(port: int, smtp_url: str, clock_ahead: float) -> dict[str, str]:
    return {
        "KLOOF_BASE_URL": f"http://localhost:{port}",
        "KLOOF_SMTP_URL": smtp_url,
        "KLOOF_MAIL_FROM": "feedback@warmtehuis.example",
        "KLOOF_RUN": "demo",
        "KLOOF_CLOCK_AHEAD": str(clock_ahead),
    }


def _set_up(folder: Path, environment: Mapping[str, str], today: date) -> Doors:
    click.echo("1/4 A company folder, as kloof init makes it")
    furnish(folder, today)
    settings = load_settings(folder, environment)
    click.echo("2/4 The database")
    storage.open_database(settings.database_url)
    storage.migrate()
    click.echo("3/4 Fifteen months of deals, mails and answers, played through the real actions")
    doors = play(settings, today, click.echo)
    _send_what_is_due(settings, midnight(settings, today))
    propose(settings, today)
    storage.close_database()
    click.echo("4/4 The findings site")
    build(settings)
    return doors


def _send_what_is_due(settings: Settings, now: datetime) -> None:
    """To the catcher, before anybody looks: what stands on the pages does not hang on how far the worker has come."""
    result = work_once(settings, open_transport(settings), lambda: now, also=catch_up)
    if result.trouble:
        raise result.trouble


@contextmanager
def _children(
    folder: Path, port: int, environment: Mapping[str, str], holding: int
) -> Iterator[list[subprocess.Popen[bytes]]]:
    commands = (["serve", "--port", str(port)], ["worker"])
    # Whoever tries the demo may have a kloof of their own in the same shell: none of its settings may get in.
    others = {name: value for name, value in os.environ.items() if not name.startswith("KLOOF_")}
    children = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "kloof", *command],
            cwd=folder,
            env={**others, **environment},
            pass_fds=(holding,),
        )
        for command in commands
    ]
    for number in _stops():
        signal.signal(number, signal.default_int_handler)
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


def _refuse_unusable(port: int) -> None:
    """Also where a program has the port for IPv6 alone: a browser would take `localhost` to be that one."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refused(Reason.DEMO_FAILED, f"Port {port} is in use.", remedy=_another(port)) from None
            if error.errno in {errno.EACCES, errno.EPERM}:
                raise Refused(
                    Reason.DEMO_FAILED, f"You may not open port {port}.", remedy="Try: make demo PORT=8000"
                ) from None
            if family == socket.AF_INET:  # a machine may do without IPv6
                raise Refused(
                    Reason.DEMO_FAILED,
                    f"Port {port} cannot be opened: {error.strerror}.",
                    remedy=_another(port),
                ) from None


def _another(port: int) -> str:
    return f"Choose another: make demo PORT={port + 1 if port < LAST_PORT else port - 1}"


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
    for number in _stops():
        signal.signal(number, lambda number, _: told.append(number))
    return told


def _stops() -> Iterator[signal.Signals]:
    """Ctrl-C, kill, and a terminal that is closed, at which gunicorn by itself would only start anew."""
    yield from (signal.SIGINT, signal.SIGTERM)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        yield signal.SIGHUP


def _welcome(doors: Doors, port: int, seconds: float, day: date | None) -> str:
    here = f"http://localhost:{port}"
    there = f", and it is {day} there" if day else ""
    return f"""
{COMPANY} is open (set up in {seconds:.0f} seconds){there}. Nothing here is real, and nothing leaves this machine.

  Be a customer         {doors.first_survey}
     after delivery     {doors.second_survey}
  Be a salesperson      {doors.salesperson}
  Be a delivery lead    {doors.lead}
  Be the desk           {doors.desk}
  Read the findings     {here}/findings/
  See the mail          {here}/mail/

Ctrl-C stops everything.
"""
