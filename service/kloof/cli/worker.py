"""kloof worker: mail goes out, and what time brings happens."""

from __future__ import annotations

import signal
from threading import Event
from typing import TYPE_CHECKING

import click

from kloof.actions.clock import clock_of
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.errors import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from kloof.config import Settings

SECONDS_BETWEEN_KNOCKS, LONGEST_PAUSE = 1.0, 60.0


@click.command(cls=CompanyCommand)
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@as_json
def worker(once: bool, as_json: bool) -> None:
    """Send what is due, queue reminders, close surveys; several workers may run at once."""
    from kloof.actions.mailing.worker import work, work_once
    from kloof.cli.logs import be_discreet, discreet
    from kloof.mail import open_transport

    if as_json and not once:
        raise click.UsageError("--json goes with --once: a worker that stays has no result to print.")
    be_discreet()
    if once:
        settings = with_database()
        transport, clock = open_transport(settings), clock_of(settings)
        result = work_once(settings, transport, clock)
        words = ", ".join(
            f"{count} {what}" for what, count in result.as_dict().items() if isinstance(count, int)
        )
        report(as_json, result.as_dict(), words + ".")
        if result.trouble:
            raise result.trouble
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def say(news: str) -> None:
        click.echo(discreet(news))

    if found := _settings_once_the_database_answers(stop, say):
        work(found, open_transport(found), clock_of(found), stop, say)


def _settings_once_the_database_answers(stop: Event, say: Callable[[str], None]) -> Settings | None:
    """Waits for a database that is away; None where it has to stop first. Whatever else is wrong ends the worker."""
    pause = SECONDS_BETWEEN_KNOCKS
    while not stop.is_set():
        try:
            return with_database()
        except Refused as refusal:
            if refusal.reason is not Reason.DATABASE_SILENT:
                raise
            say(str(refusal))
        stop.wait(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    return None
