"""kloof deals: load deals and mark deliveries, and what was called off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, read_text, report, with_database
from kloof.cli.tree import Group

if TYPE_CHECKING:
    from kloof.actions.deals.imports import Report

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
    from kloof.actions.deals import imports as action
    from kloof.actions.surveys.files import load_surveys

    settings = with_database(reading=dry_run)
    offered = load_surveys(settings.surveys_folder)
    done = action.import_deals(settings, read_text(file), file.name, offered, wall_clock(), dry_run=dry_run)
    _show(done, file, as_json, dry_run)


@deals.command()
@_FILE
@_DRY
@as_json
def delivered(file: Path, dry_run: bool, as_json: bool) -> None:
    """Mark the deals of FILE as delivered; each gets its second invitation."""
    from kloof.actions.deals import imports as action

    settings = with_database(reading=dry_run)
    done = action.import_deliveries(settings, read_text(file), file.name, wall_clock(), dry_run=dry_run)
    _show(done, file, as_json, dry_run)


@deals.command()
@_FILE
@_DRY
@as_json
def cancelled(file: Path, dry_run: bool, as_json: bool) -> None:
    """Mark the deals of FILE as cancelled; nothing more goes out about them."""
    from kloof.actions.deals import imports as action

    settings = with_database(reading=dry_run)
    done = action.import_cancellations(settings, read_text(file), file.name, wall_clock(), dry_run=dry_run)
    _show(done, file, as_json, dry_run)


def _show(done: Report, file: Path, as_json: bool, dry_run: bool) -> None:
    for refusal in done.refused:
        click.echo(f"{file}:{refusal.line}: {refusal.deal_id or 'line'} refused: {refusal.reason}", err=True)
    counts = f"{done.created} created, {done.updated} updated, {done.unchanged} unchanged, {len(done.refused)} refused"
    report(
        as_json,
        done.as_dict() | {"dry_run": dry_run},
        f"{counts}{' (dry run: nothing was changed)' if dry_run else ''}.",
    )
    if done.refused:
        raise SystemExit(1)
