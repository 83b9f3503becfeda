"""What every importer does with a line of a file: find its deal, judge its day, note it for the audit log."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date, datetime
from typing import Generic, Literal

from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.deals.files import Entry
from kloof.domain.errors import Reason, Refused
from kloof.storage.deals.deals import StoredDeal

Done = Literal["created", "updated", "unchanged"]


class Importer(ABC, Generic[Entry]):
    """Takes lines in, one by one. Every refusal comes before the first write of its line.

    `known`: the deals of the file that are there already, by id. `log`: what the audit log has to say of which deals.
    """

    def __init__(self, settings: Settings, now: datetime, known: Mapping[str, StoredDeal]) -> None:
        self.settings = settings
        self.now = now
        self.today = settings.today(now)
        self.known = known
        self.log: dict[AuditAction, list[int]] = {}

    @abstractmethod
    def __call__(self, line: Entry, /) -> Done:
        """Take one line in. Raises Refused for what cannot go in."""

    def _note(self, action: AuditAction, deal: int) -> None:
        self.log.setdefault(action, []).append(deal)

    def _stored(self, deal_id: str, remedy: str) -> StoredDeal:
        stored = self.known.get(deal_id)
        if stored is None:
            raise Refused(Reason.DEAL_UNKNOWN, f"There is no deal {deal_id}.", remedy=remedy, deal=deal_id)
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

    def _refuse_impossible_day(self, column: str, day: date, sold_on: date) -> None:
        """What comes after the sale cannot lie before it, and has to have happened."""
        if day < sold_on:
            raise Refused(
                Reason.DAY_BEFORE_SALE,
                f"{column} {day} is before the sale on {sold_on}.",
                column=column,
                day=day,
                sold_on=sold_on,
            )
        self._refuse_day_in_future(column, day, "Import it on that day.")
