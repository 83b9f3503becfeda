"""kloof people: who of the company can sign in."""

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Group
from kloof.domain.access.people import Role, in_order


@click.group(cls=Group)
def people() -> None:
    """Say who of the company can sign in."""


@people.command()
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What they do here; once more for each role.",
)
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--team", default="")
@as_json
def add(roles: tuple[str, ...], email: str, name: str, team: str, as_json: bool) -> None:
    """Add somebody, or change their name, roles or team."""
    from kloof.actions.access.people import add as add_person

    with_database()
    told = in_order(set(map(Role, roles)))
    is_new = add_person(email, name, set(told), team, wall_clock())
    words = f"{name} <{email}> {'can sign in as' if is_new else 'is now'} {' and '.join(told)}."
    report(as_json, {"created": is_new, "email": email, "roles": told}, words)


@people.command()
@click.option("--email", required=True)
@as_json
def leave(email: str, as_json: bool) -> None:
    """Sign somebody out everywhere who no longer works here; their deals stay theirs."""
    from kloof.actions.access.people import leave as note_leaving

    with_database()
    left = note_leaving(email, wall_clock())
    words = f"{left.name} <{left.email}> is signed out, and can sign in no more. kloof people add lets them come back."
    report(as_json, {"email": left.email}, words)


@people.command()
@click.option("--email", required=True)
@as_json
def unlink(email: str, as_json: bool) -> None:
    """Let the next account at the sign-in provider that brings this address be theirs."""
    from kloof.actions.access.people import unlink as unlink_account

    with_database()
    person = unlink_account(email, wall_clock())
    words = (
        f"{person.name} <{person.email}> has no account now: the next one that brings this address is theirs."
    )
    report(as_json, {"email": person.email}, words)
