"""Machines that share a database compare what they run with, and refuse to differ."""

import hashlib
import hmac
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kloof import __version__, storage
from kloof.actions.surveys.files import survey_files
from kloof.config import Settings
from kloof.config.sources import FILE_KEYS
from kloof.domain.access.secret_key import check_value
from kloof.domain.errors import KloofError, Reason, Refused
from kloof.domain.hosts import GONE, SECRET_KEY, HostPart, JoinedHost, differing
from kloof.mail.texts import FILE as TEXTS
from kloof.storage.hosts import joined

_OF_EACH_MACHINE: Final = {"mail.ca_file", "webhooks.ca_file"}
"""Places of files that may differ."""
_FILES: Final = {"company.logo", "mail.dkim_key"}
"""Names of files of which the contents count."""
_VARIABLES: Final = {
    "KLOOF_BASE_URL": "base_url",
    "KLOOF_MAIL_FROM": "mail_from",
    "KLOOF_OIDC_SECRET": "oidc_secret",
}
_NAMED: Final = 5
_LENGTH: Final = 16


def name_of_this_host(settings: Settings) -> str:
    """What the others know this machine by: KLOOF_HOST, or its name in the network."""
    return settings.host or socket.gethostname()[:60]


def facts_of(settings: Settings) -> dict[str, str]:
    """Hashes of all that has to be the same on every machine, by name. Nobody can read a setting out of them."""
    key = settings.secret_key.encode()
    told = {
        name: hmac.digest(key, f"{name}\0".encode() + value, hashlib.sha256).hex()[:_LENGTH]
        for name, value in _told(settings)
    }
    return {SECRET_KEY: check_value(settings.secret_key)[:_LENGTH]} | told


def join(settings: Settings, part: HostPart, now: datetime) -> None:
    """This machine begins to work. Raises Refused where another one that works runs with something else.

    A database of SQLite is of one machine, and nothing is compared.
    """
    if not storage.is_shared():
        return
    here = joined.Joining(name_of_this_host(settings), __version__, facts_of(settings))
    with storage.transaction():
        joined.hold()
        for other in joined.every():
            if other.name != here.name and other.counts(now):
                _refuse_unless_same(here.facts, other, now)
        joined.join(here, part, now)


def beat(settings: Settings, part: HostPart, now: datetime) -> bool:
    """This machine still works; whether what it runs with still counts. Raises what `join` raises where nobody knows
    it any more.
    """
    if not storage.is_shared():
        return True
    here = name_of_this_host(settings)
    if not joined.see(here, part, now):
        join(settings, part, now)
    return not any(one.superseded for one in joined.every() if one.name == here)


def refuse_if_superseded(settings: Settings, now: datetime) -> None:
    """Raises Refused in a worker where other settings than its own were accepted meanwhile."""
    if not beat(settings, HostPart.WORKER, now):
        raise Refused(
            Reason.HOST_DIFFERS,
            f"Other settings were accepted since this host ({name_of_this_host(settings)}) was started.",
            remedy="Give it the same kloof.toml, surveys and variables, and restart kloof serve and kloof worker.",
        )


def leave(settings: Settings, part: HostPart) -> None:
    """This part of this machine stops, and stands in nobody's way; where nobody can be told, they find out."""
    if not storage.is_shared():
        return
    try:
        storage.ensure_connected()
        joined.leave(name_of_this_host(settings), part)
    except Exception as error:
        if not isinstance(error, KloofError) and storage.explained(error) is None:
            raise


def forget(name: str) -> bool:
    """It is gone for good; whether a machine of this name ever joined."""
    return joined.forget(name)


def accept(settings: Settings, now: datetime) -> list[str]:
    """What stands here counts from now on; gives the other machines that have to be restarted with it."""
    here = name_of_this_host(settings)
    with storage.transaction():
        joined.hold()
        facts = facts_of(settings)
        others = [
            one.name
            for one in joined.every()
            if one.name != here and one.counts(now) and differing(facts, one.facts)
        ]
        if others:
            joined.supersede_others(here)
    return others


def compared(settings: Settings) -> list[tuple[JoinedHost, list[str]]]:
    """Every machine that ever joined, with what is not the same there as it is here now."""
    facts = facts_of(settings)
    return [(one, differing(facts, one.facts)) for one in joined.every()]


def in_words(names: list[str]) -> str:
    """What differs, for a sentence."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _refuse_unless_same(facts: Mapping[str, str], other: JoinedHost, now: datetime) -> None:
    names = differing(facts, other.facts)
    seen = other.seen_at
    if not names or seen is None:
        return
    raise Refused(
        Reason.HOST_DIFFERS,
        f"{in_words(names)}: not the same here as on the host {other.name}, which was seen "
        f"{int((now - seen).total_seconds())} seconds ago.",
        remedy=f"Make them the same. Are these here the new ones? Then stop kloof there (one that was cut off counts "
        f"for {int(GONE.total_seconds() // 60)} minutes), or type here: kloof hosts accept",
    )


def _told(settings: Settings) -> Iterator[tuple[str, bytes]]:
    values: dict[str, Any] = settings.model_dump(mode="json", include=set(FILE_KEYS))
    for section, value in values.items():
        for key, one in value.items() if isinstance(value, dict) else [("", value)]:
            name = f"{section}.{key}".rstrip(".")
            if name in _FILES and one:
                yield name, _contents(settings.folder / one)
            elif name not in _OF_EACH_MACHINE:
                yield name, repr(one).encode()
    for name, field in _VARIABLES.items():
        yield name, str(getattr(settings, field)).encode()
    try:
        surveys = survey_files(settings.surveys_folder)
    except KloofError:
        surveys = []
    for file in [*surveys, settings.folder / TEXTS]:
        yield str(file.relative_to(settings.folder)), _contents(file)


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
