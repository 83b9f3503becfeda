"""Mail that came back and that nobody but a person can make sense of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WhyAside(StrEnum):
    """Why a mail that came back was set aside, for a person to look at."""

    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"  # more parts in one another than any mail has
    UNREADABLE = "unreadable"
    NOT_OURS = "not_ours"  # a mail server handed it over, and it is no bounce of ours


class SetAside(Exception):
    """This mail cannot be read; raised where it is read, and caught where the next one is."""

    def __init__(self, why: WhyAside) -> None:
        self.why = why
        super().__init__(why.value)


@dataclass(frozen=True, slots=True)
class AsideMail:
    """A mail that waits for a person. `file`: where it is kept; empty where it stays in its mailbox."""

    id: int
    since: datetime
    why: WhyAside
    size: int
    file: str
