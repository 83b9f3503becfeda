"""kloof people: who of the company can sign in, who leaves, and their own data."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kloof.actions.clock import clock_of, wall_clock
from kloof.cli.run import as_json, new_file, report, with_database
from kloof.cli.tree import Group
from kloof.domain.access.people import Colleague, Role, in_order
from kloof.domain.notation import counted

if TYPE_CHECKING:
    from kloof.actions.access.people_files import PeopleReport

_ROLES = click.Choice([role.value for role in Role])


@click.group(cls=Group)
def people() -> None:
    """Say who of the company can sign in, and let people leave."""


@people.command(name="list")
@as_json
def list_(as_json: bool) -> None:
    """List everybody: roles, team, last sign-in, and who leaves or has left."""
    from kloof.actions.access.people import listed

    with_database()
    found = listed()
    names = {one.person.id: one.person.email for one in found}
    told = [_told(one, names) for one in found]
    lines = [_line(one, words) for one, words in zip(found, told, strict=True)]
    report(as_json, {"people": told}, "\n".join(lines) or "Nobody yet: kloof people add.")


@people.command()
@click.option(
    "--role",
    "roles",
    type=_ROLES,
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


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@as_json
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """Add the colleagues in FILE, or change what is known of them."""
    from kloof.actions.access import people_files

    settings = with_database(reading=dry_run)
    does = people_files.check if dry_run else people_files.load
    done = does(settings, file.read_bytes(), file.name, wall_clock())
    _tell(done, file, as_json, dry_run)


@people.command()
@click.option("--email", required=True, help="Whom to change, by the address that stands here now.")
@click.option(
    "--role", "roles", type=_ROLES, multiple=True, help="In place of all roles; once more for each."
)
@click.option("--name")
@click.option("--team", help="An empty one takes them out of their team.")
@click.option("--language", type=click.Choice(["nl", "en"]))
@click.option("--new-email", help="The address that they have from now on.")
@as_json
def change(
    email: str,
    roles: tuple[str, ...],
    name: str | None,
    team: str | None,
    language: str | None,
    new_email: str | None,
    as_json: bool,
) -> None:
    """Change some of what is known of somebody who works here."""
    from kloof.actions.access.people import change as change_person

    with_database()
    after = change_person(
        email,
        wall_clock(),
        name=name,
        roles=set(map(Role, roles)),
        team=team,
        language="nl" if language == "nl" else "en" if language else None,
        new_email=new_email,
    )
    told = {
        "email": after.email,
        "name": after.name,
        "roles": in_order(after.roles),
        "team": after.team,
        "language": after.language,
    }
    words = f"{after.name} <{after.email}> is {' and '.join(in_order(after.roles))}"
    report(as_json, told, f"{words}, in team {after.team}." if after.team else f"{words}, in no team.")


@people.command()
@click.option("--email", required=True)
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day on which they leave; today without it."
)
@click.option("--successor", help="The address of the salesperson who takes over.")
@click.option("--to-desk", is_flag=True, help="The desk takes over, as it does when nothing is said.")
@click.option("--never", is_flag=True, help="They stay: take back a day that was set before.")
@as_json
def leave(
    email: str, day: datetime | None, successor: str | None, to_desk: bool, never: bool, as_json: bool
) -> None:
    """Let somebody leave: signed out everywhere, and what is open goes to a successor or to the desk."""
    from kloof.actions.staff import leaving

    if sum((bool(successor), to_desk, never)) > 1:
        raise click.UsageError("Say one of --successor, --to-desk and --never.")
    settings = with_database()
    moment = clock_of(settings)()
    if never:
        person = leaving.stay(email, moment)
        report(as_json, {"email": person.email, "on": None}, f"{person.name} <{person.email}> stays.")
        return
    on = day.date() if day else None
    left = leaving.leave(settings, email, moment, on=on, successor=successor)
    heir = f"{left.successor.name} <{left.successor.email}>" if left.successor else "the desk"
    told = {
        "email": left.person.email,
        "on": left.on.isoformat(),
        "successor": left.successor.email if left.successor else None,
        "deals": left.done.deals if left.done else None,
        "calls": left.done.calls if left.done else None,
        "calls_ended": left.done.ended if left.done else None,
    }
    who = f"{left.person.name} <{left.person.email}>"
    if left.done is None:
        words = f"{who} leaves on {left.on}. What is open then goes to {heir}; kloof worker sees to it."
    else:
        words = (
            f"{who} is signed out, and can sign in no more. To {heir}: {counted(left.done.deals, 'deal')}, "
            f"{counted(left.done.calls, 'call')}. {counted(left.done.ended, 'call')} ended, which only they were to "
            "make. kloof people add lets them come back."
        )
    report(as_json, told, words)


@people.command()
@click.argument("email")
@as_json
def link(email: str, as_json: bool) -> None:
    """Print a link with which whoever has this address signs in once, for when mail is down."""
    from kloof.actions.access.sign_in import link_for

    settings = with_database()
    person, address, until = link_for(settings, email, clock_of(settings)())
    told = {"email": person.email, "link": address, "until": until.isoformat()}
    words = f"For {person.name} <{person.email}>, once, until {until:%H:%M} UTC:\n{address}"
    report(as_json, told, words)


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


@people.command()
@click.argument("email")
@click.option(
    "--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file, to read."
)
@as_json
def export(email: str, pdf: Path | None, as_json: bool) -> None:
    """Print everything about the colleague with this address, as JSON; or write a PDF."""
    from kloof.actions.access import staff_data

    settings, now = with_database(), wall_clock()
    with new_file(pdf) as file:
        found = staff_data.export(email, now)
        if file:
            file.write(staff_data.as_pdf(settings, found, now))
    report(as_json, found, f"Written to {pdf}." if pdf else json.dumps(found, ensure_ascii=False, indent=2))


@people.command()
@click.argument("email")
@as_json
def erase(email: str, as_json: bool) -> None:
    """Erase the name and address of a colleague who has left, for good."""
    from kloof.actions.access.staff_data import erase as erase_data

    gone = erase_data(with_database(), email, wall_clock())
    words = (
        f"Erased. Number {gone.id} stays in the audit log with its role, and keeps the deals that they sold."
    )
    report(as_json, {"number": gone.id}, words)


def _tell(done: PeopleReport, file: Path, as_json: bool, dry_run: bool) -> None:
    from kloof.actions.deals.reports import refusal_as_dict
    from kloof.domain.deals.csv_reading import WINDOWS_1252

    for one in done.refused:
        reasons = "; ".join(map(str, one.why))
        click.echo(f"{file}:{one.line}: {one.email or 'line'} refused: {reasons}", err=True)
    if done.encoding == WINDOWS_1252:
        click.echo(
            "The file is not UTF-8 and was read as Windows-1252; look at names with accents.", err=True
        )
    counts = {effect: done.count(effect) for effect in ("created", "updated", "unchanged")}
    changed = [one for one in done.taken if one.changed]
    value = {
        **counts,
        "changes": [{"line": one.line, "email": one.email, "columns": list(one.changed)} for one in changed],
        "refused": [
            {
                "line": one.line,
                "email": one.email,
                "why": [refusal_as_dict(why, done.titles) for why in one.why],
            }
            for one in done.refused
        ],
        "dry_run": dry_run,
    }
    words = ", ".join(f"{count} {effect}" for effect, count in counts.items())
    said = f"{words}, {len(done.refused)} refused{' (dry run: nothing was changed)' if dry_run else ''}."
    told = (f"{one.name} <{one.email}>: {', '.join(one.changed)}" for one in changed)
    report(as_json, value, "\n".join([*told, said]))
    if done.refused:
        raise SystemExit(1)


def _told(one: Colleague, emails: dict[int, str]) -> dict[str, object]:
    return {
        "email": one.person.email,
        "name": one.person.name,
        "roles": in_order(one.person.roles),
        "team": one.person.team,
        "language": one.person.language,
        "works_here": one.works_here,
        "last_sign_in_at": one.last_sign_in_at.isoformat() if one.last_sign_in_at else None,
        "leaves_on": _day(one.leaves_on),
        "successor": emails.get(one.leaves_to) if one.leaves_to else None,
        "left_at": one.left_at.isoformat() if one.left_at else None,
        "erased": one.is_erased,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _line(one: Colleague, told: dict[str, object]) -> str:
    stands = "has left" if not one.works_here else f"leaves on {one.leaves_on}" if one.leaves_on else ""
    seen = f"last signed in {one.last_sign_in_at:%Y-%m-%d}" if one.last_sign_in_at else "never signed in"
    parts = [" and ".join(in_order(one.person.roles)), one.person.team, stands or seen]
    return f"{one.person.name} <{told['email']}>: {', '.join(part for part in parts if part)}"
