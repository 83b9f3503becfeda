"""kloof backup and kloof restore: one file that holds everything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Command, CompanyCommand
from kloof.domain.notation import counted

_FILE = click.Path(path_type=Path)


def _passphrase(file: Path | None) -> str | None:
    return file.read_text(encoding="utf-8").strip() if file else None


_passphrase_file = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Holds the passphrase of the keys, 12 letters or more.",
)


@click.command(cls=CompanyCommand)
@click.argument("file", type=_FILE)
@click.option(
    "--keep",
    metavar="KEEP",
    help="Such as 7d4w12m, in a folder: the last one of so many days, weeks and months stays.",
)
@_passphrase_file
@as_json
def backup(file: Path, keep: str | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Make one archive of everything while everything runs; FILE may be a folder, in which it gets a name.

    Without a passphrase the secret key and the DKIM key are left out.
    """
    from kloof.actions.backups import backup as action
    from kloof.domain.backups import Keep

    kept = Keep.of(keep) if keep else None
    if kept and not file.is_dir():
        raise click.UsageError("--keep thins out the backups in a folder: name one that is there.")
    made = action.make(with_database(reading=True), file, wall_clock(), _passphrase(passphrase_file), kept)
    told = [
        f"{made.file}: {counted(made.rows, 'row')}, {counted(made.files, 'file')}, "
        f"{counted(made.releases, 'release')}, {made.size / 1e6:.1f} MB, read back and whole.",
        "The keys are in it, under the passphrase."
        if made.with_keys
        else "The keys are not in it: keep them elsewhere, or give a passphrase (kloof backup --help).",
    ]
    if made.dropped:
        told.append(f"Thinned out: {', '.join(made.dropped)}.")
    report(as_json, made.as_dict(), "\n".join(told))


@click.command(cls=Command)
@click.argument("file", type=_FILE)
@click.option(
    "--into",
    type=_FILE,
    metavar="DIR",
    help="An empty place that becomes the company's folder; without it, here.",
)
@click.option("--replace", is_flag=True, help="What is there goes.")
@click.option(
    "--no-more-releases", is_flag=True, help="Also where releases came out since; nothing more is published."
)
@_passphrase_file
@as_json
def restore(
    file: Path,
    into: Path | None,
    replace: bool,
    no_more_releases: bool,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Put a backup back, all of it or nothing, into the database that KLOOF_DATABASE_URL names, or else into SQLite.

    What customers asked for since, to be erased, no more mail, answers taken back, is done again.
    """
    from kloof.actions.backups import restore as action

    folder = Path(os.path.abspath(into or os.environ.get("KLOOF_FOLDER", "").strip() or Path.cwd()))
    done = action.restore(
        file,
        folder,
        os.environ,
        wall_clock(),
        _passphrase(passphrase_file),
        over=replace,
        no_more_releases=no_more_releases,
    )
    told = [
        f"{folder} is as it was at {done.made_at}: {counted(done.rows, 'row')}, {counted(done.files, 'file')}."
    ]
    if done.again:
        told.append(f"Done again, since it was asked for later: {_kinds(done.again)}.")
    if not done.with_key:
        told.append(
            "The secret key is not there. Set KLOOF_SECRET_KEY, or put instance/secret_key back, before anything else."
        )
    told.append(
        "Next: kloof doctor, and kloof outbox list before the worker starts: what was sent since, waits again."
    )
    report(as_json, done.as_dict() | {"folder": str(folder)}, "\n".join(told))


_WORDS: Final = {
    "erased": ("erasure", "erasures"),
    "no_mail": ("opt-out", "opt-outs"),
    "withdrawn": ("withdrawal of answers", "withdrawals of answers"),
    "not_named": ("choice for totals only", "choices for totals only"),
    "not_shared": ("choice not to share with delivery", "choices not to share with delivery"),
}


def _kinds(again: dict[str, int]) -> str:
    return ", ".join(counted(count, *_WORDS[kind]) for kind, count in again.items())
