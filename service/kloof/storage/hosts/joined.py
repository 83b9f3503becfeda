"""Which machines share this database, when each was seen last, and with what it runs."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from kloof.domain.hosts import HostPart, JoinedHost
from kloof.storage.database import is_postgresql
from kloof.storage.models import Host as Row
from kloof.storage.statements import run

_SEEN = {HostPart.WEB: Row.web_seen_at, HostPart.WORKER: Row.worker_seen_at}


class Joining(NamedTuple):
    """A machine as it joins."""

    name: str
    version: str
    facts: Mapping[str, str]


def hold() -> None:
    """Until the transaction ends nobody else joins."""
    if is_postgresql():
        run("LOCK TABLE host IN SHARE ROW EXCLUSIVE MODE")


def every() -> list[JoinedHost]:
    """Every machine that ever joined, by name."""
    return [
        JoinedHost(
            name=row.name,
            version=row.version,
            facts=json.loads(row.facts),
            joined_at=row.joined_at,
            web_seen_at=row.web_seen_at,
            worker_seen_at=row.worker_seen_at,
            superseded=row.superseded,
        )
        for row in Row.select().order_by(Row.name)
    ]


def join(one: Joining, part: HostPart, now: datetime) -> None:
    """From now on it is one of them, with these facts."""
    told = {
        Row.version: one.version, Row.facts: json.dumps(one.facts, sort_keys=True), Row.joined_at: now,
        Row.superseded: False, _SEEN[part]: now,
    }  # fmt: skip
    if not Row.update(told).where(Row.name == one.name).execute():
        Row.insert({Row.name: one.name} | told).execute()


def see(name: str, part: HostPart, now: datetime) -> bool:
    """It was here at this moment; whether it is known at all."""
    return bool(Row.update({_SEEN[part]: now}).where(Row.name == name).execute())


def leave(name: str, part: HostPart) -> None:
    """This part of it has stopped."""
    Row.update({_SEEN[part]: None}).where(Row.name == name).execute()


def supersede_all() -> None:
    """What each runs with counts no more, until it joins anew."""
    Row.update(superseded=True).execute()


def is_superseded(name: str) -> bool:
    """Whether what it runs with counts no more."""
    return bool(Row.select().where(Row.name == name, Row.superseded).exists())


def forget(name: str) -> bool:
    """It is none of them any more; whether it was."""
    return bool(Row.delete().where(Row.name == name).execute())


def forget_all() -> None:
    """There are none any more."""
    Row.delete().execute()
