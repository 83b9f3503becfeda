"""kloof db: the schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, company_settings, report
from kloof.cli.tree import Group
from kloof.domain.errors import Reason, Refused
from kloof.domain.notation import counted

if TYPE_CHECKING:
    from kloof.actions.rekey import Rekeyed
    from kloof.config import Settings


_NAMED: Final = 20
"""Deals that are named in a sentence; --json names them all."""


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


@db.command("move")
@click.argument("url")
@as_json
def move(url: str, as_json: bool) -> None:
    """Copy the whole database to an empty one at URL, on either engine, and compare it row for row."""
    from kloof.actions.backups import moving
    from kloof.config import sqlite_in

    settings = company_settings()
    moved = moving.move(settings, sqlite_in(settings.folder, url), wall_clock())
    words = (
        f"{counted(moved.rows, 'row')} in {counted(moved.tables, 'table')} are the same on both sides, now on "
        f"{moved.engine} as well. Set KLOOF_DATABASE_URL to the new one for kloof serve, kloof worker and every "
        "command, then run kloof doctor. The former stays as it is; delete it when all goes well."
    )
    report(as_json, moved.as_dict(), words)


@db.command("rekey")
@click.option(
    "--former",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A file that holds the key that the database has so far, also one that was lost and is found again.",
)
@click.option("--lost", is_flag=True, help="That key is lost.")
@click.option("--end-links", is_flag=True, help="Links that were mailed open nothing any more.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@as_json
def rekey(former: Path | None, lost: bool, end_links: bool, dry_run: bool, as_json: bool) -> None:
    """Tie the database to another secret key: that of KLOOF_SECRET_KEY, or else a new instance/secret_key."""
    from kloof import storage
    from kloof.actions import rekey as action

    if (former is None) is not lost:
        raise click.UsageError("Say one of both: --former FILE, or --lost.")
    key = former.read_text(encoding="utf-8", errors="replace").strip() if former else None
    settings = company_settings()
    _refuse_unless_it_is_about_the_key(settings)
    with storage.looking(settings.database_url):
        found_again = key not in {None, settings.secret_key} and action.has_it(settings)
        if not found_again:
            action.refuse_what_is_no_former_key(settings, key)
    if not dry_run:
        settings = company_settings(keep_key=True)
    with storage.looking(settings.database_url) if dry_run else _opened(settings.database_url):
        if key and found_again:
            done = action.recognise(settings, key, wall_clock(), dry_run=dry_run)
        else:
            done = action.replace(settings, key, wall_clock(), end_links=end_links, dry_run=dry_run)
    words = " ".join(_told(done)) + (" (Dry run: nothing was changed.)" if dry_run else "")
    report(as_json, done.as_dict() | {"dry_run": dry_run}, words)


def _refuse_unless_it_is_about_the_key(settings: Settings) -> None:
    from kloof.actions import health

    try:
        with health.looking(settings):
            pass
    except Refused as refusal:
        if refusal.reason is not Reason.KEY_UNFIT:
            raise


@contextmanager
def _opened(url: str) -> Iterator[None]:
    from kloof import storage

    storage.open_existing(url, lambda: None)
    yield


def _some(deals: tuple[str, ...]) -> str:
    """The first of these deals, and how many more there are."""
    more = len(deals) - _NAMED
    return ", ".join(deals[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _told(done: Rekeyed) -> Iterator[str]:
    if done.links:
        before = "open nothing any more, except to opt out" if done.links_ended else "open the same as before"
        made = counted(done.links, "link is", "links are")
        yield f"{made} made with the new key; those that were mailed {before}."
    people = counted(done.opt_outs, "person who gets no more mail is", "people who get no more mail are")
    yield f"{people} known under the new key."
    if done.erased and done.former_is_known:
        yield f"{done.erased} who were erased are known too, should a file name them again."
    elif done.erased:
        yield (
            f"{done.erased} who get no more mail are no customers any more, and only the lost key recognises them: "
            "they would get mail if a file named them again. They stay noted: kloof db rekey --former FILE knows "
            "them again once the key is found."
        )
    if done.reminded:
        yield f"{counted(done.reminded, 'customer gets', 'customers get')} a reminder with a new link."
    if done.codes:
        letters = counted(len(done.codes), "letter on paper has", "letters on paper have")
        square = "opens nothing either" if done.links_ended else "in them still opens the survey"
        yield (
            f"{letters} a code that opens nothing any more; the square {square}. To print them again: at the desk, "
            f"under Mail, or kloof letters FILE --again DEAL, for {_some(done.codes)}."
        )
    if done.links:
        yield "Everybody who works here signs in again."
