"""What every command needs first: the settings of its folder, and the database where it asks for one."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from kloof.domain.errors import Reason, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from kloof.config import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def company_settings(*, keep_key: bool = False) -> Settings:
    """The settings of the company's folder; raises BadSettings with everything that is wrong in them.

    Nothing is written, unless a secret key had to be made and `keep_key` is on.
    """
    from kloof.config import load_settings

    folder: Path = click.get_current_context().obj
    return load_settings(folder, os.environ, keep_key=keep_key)


def with_database(*, reading: bool = False) -> Settings:
    """The settings, with the database open and up to date; when only `reading`, no file is made or left behind.

    Raises Refused where there is no database, where it does not answer, or where migrations are waiting.
    """
    from kloof import storage

    settings = company_settings()
    if reading:
        click.get_current_context().with_resource(storage.looking(settings.database_url))
        _refuse_unless_migrated()
        return settings
    with storage.looking(settings.database_url):
        _refuse_unless_migrated()
    storage.open_database(settings.database_url)
    return company_settings(keep_key=True)


def _refuse_unless_migrated() -> None:
    from kloof import storage

    waiting = storage.pending()
    if waiting:
        raise Refused(
            Reason.DATABASE_BEHIND,
            f"The database does not have {len(waiting)} migrations yet ({waiting[0]} is the first).",
            remedy="Run: kloof db migrate",
        )


def read_text(file: Path) -> str:
    """The file as UTF-8 text; raises Refused with the line that is something else."""
    from kloof.domain.deals.files import decoded

    return decoded(file.read_bytes(), str(file))


def report(as_json: bool, value: dict[str, Any], words: str) -> None:
    """Print the value for a program, or the words for a person."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str) if as_json else words)
