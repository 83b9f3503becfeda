"""What every importer does with a line of a file: find its deal, say all that is wrong with it, write it, note it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Final, Generic, Literal

from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.deals import accounts, practices
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import Entry
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.errors import Reason, Refused
from kloof.domain.surveys.definition import Survey
from kloof.storage.access import audit_log
from kloof.storage.deals import deals
from kloof.storage.deals.deals import StoredDeal

MAY_STILL_CHANGE: Final = frozenset(
    {"customer_name", "language", "delivery_planned_on", "practices", "time_zone", "account"}
)
"""What a correction may touch after the customer has answered: the rest would pass their answers to somebody else."""
BETTER_KNOWN: Final = frozenset({"customer_number"})
"""What may still be added to a customer who has answered, where there was nothing."""
Done = Literal["created", "updated", "unchanged"]
Check = tuple[frozenset[str], Callable[[], object]]
"""What raises Refused where something is wrong, and the columns that it rests on."""


class Importer(ABC, Generic[Entry]):
    """Takes lines in. Every refusal comes before the first write of its line; lines that are alike wait to be written
    together, until `finish` or a line that has to come after them.

    `known`: the deals that the next lines are about and that are there already, by id. `log`: what the audit log has
    to say of which deals; `loaded`: those that were inserted.
    """

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = settings
        self.now = now
        self.today = settings.today(now)
        self.known: Mapping[str, StoredDeal] = {}
        self.log: dict[AuditAction, list[int]] = {}
        self.loaded: list[int] = []

    def look_up(self, lines: Sequence[Entry]) -> None:
        """Find what is known of what these lines are about, before anything is asked of them."""
        self.known = deals.stored(line.deal_id for line in lines)

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
    def foresee(self, line: Entry, forecast: FileForecast) -> None:
        """Add to the forecast the mail that a line causes with which nothing is wrong."""

    @abstractmethod
    def write(self, line: Entry) -> None:
        """Take in a line that is not there yet as it is, and with which nothing is wrong; at once, or with others."""

    def finish(self, by: Actor) -> None:
        """Write the lines that wait, and note in the audit log what was done; the last thing in a transaction."""
        self.write_what_waits()
        if self.loaded:
            audit_log.write_of_new(by, AuditAction.DEAL_LOADED, self.now, self.loaded)
            self.loaded.clear()
        for what, touched in self.log.items():
            audit_log.write(by, what, self.now, deals=touched)
        self.log.clear()

    @abstractmethod
    def write_what_waits(self) -> None:
        """Write the lines that were taken in and wait to be written together."""

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


def known_as(line: DealLine) -> list[str]:
    """By what the customer of this line would be known where they were erased."""
    return [name for name in (line.customer_email, line.customer_number) if name] or [line.deal_id]


def refuse_erased(line: DealLine, erased: Collection[str]) -> None:
    """Raise Refused where the customer of this line is known by one of these names."""
    if found := [name for name in known_as(line) if name in erased]:
        raise Refused(
            Reason.CUSTOMER_ERASED,
            "The customer of this line was erased, and no file brings them back.",
            remedy="Take the line out, in the CRM too. Where they came back on their own: "
            f"kloof person allow {found[0]}",
            column="customer_email" if line.customer_email else "deal_id",
        )


def refuse_what_answers_rest_on(line: DealLine, stored: StoredDeal | None, *, is_new_address: bool) -> None:
    """Raise Refused where this line would change what the answers of a customer rest on. is_new_address: it is known
    that the customer has another address now.
    """
    if stored is None or not stored.answered:
        return
    before, besides = stored.line, {"customer_email"} if is_new_address else set()
    changed = [
        item.name
        for item in fields(DealLine)
        if item.name not in MAY_STILL_CHANGE | besides
        and getattr(before, item.name) != getattr(line, item.name)
        # To become better known is not to become another: identity.put keeps the row.
        and not (item.name in BETTER_KNOWN and not getattr(before, item.name))
    ]
    if changed:
        raise Refused(
            Reason.CUSTOMER_HAS_ANSWERED,
            f"The customer has answered already, so {', '.join(changed)} can no longer change.",
            remedy="Undo the change in the file; if the deal itself was wrong, ask the customer to withdraw.",
            columns=", ".join(changed),
        )


def laid_over(line: DealLine, stored: StoredDeal | None) -> DealLine:
    """What a deal would be with this line: what the line does not say stays as it is."""
    if stored is None:
        return line
    over = accounts.laid_over(stored.line, line)
    return replace(over, practices=practices.laid_over(stored.line.practices, line.practices))


def is_as_it_says(stored: StoredDeal, line: DealLine) -> bool:
    """Whether this deal is already as a line says, or stays as it is since its customer is forgotten."""
    return stored.forgotten or stored.line == laid_over(line, stored)


def is_nameless(line: DealLine, stored: StoredDeal | None) -> bool:
    """Whether nothing but a name says who the customer is."""
    return line.by_letter and not line.customer_number and not (stored and stored.line.customer_email)


def keeps_its_version(survey: Survey, stored: StoredDeal | None) -> bool:
    """Whether a deal was answered with this survey: its version stays."""
    return stored is not None and stored.answered and stored.deal.survey.id == survey.id
