"""Machines that share a database compare what they run with, and refuse to differ."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

from kloof import __version__, storage
from kloof.actions.company_files import agreed
from kloof.actions.surveys.files import survey_files
from kloof.config import Settings
from kloof.config.sources import FILE_KEYS
from kloof.domain.access.secret_key import check_value
from kloof.domain.errors import KloofError, Reason, Refused
from kloof.domain.hosts import GONE, SECRET_KEY, HostPart, JoinedHost, KeptKind, differing
from kloof.mail.texts import FILE as TEXTS
from kloof.storage.hosts import joined, kept_files

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
_FACTS: Final = "facts.json"


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
    """This machine begins to work, with what the desk saved on others. Raises Refused where another one that works, or
    what was accepted since this one began, is something else than what stands here.

    A database of SQLite is of one machine, and nothing is compared.
    """
    if not storage.is_shared():
        return
    name = name_of_this_host(settings)
    with agreed.changing(settings), storage.transaction():
        joined.hold()
        every = joined.every()
        _settle_edits_by_hand(settings, [one for one in every if one.name != name])
        here = joined.Joining(name, __version__, facts_of(settings))
        alike = agreed.kept_names()
        for other in every:
            if other.name != name and other.counts(now):
                _refuse_unless_same(here.facts, other, now, alike)
        if any(one.superseded and (one.name == name or one.is_there(now)) for one in every):
            _refuse_unless_accepted(here.facts, alike)
        joined.join(here, part, now)
        agreed.agree(settings, _files(settings))


def beat(settings: Settings, part: HostPart, now: datetime) -> None:
    """This machine still works. Raises what `join` raises where nobody knows it any more."""
    if storage.is_shared() and not joined.see(name_of_this_host(settings), part, now):
        join(settings, part, now)


def heed_what_was_accepted(settings: Settings, part: HostPart, now: datetime) -> None:
    """Raises Refused where other settings were accepted since this process began than those it runs with."""
    if storage.is_shared() and joined.is_superseded(name_of_this_host(settings)):
        join(settings, part, now)


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
    """What stands here counts from now on, and its surveys and texts go to every machine; gives those that have to be
    restarted with other settings, this one among them where it runs with former ones.
    """
    if not storage.is_shared():
        return []
    with agreed.changing(settings), storage.transaction():
        joined.hold()
        facts, by_hand = facts_of(settings), agreed.edited_by_hand(settings)
        differ = {one.name: differing(facts, one.facts) for one in joined.every() if one.counts(now)}
        alike = agreed.kept_names() - {*by_hand}
        names = {*chain.from_iterable(differ.values())} - alike
        if names or by_hand:
            ours = {_name(settings, file) for file in _files(settings)}
            agreed.count_from_now(settings, sorted({*by_hand, *(names & ours)}))
            kept_files.keep(KeptKind.ACCEPTED, _FACTS, json.dumps(facts, sort_keys=True).encode())
            joined.supersede_all()
        alike = agreed.kept_names()
    return sorted(name for name, found in differ.items() if {*found} - alike)


def compared(settings: Settings) -> list[tuple[JoinedHost, list[str]]]:
    """Every machine that ever joined, with what is not the same there as it is here now."""
    facts, alike = facts_of(settings), agreed.kept_names() if storage.is_shared() else frozenset()
    return [(one, _names(facts, one.facts, alike)) for one in joined.every()]


def in_words(names: list[str]) -> str:
    """What differs, for a sentence."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _names(one: Mapping[str, str], other: Mapping[str, str], alike: frozenset[str]) -> list[str]:
    return [name for name in differing(one, other) if name not in alike]


def _refuse_unless_same(
    facts: Mapping[str, str], other: JoinedHost, now: datetime, alike: frozenset[str]
) -> None:
    names = _names(facts, other.facts, alike)
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


def _refuse_unless_accepted(facts: Mapping[str, str], alike: frozenset[str]) -> None:
    accepted = kept_files.content(KeptKind.ACCEPTED, _FACTS)
    names = _names(facts, json.loads(accepted), alike) if accepted else []
    if names:
        raise Refused(
            Reason.HOST_DIFFERS,
            f"{in_words(names)}: other settings were accepted than this host runs with.",
            remedy="Give it the same kloof.toml, surveys and variables, and start kloof serve and kloof worker. Are "
            "these here the new ones? Then type here: kloof hosts accept",
        )


def _settle_edits_by_hand(settings: Settings, others: list[JoinedHost]) -> None:
    """Of a machine alone, or the first after all were stopped, what stands in its folder counts."""
    names = agreed.edited_by_hand(settings)
    if not names:
        return
    if any(other.seen_at is not None for other in others):
        agreed.take_what_is_absent(settings)
        names = agreed.edited_by_hand(settings)
        if not names:
            return
        raise Refused(
            Reason.HOST_DIFFERS,
            f"{in_words(names)}: edited by hand on this host, and not as the desk saved it for every host.",
            remedy="Is this here the right one? Then type here: kloof hosts accept. If not, move it away: the host "
            "takes what the desk saved.",
        )
    agreed.count_from_now(settings, names)


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
    for file in _files(settings):
        yield _name(settings, file), _contents(file)


def _files(settings: Settings) -> list[Path]:
    """What the desk may save."""
    try:
        surveys = survey_files(settings.surveys_folder)
    except KloofError:
        surveys = []
    return [*surveys, settings.folder / TEXTS]


def _name(settings: Settings, file: Path) -> str:
    return str(file.relative_to(settings.folder))


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
