"""Deals come in from the CRM, and are marked delivered: good lines go in, bad lines are named, nothing is half-done."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from kloof import storage
from kloof.actions.deals.deal_lines import DealImporter
from kloof.actions.deals.deliveries import CancellationImporter, DeliveryImporter
from kloof.actions.deals.importer import Importer
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor
from kloof.domain.addresses import needs_smtputf8, refuse_smtputf8
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import (
    Entry,
    LineRefused,
    read_cancellations,
    read_deals,
    read_deliveries,
)
from kloof.domain.errors import Refused
from kloof.domain.surveys.definition import Survey
from kloof.domain.text import LANGUAGES
from kloof.mail.opening import takes_utf8_addresses
from kloof.storage.access import audit_log
from kloof.storage.deals import deals
from kloof.storage.deals.deals import StoredDeal
from kloof.wording.file_words import worded


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that did not go in. `reason`: everything that is wrong with it, in English."""

    line: int
    deal_id: str
    reason: str
    why: tuple[Refused, ...] = field(compare=False)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        why = [_as_dict(refusal) for refusal in self.why]
        return {"line": self.line, "deal_id": self.deal_id, "reason": self.reason, "why": why}


@dataclass(slots=True)
class Report:
    """What a file did, or with a dry run would have done."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        counts = {"created": self.created, "updated": self.updated, "unchanged": self.unchanged}
        return {**counts, "refused": [refusal.as_dict() for refusal in self.refused]}


def _as_dict(refusal: Refused) -> dict[str, object]:
    """`code` for a program to go by, the column, what was found there, the sentence in both languages, and every other
    fact under its name.
    """
    facts = dict(refusal.facts)
    found = next((facts.pop(name) for name in _FOUND if name in facts), None)
    column = facts.pop("column", None)
    words = {language: worded(refusal, language) for language in LANGUAGES}
    return {"code": refusal.reason.value, "column": column, "found": found, **words, **facts}


_FOUND = ("value", "name", "day", "address", "survey", "letter")


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
    by: Actor = COMMAND_LINE,
) -> Report:
    """Put every good line of a deals file in, with its first invitation, in one transaction.

    `offered` holds the surveys in force by id; `by` stands in the audit log. The same file twice changes nothing.
    Raises BadInput where the header cannot be used; what is wrong with a line is in the report.
    """
    prepared = partial(DealImporter, offered, settings, now)
    lines = _mailable(settings, [*read_deals(text, filename)])
    return _apply(lines, prepared, now, by, dry_run=dry_run)


def import_deliveries(
    settings: Settings,
    text: str,
    filename: str,
    now: datetime,
    *,
    dry_run: bool = False,
    by: Actor = COMMAND_LINE,
) -> Report:
    """Mark deals as delivered and queue their second invitation, in one transaction; otherwise as `import_deals`."""
    prepared = partial(DeliveryImporter, settings, now)
    return _apply(read_deliveries(text, filename), prepared, now, by, dry_run=dry_run)


def import_cancellations(
    settings: Settings,
    text: str,
    filename: str,
    now: datetime,
    *,
    dry_run: bool = False,
    by: Actor = COMMAND_LINE,
) -> Report:
    """Mark deals as cancelled and withdraw what was to go out, in one transaction; otherwise as `import_deals`."""
    prepared = partial(CancellationImporter, settings, now)
    return _apply(read_cancellations(text, filename), prepared, now, by, dry_run=dry_run)


def _mailable(
    settings: Settings, lines: list[tuple[int, DealLine | LineRefused]]
) -> list[tuple[int, DealLine | LineRefused]]:
    """The lines, without those whose address the mail server cannot take; it is asked where there is such a one."""
    special = {
        number: entry
        for number, entry in lines
        if isinstance(entry, DealLine) and needs_smtputf8(entry.customer_email)
    }
    if not special or takes_utf8_addresses(settings):
        return lines
    refused = {
        number: LineRefused((refuse_smtputf8(entry.customer_email),), entry.deal_id)
        for number, entry in special.items()
    }
    return [(number, refused.get(number, entry)) for number, entry in lines]


def _apply(
    read: Iterable[tuple[int, Entry | LineRefused]],
    prepared: Callable[[dict[str, StoredDeal]], Importer[Entry]],
    now: datetime,
    by: Actor,
    *,
    dry_run: bool,
) -> Report:
    report, lines = Report(), list(read)
    try:
        with storage.transaction():
            ids = [entry.deal_id for _, entry in lines if not isinstance(entry, LineRefused)]
            take = prepared(deals.stored(ids))
            for number, entry in lines:
                _enter(report, number, entry, take)
            for what, touched in take.log.items():
                audit_log.write(by, what, now, deals=touched)
            if dry_run:
                raise _DryRunEnds
    except _DryRunEnds:
        pass
    return report


def _enter(report: Report, number: int, entry: Entry | LineRefused, take: Importer[Entry]) -> None:
    if isinstance(entry, LineRefused):
        report.refused.append(Refusal(number, entry.deal_id, "; ".join(entry.reasons), entry.why))
        return
    try:
        done = take(entry)
    except Refused as refusal:
        report.refused.append(Refusal(number, entry.deal_id, str(refusal), (refusal,)))
    else:
        setattr(report, done, getattr(report, done) + 1)
