"""kloof serve: the web application under gunicorn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kloof.cli.run import company_settings, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.errors import PERHAPS_OVER, KloofError

if TYPE_CHECKING:
    from kloof.config import Settings


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
    from kloof.cli.gunicorn import Server
    from kloof.cli.logs import be_discreet
    from kloof.web.app import logo

    be_discreet()
    settings = _with_or_without_database()
    if settings.company.logo:
        # A refusal here is one sentence; in a worker process it would be a stack trace, again and again.
        logo.read(settings.folder / settings.company.logo)
    # Each worker process opens its own connection; one that crosses a fork would be shared.
    storage.close_database()
    Server(settings, bind=f"{host}:{port}", workers=workers, threads=threads).run()


def _with_or_without_database() -> Settings:
    """A database that is away may come back: until then pages say so, and the health check why."""
    try:
        return with_database()
    except KloofError as refusal:
        settings = company_settings()
        if refusal.reason not in PERHAPS_OVER or not settings.key_is_lasting:
            raise
        click.echo(f"{refusal} Until then every page says that it does not work for the moment.", err=True)
        return settings
