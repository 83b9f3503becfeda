"""Mail that is kept back on purpose."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONG: Final = timedelta(days=1)
"""After so long a pause may be one that everybody forgot."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when mail waits, and who said so; without a name it was a command."""

    since: datetime
    by: str

    def is_long(self, now: datetime) -> bool:
        """Whether it lasts so long that somebody should be told."""
        return now - self.since > LONG
