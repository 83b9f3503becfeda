"""kloof db: the schema."""

import click

from kloof import storage
from kloof.cli.run import as_json, company_settings, report


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@as_json
def migrate(as_json: bool) -> None:
    """Bring the tables up to date; doing it twice is harmless."""
    storage.open_database(company_settings().database_url)
    applied = storage.migrate()
    report(as_json, {"applied": applied}, f"Applied: {', '.join(applied)}." if applied else "Nothing to do.")
