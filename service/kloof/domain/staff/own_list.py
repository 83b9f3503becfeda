"""Which of their own deals a salesperson wants to see."""

from dataclasses import dataclass
from enum import StrEnum


class OwnList(StrEnum):
    """Which of one's own deals are listed."""

    ALL = ""
    NAMED = "named"
    AHEAD = "ahead"  # not delivered yet


@dataclass(frozen=True, slots=True)
class OwnSearch:
    """Which deals are listed: of this kind, and found by every word of `words`, as at the desk."""

    kind: OwnList = OwnList.ALL
    words: str = ""
