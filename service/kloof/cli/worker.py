"""kloof worker: mail goes out, and what time brings happens."""

import signal
from threading import Event

import click

from kloof.actions.clock import clock_of
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import CompanyCommand


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
    settings = with_database()
    transport, clock = open_transport(settings), clock_of(settings)
    if once:
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
    work(settings, transport, clock, stop, lambda news: click.echo(discreet(news)))
