"""kloof db: the schema."""

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, company_settings, report
from kloof.cli.tree import Group


@click.group(cls=Group)
def db() -> None:
    """Look after the database."""


@db.command()
@as_json
def migrate(as_json: bool) -> None:
    """Make what is missing, and bring the tables up to date; doing it twice is harmless."""
    from kloof import storage
    from kloof.actions import health
    from kloof.actions.access import secret_key
    from kloof.actions.deals import respelling

    health.refuse_to_migrate_what_does_not_fit(company_settings())
    settings = company_settings(keep_key=True)
    storage.open_database(settings.database_url)
    storage.refuse_unless_it_answers()
    applied = storage.migrate()
    secret_key.tie(settings, wall_clock())
    told = respelling.settle(settings, wall_clock())
    done = (
        f"Applied: {', '.join(applied)}." if applied else "Nothing more to do." if told else "Nothing to do."
    )
    report(as_json, {"applied": applied, "notes": told}, "\n".join([*told, done]))
