"""Which answers salespeople saw in closed groups, as the ledger beside the releases knows: a database that was put back
from a backup has forgotten it, and would show the same answers again, among others.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from kloof.actions import ledger
from kloof.config import Settings
from kloof.domain.errors import KloofError
from kloof.domain.ledger import LedgerAct, LedgerLine, deal_hash, row_hash
from kloof.storage.staff import own_groups

log = logging.getLogger(__name__)


def close_groups(settings: Settings, now: datetime) -> int:
    """Close the groups that are due, but never show an answer a second time; gives how many closed.

    Where the ledger cannot be read or written nothing closes: the log says so, and the next time it is tried again.
    """
    try:
        return own_groups.close_groups(now, shown=lambda: _Shown(settings, now))
    except (KloofError, OSError) as error:
        log.error("No group of answers closes: %s", error)
        return 0


class _Shown:
    """What the ledger knows at this moment, and where more is noted."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings, self._now = settings, now
        self._deals: set[str] = set()
        self._looks: dict[str, datetime] = {}
        for line in ledger.lines_of(ledger.path_of(settings)):
            if line.act is LedgerAct.IN_OWN_GROUP:
                self._deals.add(line.who)
            elif line.act is LedgerAct.LOOKED_FOR_GROUPS:
                self._looks[line.who] = line.at

    def already(self, deal_id: str) -> bool:
        """Whether the answers about this deal were in a group before."""
        return deal_hash(self._settings.secret_key, deal_id) in self._deals

    def last_look(self, salesperson: int) -> datetime | None:
        """When somebody last looked for groups of this salesperson (row id); None for never."""
        return self._looks.get(row_hash(LedgerAct.LOOKED_FOR_GROUPS, salesperson))

    @contextmanager
    def noting(self) -> Iterator[Callable[[int, Iterable[str]], None]]:
        """Around the transaction in which groups close: what it calls is on the disk before that ends."""
        with ledger.noting(self._settings) as note:

            def wrote(salesperson: int, deals: Iterable[str]) -> None:
                who = row_hash(LedgerAct.LOOKED_FOR_GROUPS, salesperson)
                looked = LedgerLine(at=self._now, act=LedgerAct.LOOKED_FOR_GROUPS, who=who)
                key = self._settings.secret_key
                grouped = (
                    LedgerLine(at=self._now, act=LedgerAct.IN_OWN_GROUP, who=deal_hash(key, one))
                    for one in deals
                )
                note.surely([looked, *grouped])

            yield wrote
