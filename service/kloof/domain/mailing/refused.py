"""That whoever sends is refused, as the desk, doctor and /workz are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FRESH = timedelta(days=7)
"""For so long after the last time it counts that servers of customers refuse us: nobody tells us when it is over."""


class RefusedBy(StrEnum):
    """Who refuses us."""

    OUR_SERVER = "our_server"  # nothing goes out
    THEIRS = "theirs"  # it went out, and came back


@dataclass(frozen=True, slots=True)
class MailRefused:
    """Who refuses us, in which words, since when, and when the last time was."""

    by: RefusedBy
    words: str
    since: datetime
    last_at: datetime

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return {
            "by": self.by.value,
            "words": self.words,
            "since": self.since.isoformat(),
            "last_at": self.last_at.isoformat(),
        }
