"""Deals come in from the CRM, and are marked delivered: good lines go in, bad lines are named, nothing is half-done."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Literal, Protocol, TypeVar

from kloof import storage
from kloof.actions import invite
from kloof.config import Settings
from kloof.domain.audit_log import COMMAND_LINE, What, Who
from kloof.domain.deal_files import Delivery, LineRefused, read_deals, read_deliveries
from kloof.domain.errors import Refused
from kloof.domain.people import DealLine, Person
from kloof.domain.surveys import Survey, Wave
from kloof.storage import audit, deals, people, surveys
from kloof.storage.deals import StoredDeal

Done = Literal["created", "updated", "unchanged"]
Entry = TypeVar("Entry", DealLine, Delivery)
Taken = TypeVar("Taken", contravariant=True)

MAY_STILL_CHANGE = frozenset({"customer_name", "language", "delivery_planned_on", "practices"})
"""What a correction may touch after the customer has answered: the rest would pass their answers to somebody else."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that did not go in."""

    line: int
    deal_id: str
    reason: str


@dataclass(slots=True)
class Report:
    """What a file did, or with a dry run would have done."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json and for the desk."""
        return asdict(self)


class _DryRunEnds(Exception):
    """Rolls the transaction back."""


def import_deals(
    settings: Settings,
    text: str,
    filename: str,
    offered: Mapping[str, Survey],
    now: datetime,
    *,
    dry_run: bool = False,
    by: Who = COMMAND_LINE,
) -> Report:
    """Put every good line of a deals file in, with its first invitation, in one transaction.

    `offered` holds the surveys in force by id; `by` stands in the audit log. The same file twice changes nothing.
    Raises BadInput where the header cannot be used; what is wrong with a line is in the report.
    """
    lines = list(read_deals(text, filename))
    return _apply(lines, lambda known: _Intake(settings, offered, now, known), now, by, dry_run=dry_run)


def import_deliveries(
    settings: Settings,
    text: str,
    filename: str,
    now: datetime,
    *,
    dry_run: bool = False,
    by: Who = COMMAND_LINE,
) -> Report:
    """Mark deals as delivered and queue their second invitation, in one transaction; otherwise as `import_deals`."""
    lines = list(read_deliveries(text, filename))
    return _apply(lines, lambda known: _Arrivals(settings, now, known), now, by, dry_run=dry_run)


def _apply(
    lines: Iterable[tuple[int, Entry | LineRefused]],
    prepared: Callable[[dict[str, StoredDeal]], "_Taker[Entry]"],
    now: datetime,
    by: Who,
    *,
    dry_run: bool,
) -> Report:
    report = Report()
    try:
        with storage.transaction():
            ids = [entry.deal_id for _, entry in lines if not isinstance(entry, LineRefused)]
            take = prepared(deals.stored(ids))
            for number, entry in lines:
                _enter(report, number, entry, take)
            for what, touched in take.log.items():
                audit.write(by, what, now, deals=touched)
            if dry_run:
                raise _DryRunEnds
    except _DryRunEnds:
        pass
    return report


def _enter(report: Report, number: int, entry: Entry | LineRefused, take: Callable[[Entry], Done]) -> None:
    if isinstance(entry, LineRefused):
        report.refused.append(Refusal(number, "", "; ".join(entry.reasons)))
        return
    try:
        done = take(entry)
    except Refused as refusal:
        report.refused.append(Refusal(number, entry.deal_id, str(refusal)))
    else:
        setattr(report, done, getattr(report, done) + 1)


class _Taker(Protocol[Taken]):
    """Takes lines in, and notes what the audit log has to say about which deals."""

    log: dict[What, list[int]]

    def __call__(self, entry: Taken, /) -> Done: ...


class _Intake:
    """Takes deals in. Every refusal comes before the first write of its line."""

    def __init__(
        self, settings: Settings, offered: Mapping[str, Survey], now: datetime, known: dict[str, StoredDeal]
    ) -> None:
        self.settings = settings
        self.offered = offered
        self.now = now
        self.known = known
        self.sellers = people.salespeople()
        self.versions: dict[str, int] = {}
        self.log: dict[What, list[int]] = {}

    def __call__(self, line: DealLine) -> Done:
        stored = self.known.get(line.deal_id)
        if stored and stored.line == line:
            return "unchanged"
        seller = self._seller(line)
        survey = self._survey(line, stored)
        if stored and stored.answered:
            self._refuse_what_answers_rest_on(stored.line, line)
        if line.sold_on > self.settings.today(self.now):
            raise Refused(f"sold_on {line.sold_on} lies in the future.", remedy="Import it once it is sold.")
        self._write(line, seller, survey, stored)
        return "updated" if stored else "created"

    def _write(self, line: DealLine, seller: Person, survey: Survey, stored: StoredDeal | None) -> None:
        deal = deals.put(line, seller.id, self.versions[survey.id], self.now)
        self.log.setdefault(What.DEAL_CHANGED if stored else What.DEAL_LOADED, []).append(deal.id)
        if not stored:
            invite.invite(self.settings, deal, survey, Wave.SALE, self.now)
        elif not stored.answered:
            invite.invite_again(self.settings, deal, survey, Wave.SALE, self.now)

    def _seller(self, line: DealLine) -> Person:
        seller = self.sellers.get(line.salesperson_email)
        if seller is None:
            raise Refused(
                f"No salesperson has the address {line.salesperson_email}.",
                remedy=f"Add them first: kloof people add --role salesperson --email {line.salesperson_email} --name …",
            )
        return seller

    def _survey(self, line: DealLine, stored: StoredDeal | None) -> Survey:
        """The survey in force at sale; a deal that was answered keeps the version that it was answered with."""
        survey = self.offered.get(line.survey)
        if survey is None:
            near = get_close_matches(line.survey, self.offered, n=1)
            hint = (
                f"Did you mean {near[0]}?"
                if near
                else f"There are: {', '.join(sorted(self.offered)) or 'none'}."
            )
            raise Refused(f"There is no survey {line.survey!r}.", remedy=hint)
        if stored and stored.deal.survey.id == survey.id and stored.answered:
            row = surveys.row_of(stored.deal.survey)
            assert row is not None, "the deal's foreign key guarantees it"  # noqa: S101
            self.versions[survey.id] = row
        else:
            self.versions[survey.id] = surveys.record(survey, self.now)
        return survey

    @staticmethod
    def _refuse_what_answers_rest_on(before: DealLine, after: DealLine) -> None:
        changed = [
            item.name
            for item in fields(DealLine)
            if item.name not in MAY_STILL_CHANGE and getattr(before, item.name) != getattr(after, item.name)
        ]
        if changed:
            raise Refused(
                f"The customer has answered already, so {', '.join(changed)} can no longer change.",
                remedy="Undo the change in the file; if the deal itself was wrong, ask the customer to withdraw.",
            )


class _Arrivals:
    """Marks deals as delivered."""

    def __init__(self, settings: Settings, now: datetime, known: dict[str, StoredDeal]) -> None:
        self.settings = settings
        self.now = now
        self.known = known
        self.log: dict[What, list[int]] = {}

    def __call__(self, delivery: Delivery) -> Done:
        stored = self.known.get(delivery.deal_id)
        if stored is None:
            raise Refused(
                f"There is no deal {delivery.deal_id}.", remedy="Import it first: kloof deals import."
            )
        before = stored.deal.delivered_on
        if before == delivery.delivered_on:
            return "unchanged"
        self._refuse_impossible(stored, delivery)
        deals.set_delivered(stored.deal.id, delivery.delivered_on)
        self.log.setdefault(What.DEAL_DELIVERED, []).append(stored.deal.id)
        deal = replace(stored.deal, delivered_on=delivery.delivered_on)
        send = invite.invite_again if before else invite.invite
        send(self.settings, deal, surveys.by_key(deal.survey), Wave.DELIVERY, self.now)
        return "updated"

    def _refuse_impossible(self, stored: StoredDeal, delivery: Delivery) -> None:
        if delivery.delivered_on < stored.deal.sold_on:
            raise Refused(
                f"delivered_on {delivery.delivered_on} is before the sale on {stored.deal.sold_on}."
            )
        if delivery.delivered_on > self.settings.today(self.now):
            raise Refused(
                f"delivered_on {delivery.delivered_on} lies in the future.", remedy="Import it on that day."
            )
        if stored.delivery_answered:
            raise Refused(
                f"The customer has answered the second survey; the delivery of {stored.deal.delivered_on} stays."
            )
