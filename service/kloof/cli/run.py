"""What every command needs first: the settings of its folder, and the database where it asks for one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar, cast

import click

from kloof.domain.errors import KloofError, Reason, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from kloof.config import Settings

UMASK: Final = "kloof.umask"
"""Under this name of `context.meta` stands which rights whoever typed the command takes from new files."""
FOR_ITS_OWNER: Final = 0o077

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

    Raises Refused where there is no database, where it does not answer, where migrations are waiting, or where the
    secret key is that of another one.
    """
    from kloof import storage
    from kloof.actions import health
    from kloof.actions.access import secret_key
    from kloof.actions.clock import wall_clock

    settings = company_settings()
    if reading:
        click.get_current_context().with_resource(health.looking(settings))
        return settings
    with health.looking(settings):
        pass
    storage.open_existing(settings.database_url, lambda: health.refuse_unless_it_fits(settings))
    settings = company_settings(keep_key=True)
    secret_key.tie(settings, wall_clock())
    return settings


Does = TypeVar("Does", bound=Callable[..., object])


def readable(does: Does) -> Does:
    """A command whose files others have to read, such as a web server: with the rights that who types it gives them."""

    @wraps(does)
    def with_their_rights(*given: Any, **named: Any) -> object:
        private = os.umask(click.get_current_context().meta.get(UMASK, FOR_ITS_OWNER))
        try:
            return does(*given, **named)
        finally:
            os.umask(private)

    return cast(Does, with_their_rights)


def in_a_sentence(trouble: Exception) -> str | None:
    """What went wrong, for the person who typed the command; None where only a programmer can say."""
    if isinstance(trouble, KloofError):
        return str(trouble)
    from kloof import storage

    refusal = storage.explained(trouble)
    if refusal and storage.perhaps_saved(trouble):
        refusal = Refused(
            Reason.PERHAPS_SAVED,
            "The connection to the database broke at the very moment at which this was saved: perhaps it was.",
            remedy="Look first, with a command that only lists, or at the desk. What is there already is left as it is "
            "by an import that runs again.",
        )
    if refusal:
        return str(refusal)
    if isinstance(trouble, OSError) and trouble.filename is not None:
        return f"{trouble.filename}: {trouble.strerror}. Check who may read and write there."
    if isinstance(trouble, RecursionError):
        return "A file has too many brackets inside each other to be read. Look at what was changed last."
    return None


@contextmanager
def new_file(place: Path | None) -> Iterator[BinaryIO | None]:
    """A file that nobody had before, gone again where what is to be in it cannot be had; None for no place.

    Raises Refused where something lies there.
    """
    if place is None:
        yield None
        return
    try:
        opened = place.open("xb")
    except FileExistsError:
        raise Refused(
            Reason.FILE_IN_THE_WAY, f"There is a {place} already.", remedy="Name another file."
        ) from None
    try:
        with opened:
            yield opened
    except BaseException:
        place.unlink(missing_ok=True)
        raise


def report(as_json: bool, value: dict[str, Any], words: str) -> None:
    """Print the value for a program, or the words for a person."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str) if as_json else words)
