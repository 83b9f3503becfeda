"""What others on this machine could read of what is nobody's business: database, keys and mails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kloof import storage
from kloof.config import Settings

FOLDER: Final = "folder:"
_OF_OTHERS: Final = 0o077


def open_to_others(settings: Settings) -> list[Path]:
    """The files and folders that somebody besides their owner may read, write or enter; of those that are there."""
    return [place for place in _private(settings) if place.exists() and place.stat().st_mode & _OF_OTHERS]


def _private(settings: Settings) -> Iterator[Path]:
    yield settings.folder / "instance"
    yield settings.folder / "instance" / "secret_key"
    yield from storage.files_of(settings.database_url)
    if settings.smtp_url.startswith(FOLDER):
        mails = settings.folder / settings.smtp_url.removeprefix(FOLDER)
        yield mails
        yield from sorted(mails.glob("*.eml"))
    if settings.mail.dkim_key:
        yield settings.folder / settings.mail.dkim_key
