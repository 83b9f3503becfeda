"""kloof serve: the web application under gunicorn."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Final

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import company_settings, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.errors import PERHAPS_OVER, KloofError

if TYPE_CHECKING:
    from kloof.config import Settings

LONGEST_GOODBYE: Final = 5.0
"""Seconds for telling the other hosts that this one stops; a database that hangs keeps nobody from stopping."""


@click.command(cls=CompanyCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each process."
)
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the forms, the salespeople's pages and the desk."""
    from kloof import storage
    from kloof.cli.gunicorn import Server, share_numbers
    from kloof.cli.logs import be_discreet

    be_discreet()
    settings = _with_or_without_database()
    be_discreet(settings.log)
    share_numbers()
    from kloof.web.app import logo

    if settings.company.logo:
        # A refusal here is one sentence; in a worker process it would be a stack trace, again and again.
        logo.read(settings.folder / settings.company.logo)
    # Each worker process opens its own connection; one that crosses a fork would be shared.
    storage.close_database()
    try:
        Server(settings, bind=f"{host}:{port}", workers=workers, threads=threads).run()
    finally:
        leaving = Thread(target=_leave, args=(settings,), daemon=True)
        leaving.start()
        leaving.join(LONGEST_GOODBYE)
        if leaving.is_alive():
            storage.leave_open()


def _leave(settings: Settings) -> None:
    """Others need not wait for a host that stopped; where they cannot be told, they find out."""
    from kloof import storage
    from kloof.actions.hosts import joining
    from kloof.domain.hosts import HostPart

    with suppress(KloofError), storage.looking(settings.database_url):
        joining.leave(settings, HostPart.WEB)


def _with_or_without_database() -> Settings:
    """A database that is away may come back: until then pages say so, and the health check why."""
    from kloof.actions.hosts import joining
    from kloof.domain.hosts import HostPart

    try:
        settings = with_database()
        joining.join(settings, HostPart.WEB, wall_clock())
        return settings
    except KloofError as refusal:
        settings = company_settings()
        if refusal.reason not in PERHAPS_OVER or not settings.key_is_lasting:
            raise
        click.echo(f"{refusal} Until then every page says that it does not work for the moment.", err=True)
        return settings
