"""kloof deals: load deals and mark deliveries, and what was called off."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Group
from kloof.domain.notation import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kloof.actions.deals.imports import Progress
    from kloof.actions.deals.reports import Report
    from kloof.actions.watched_folder import FileTaken
    from kloof.domain.deals.forecast import FileForecast
    from kloof.domain.deals.reading.columns import ColumnMapping

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_DRY = click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")


@click.group(cls=Group)
def deals() -> None:
    """Load deals from the CRM and mark them delivered or cancelled."""


@deals.command("import")
@_FILE
@_DRY
@as_json
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """Put the deals of FILE in; each new one gets its first invitation."""
    _take("deals", file, dry_run, as_json)


@deals.command()
@_FILE
@_DRY
@as_json
def delivered(file: Path, dry_run: bool, as_json: bool) -> None:
    """Mark the deals of FILE as delivered; each gets its second invitation."""
    _take("deliveries", file, dry_run, as_json)


@deals.command()
@_FILE
@_DRY
@as_json
def cancelled(file: Path, dry_run: bool, as_json: bool) -> None:
    """Mark the deals of FILE as cancelled; nothing more goes out about them."""
    _take("cancellations", file, dry_run, as_json)


@deals.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path))
@click.option("--once", is_flag=True, help="Take what has arrived whole, then end.")
@click.option(
    "--every",
    type=click.FloatRange(0.1, 3600),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="How long between two looks; a file that is the same at both has arrived whole.",
)
def watch(folder: Path, once: bool, every: float) -> None:
    """Load each file that arrives in FOLDER, and move it to done/ or, with the reasons beside it, to refused/."""
    from kloof.actions import watched_folder
    from kloof.actions.clock import clock_of

    settings, stop = with_database(), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    bad = False
    with watched_folder.held(folder):
        before = watched_folder.seen(folder)
        while not stop.wait(every):
            after = watched_folder.seen(folder)
            for one in watched_folder.work(settings, folder, before, clock_of(settings)):
                bad |= _said(one)
                if stop.is_set():
                    break
            if once:
                break
            before = after
    if once and bad:
        raise SystemExit(1)


def _said(one: FileTaken) -> bool:
    """One line about a file; gives whether something of it was refused."""
    did = one.report
    counts = (
        f"{did.created} created, {did.updated} updated, {did.unchanged} unchanged, {len(did.refused)} refused"
    )
    name, put = (
        "".join(letter if letter.isprintable() else "?" for letter in text) for text in (one.name, one.put)
    )
    told = f"cannot be read ({one.trouble.reason.value})" if one.trouble else counts
    click.echo(f"{name}: {told}; now {put}")
    return bool(did.refused or one.trouble)


def _take(kind: str, file: Path, dry_run: bool, as_json: bool) -> None:
    from kloof.actions.deals import imports
    from kloof.actions.surveys.files import load_surveys
    from kloof.domain.deals.files import FileKind
    from kloof.domain.deals.reading.tables import opened

    settings = with_database(reading=dry_run)
    mapping, of_kind = settings.deals.columns, FileKind(kind)
    offered = load_surveys(settings.surveys_folder) if of_kind is FileKind.DEALS else {}
    table = opened(file.read_bytes(), file.name, mapping.wanted(of_kind.required))
    incoming = imports.Incoming(of_kind, table, mapping)
    with _shown() as progress:
        if dry_run:
            done = imports.check(settings, incoming, offered, wall_clock(), progress)
        else:
            done = imports.load(settings, incoming, offered, wall_clock(), progress)
    _tell(done, file, mapping, table.encoding, as_json, dry_run)


@contextmanager
def _shown() -> Iterator[Progress]:
    """How far it is, on a terminal; nothing elsewhere."""
    from kloof.actions.deals.imports import no_progress

    if not sys.stderr.isatty():
        yield no_progress
        return
    with click.progressbar(length=0, label="Lines", file=sys.stderr) as bar:

        def shown(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield shown


def _foreseen(forecast: FileForecast | None) -> Iterator[str]:
    """The mail that loading the file would cause, in sentences."""
    if forecast is None:
        return
    if forecast.mails or forecast.letters:
        due = f", due from {forecast.due_from} to {forecast.due_to}" if forecast.mails else ""
        yield (
            f"It would cause {counted(forecast.mails, 'mail')}{due}, and {counted(forecast.letters, 'letter')}; "
            f"they ask about days from {forecast.oldest} to {forecast.newest}."
        )
    else:
        yield "It would cause no mail."
    if forecast.hours:
        yield f"Sending them takes {counted(forecast.hours, 'hour')} at most_per_hour under [mail] in kloof.toml."
    if forecast.too_late:
        yield (
            f"{counted(forecast.too_late, 'first survey')} would wait too long to ask what is expected, since their "
            "customer has many deals: they are not asked. first_waits_days under [mail] in kloof.toml says how long."
        )
    if forecast.history:
        yield (
            f"{counted(forecast.history, 'line')} of before {forecast.asked_since} would be kept as history: nobody is "
            "asked about them. history_after_days under [deals] in kloof.toml says how long."
        )


def _tell(
    done: Report, file: Path, mapping: ColumnMapping, encoding: str, as_json: bool, dry_run: bool
) -> None:
    from kloof.domain.deals.cells import is_day_first
    from kloof.domain.deals.csv_reading import WINDOWS_1252
    from kloof.domain.deals.reading.columns import DayOrder
    from kloof.domain.errors import Reason

    for refusal in done.refused:
        click.echo(f"{file}:{refusal.line}: {refusal.deal_id or 'line'} refused: {refusal.reason}", err=True)
    no_days = (why for one in done.refused for why in one.why if why.reason is Reason.NOT_A_DAY)
    if mapping.dates is DayOrder.ISO and any(is_day_first(str(why.facts["value"])) for why in no_days):
        click.echo(
            'Where days stand before months, say so in kloof.toml: dates = "d-m-y" under [deals.columns].',
            err=True,
        )
    if encoding == WINDOWS_1252:
        click.echo(
            "The file is not UTF-8 and was read as Windows-1252; look at names with accents.", err=True
        )
    mail = done.forecast.as_dict() if done.forecast else {}
    counts = f"{done.created} created, {done.updated} updated, {done.unchanged} unchanged, {len(done.refused)} refused"
    report(
        as_json,
        done.as_dict(mapping.titles) | {"dry_run": dry_run} | ({"mail": mail} if mail else {}),
        "\n".join(
            [f"{counts}{' (dry run: nothing was changed)' if dry_run else ''}.", *_foreseen(done.forecast)]
        ),
    )
    if done.refused:
        raise SystemExit(1)
