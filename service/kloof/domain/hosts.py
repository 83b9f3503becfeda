"""Machines that share a database: what has to be the same on each, and how it shows that it is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final

GONE: Final = timedelta(minutes=3)
"""Unseen for so long, a machine stands in nobody's way any more."""
SECRET_KEY: Final = "the secret key"  # noqa: S105  a name


class HostPart(StrEnum):
    """What runs on a machine."""

    WEB = auto()
    WORKER = auto()


class KeptKind(StrEnum):
    """Files that every machine has to have."""

    RELEASE = auto()
    SITE = auto()
    LEDGER = auto()
    COMPANY = auto()  # a survey or the texts of mails, as the desk saved it last
    FORMER = auto()  # the same as it was before, by which a machine that is behind is known
    ACCEPTED = auto()  # with what every machine has to run, since somebody said so


@dataclass(frozen=True, slots=True)
class JoinedHost:
    """A machine: when its parts were seen last, None where they stopped; `facts` are hashes by the name of what they
    are of. `superseded`: other settings were accepted since it joined.
    """

    name: str
    version: str
    facts: Mapping[str, str]
    joined_at: datetime
    web_seen_at: datetime | None
    worker_seen_at: datetime | None
    superseded: bool

    @property
    def seen_at(self) -> datetime | None:
        """When any of it was seen last."""
        return max(filter(None, (self.web_seen_at, self.worker_seen_at)), default=None)

    def is_there(self, now: datetime) -> bool:
        """Whether any of it works, as far as others can tell."""
        seen = self.seen_at
        return seen is not None and now - seen < GONE

    def counts(self, now: datetime) -> bool:
        """Whether it has a say in what others run with."""
        return self.is_there(now) and not self.superseded


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The names of what is not the same in both; the key alone where that differs, since it is in every hash."""
    if one.get(SECRET_KEY) != other.get(SECRET_KEY):
        return [SECRET_KEY]
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
