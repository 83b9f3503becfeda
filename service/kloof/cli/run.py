"""What every command needs first: the settings of this folder, and the database where it asks for one."""

import json
import os
from pathlib import Path
from typing import Any

import click

from kloof import storage
from kloof.config import Settings, load_settings
from kloof.domain.deals.files import decoded
from kloof.domain.errors import Reason, Refused

as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def company_settings() -> Settings:
    """The settings of the working folder; raises BadSettings with everything that is wrong in them."""
    return load_settings(Path.cwd(), os.environ)


def with_database() -> Settings:
    """The settings, with the database open and up to date; raises Refused where migrations are waiting."""
    settings = company_settings()
    storage.open_database(settings.database_url)
    waiting = storage.pending()
    if waiting:
        raise Refused(
            Reason.DATABASE_BEHIND,
            f"The database does not have {len(waiting)} migrations yet ({waiting[0]} is the first).",
            remedy="Run: kloof db migrate",
        )
    return settings


def read_text(file: Path) -> str:
    """The file as UTF-8 text; raises Refused with the line that is something else."""
    return decoded(file.read_bytes(), str(file))


def report(as_json: bool, value: dict[str, Any], words: str) -> None:
    """Print the value for a program, or the words for a person."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str) if as_json else words)
