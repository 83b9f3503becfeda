"""What every importer does with a line of a file: find its deal, say all that is wrong with it, write it, note it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Generic, Literal

from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.deals.files import Entry
from kloof.domain.errors import Reason, Refused
from kloof.storage.deals.deals import StoredDeal

Done = Literal["created", "updated", "unchanged"]
Check = tuple[frozenset[str], Callable[[], object]]
"""What raises Refused where something is wrong, and the columns that it rests on."""


class Importer(ABC, Generic[Entry]):
    """Takes lines in, one by one. Every refusal comes before the first write of its line.

    `known`: the deals that the next lines are about and that are there already, by id. `log`: what the audit log has
    to say of which deals.
    """

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = settings
        self.now = now
        self.today = settings.today(now)
        self.known: Mapping[str, StoredDeal] = {}
        self.log: dict[AuditAction, list[int]] = {}

    def wrong(self, line: Entry, bad: frozenset[str] = frozenset()) -> tuple[Refused, ...]:
        """All that is wrong with a line and takes more than its file to see.

        bad: the columns in which something is wrong already, so that nothing is said that rests on them.
        """
        found = []
        for columns, check in self._checks(line):
            if columns.isdisjoint(bad):
                try:
                    check()
                except Refused as refusal:
                    found.append(refusal)
        return tuple(found)

    def taken(self, line: Entry) -> Done:
        """Take in a line with which nothing is wrong."""
        effect = self.would(line)
        if effect != "unchanged":
            self.write(line)
        return effect

    @abstractmethod
    def would(self, line: Entry) -> Done:
        """What a line would do with which nothing is wrong."""

    @abstractmethod
    def write(self, line: Entry) -> None:
        """Take in a line that is not there yet as it is, and with which nothing is wrong."""

    @abstractmethod
    def _checks(self, line: Entry) -> Iterable[Check]:
        """What a line has to pass; nothing where it changes nothing."""

    def _note(self, action: AuditAction, deal: int) -> None:
        self.log.setdefault(action, []).append(deal)

    def _stored(self, deal_id: str, remedy: str) -> StoredDeal:
        stored = self.known.get(deal_id)
        if stored is None:
            raise Refused(
                Reason.DEAL_UNKNOWN,
                f"There is no deal {deal_id}.",
                remedy=remedy,
                deal=deal_id,
                column="deal_id",
            )
        return stored

    def _refuse_day_in_future(self, column: str, day: date, remedy: str) -> None:
        if day > self.today:
            raise Refused(
                Reason.DAY_IN_FUTURE,
                f"{column} {day} lies in the future.",
                remedy=remedy,
                column=column,
                day=day,
            )

    def _refuse_before_sale(self, column: str, day: date, sold_on: date) -> None:
        if day < sold_on:
            raise Refused(
                Reason.DAY_BEFORE_SALE,
                f"{column} {day} is before the sale on {sold_on}.",
                column=column,
                day=day,
                sold_on=sold_on,
            )


def on(*columns: str) -> frozenset[str]:
    """The columns that a check rests on."""
    return frozenset(columns)
