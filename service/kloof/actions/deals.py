"""Deals come in from the CRM, and are marked delivered: good lines go in, bad lines are named, nothing is half-done."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from difflib import get_close_matches
from typing import Protocol, TypeVar

from kloof import storage
from kloof.actions import invite
from kloof.actions.deal_events import Arrivals, CallsOff, Done
from kloof.config import Settings
from kloof.domain.arms import drawn
from kloof.domain.audit_log import COMMAND_LINE, What, Who
from kloof.domain.deal_files import (
    Cancellation,
    Delivery,
    LineRefused,
    read_cancellations,
    read_deals,
    read_deliveries,
)
from kloof.domain.errors import Refused
from kloof.domain.people import DealLine, Person
from kloof.domain.surveys import Survey, Wave
from kloof.storage import audit, deals, identity, people, surveys
from kloof.storage.deals import StoredDeal

Entry = TypeVar("Entry", DealLine, Delivery, Cancellation)
Taken = TypeVar("Taken", contravariant=True)

MAY_STILL_CHANGE = frozenset({"customer_name", "language", "delivery_planned_on", "practices", "time_zone"})
"""What a correction may touch after the customer has answered: the rest would pass their answers to somebody else."""


BETTER_KNOWN = frozenset({"customer_number"})
"""What may still be added to a customer who has answered, where there was nothing."""


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
    return _apply(lines, lambda known: Arrivals(settings, now, known), now, by, dry_run=dry_run)


def import_cancellations(
    settings: Settings,
    text: str,
    filename: str,
    now: datetime,
    *,
    dry_run: bool = False,
    by: Who = COMMAND_LINE,
) -> Report:
    """Mark deals as cancelled and withdraw what was to go out, in one transaction; otherwise as `import_deals`."""
    lines = list(read_cancellations(text, filename))
    return _apply(lines, lambda known: CallsOff(settings, now, known), now, by, dry_run=dry_run)


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
        self.nameless: dict[str, str] | None = None

    def __call__(self, line: DealLine) -> Done:
        stored = self.known.get(line.deal_id)
        if stored and stored.line == line:
            return "unchanged"
        seller = self._seller(line)
        survey = self._survey(line, stored)
        if stored and stored.answered:
            self._refuse_what_answers_rest_on(stored.line, line)
        self._refuse_if_perhaps_the_same(line, stored)
        if stored and stored.delivery_answered and stored.line.practices != line.practices:
            raise Refused(
                "The customer has answered after delivery, so what was done for this deal can no longer change.",
                remedy="Enter it before that, or it could be coloured by the answer; undo the change in the file.",
            )
        if line.sold_on > self.settings.today(self.now):
            raise Refused(f"sold_on {line.sold_on} lies in the future.", remedy="Import it once it is sold.")
        self._write(line, seller, survey, stored)
        return "updated" if stored else "created"

    def _write(self, line: DealLine, seller: Person, survey: Survey, stored: StoredDeal | None) -> None:
        share = self.settings.research.share_without_first_survey
        arm = drawn(self.settings.secret_key, line.deal_id, share)  # kept for a new deal only
        deal = deals.put(line, seller.id, self.versions[survey.id], self.now, arm, share)
        self.log.setdefault(What.DEAL_CHANGED if stored else What.DEAL_LOADED, []).append(deal.id)
        if not stored:
            invite.invite(self.settings, deal, survey, Wave.SALE, self.now)
        elif not stored.answered:
            for wave in (Wave.SALE, Wave.DELIVERY) if deal.delivered_on else (Wave.SALE,):
                invite.invite_again(self.settings, deal, survey, wave, self.now)

    def _refuse_if_perhaps_the_same(self, line: DealLine, stored: StoredDeal | None) -> None:
        """Two customers where there is one would make a group look larger than it is: somebody has to know."""
        if not line.by_letter or line.customer_number or (stored and stored.line.customer_email):
            return
        if self.nameless is None:
            self.nameless = identity.nameless(besides=())
        earlier = self.nameless.setdefault(identity.name_key(line.customer_name), line.deal_id)
        if earlier != line.deal_id:
            raise Refused(
                f"Deal {earlier} has a customer of this name without an address too, and nothing says whether it is "
                "the same one.",
                remedy="Give both lines a customer_number: the same for one customer, different for two.",
            )

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
            if item.name not in MAY_STILL_CHANGE
            and getattr(before, item.name) != getattr(after, item.name)
            # To become better known is not to become another: identity.put keeps the row.
            and not (item.name in BETTER_KNOWN and not getattr(before, item.name))
        ]
        if changed:
            raise Refused(
                f"The customer has answered already, so {', '.join(changed)} can no longer change.",
                remedy="Undo the change in the file; if the deal itself was wrong, ask the customer to withdraw.",
            )
