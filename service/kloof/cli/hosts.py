"""kloof hosts: the machines that share a database, and which settings count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Group

if TYPE_CHECKING:
    from datetime import datetime

    from kloof.domain.hosts import JoinedHost


@click.group(cls=Group)
def hosts() -> None:
    """See which machines share this database, and change settings on all of them."""


@hosts.command(name="list")
@as_json
def list_(as_json: bool) -> None:
    """List every machine: what runs there, when it was seen last, and what is not the same as here."""
    from kloof.actions.hosts.joining import compared, in_words

    now = wall_clock()
    told = [_told(one, names, now) for one, names in compared(with_database())]
    lines = [
        f"{one['name']}: kloof {one['version']}, {_seen(one)}"
        + (", other settings were accepted since" if one["superseded"] else "")
        + (f"; not as here: {in_words(one['differs'])}" if one["differs"] else "; as here")
        for one in told
    ]
    report(
        as_json, {"hosts": told}, "\n".join(lines) or "None: only with PostgreSQL machines join each other."
    )


@hosts.command()
@as_json
def accept(as_json: bool) -> None:
    """Say that what stands here counts from now on: surveys and texts go to every host, and what runs with other
    settings stops.
    """
    from kloof.actions.hosts.joining import accept as accepted

    others = accepted(with_database(), wall_clock())
    words = (
        f"Accepted. {', '.join(others)}: kloof stops within seconds. Give each the same kloof.toml and variables, and "
        "start it again."
        if others
        else "Accepted. Every host that runs has the same settings, and takes surveys and texts within seconds."
    )
    report(as_json, {"to_restart": others}, words)


@hosts.command()
@click.argument("name")
@as_json
def forget(name: str, as_json: bool) -> None:
    """Forget a machine that is gone for good."""
    from kloof.actions.hosts.joining import forget as forgotten

    with_database()
    was_there = forgotten(name)
    words = f"{name} is forgotten." if was_there else f"No host {name} ever joined: kloof hosts list."
    report(as_json, {"forgotten": was_there}, words)


def _told(one: JoinedHost, differs: list[str], now: datetime) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "web_seen_at": one.web_seen_at,
        "worker_seen_at": one.worker_seen_at,
        "counts": one.counts(now),
        "superseded": one.superseded,
        "differs": differs,
    }


def _seen(one: dict[str, Any]) -> str:
    seen = [
        f"{part} seen at {one[f'{part}_seen_at']:%Y-%m-%d %H:%M:%S} UTC"
        for part in ("web", "worker")
        if one[f"{part}_seen_at"]
    ]
    return " and ".join(seen) or "stopped"
