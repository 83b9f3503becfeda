"""kloof person: a customer asks for their data, or asks to be erased."""

import json
from pathlib import Path

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, new_file, report, with_database
from kloof.cli.tree import Group
from kloof.domain.notation import counted


@click.group(cls=Group)
def person() -> None:
    """Give a customer their data, or erase it."""


@person.command()
@click.argument("email")
@click.option(
    "--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file, to read."
)
@as_json
def export(email: str, pdf: Path | None, as_json: bool) -> None:
    """Print everything about the customer with this address, and who looked at it, as JSON; or write a PDF."""
    from kloof.actions import person_data

    settings, now = with_database(), wall_clock()
    with new_file(pdf) as file:
        found = person_data.export(settings, email, now)
        if file:
            file.write(person_data.as_pdf(settings, found, now))
    report(as_json, found, f"Written to {pdf}." if pdf else json.dumps(found, ensure_ascii=False, indent=2))


@person.command()
@click.argument("email")
@as_json
def erase(email: str, as_json: bool) -> None:
    """Erase the customer with this address: deals, answers, promises and mail, for good."""
    from kloof.actions import person_data

    deals = person_data.erase(with_database(), email, wall_clock())
    words = (
        f"Erased, with {counted(deals, 'deal')}. Where answers stood in a closed block, the whole block leaves the "
        "next release. A file that names them again has that line refused; take them out of the CRM too."
    )
    report(as_json, {"deals": deals}, words)


@person.command()
@click.argument("email")
@click.option("--mail", is_flag=True, help="They said that they want mail too.")
@as_json
def allow(email: str, mail: bool, as_json: bool) -> None:
    """Let files name a customer again who was erased, and came back on their own."""
    from kloof.actions import person_data

    person_data.allow(with_database(), email, wall_clock(), mail=mail)
    goes = "and mail goes to them" if mail else "and no mail goes to them; --mail allows that"
    report(as_json, {"allowed": email, "mail": mail}, f"Files may name {email} again, {goes}.")
