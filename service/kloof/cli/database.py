"""kloof db: the schema."""

import click

from kloof.cli.run import as_json, company_settings, report
from kloof.cli.tree import Group


@click.group(cls=Group)
def db() -> None:
    """Look after the database."""


@db.command()
@as_json
def migrate(as_json: bool) -> None:
    """Bring the tables up to date; doing it twice is harmless."""
    from kloof import storage
    from kloof.actions import health

    health.refuse_to_migrate_what_does_not_fit(company_settings())
    storage.open_database(company_settings(keep_key=True).database_url)
    storage.refuse_unless_it_answers()
    applied = storage.migrate()
    report(as_json, {"applied": applied}, f"Applied: {', '.join(applied)}." if applied else "Nothing to do.")
