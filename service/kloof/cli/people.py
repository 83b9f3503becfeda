"""kloof people: who of the company can sign in."""

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Group
from kloof.domain.access.people import Role


@click.group(cls=Group)
def people() -> None:
    """Add the people of the company."""


@people.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--team", default="")
@as_json
def add(role: str, email: str, name: str, team: str, as_json: bool) -> None:
    """Add somebody, or change their name, role or team."""
    from kloof.actions.access.people import add as add_person

    with_database()
    is_new = add_person(email, name, Role(role), team, wall_clock())
    words = f"{name} <{email}> can sign in as {role}." if is_new else f"{name} <{email}> is now {role}."
    report(as_json, {"created": is_new, "email": email, "role": role}, words)
