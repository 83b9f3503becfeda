"""Files from the CRM go in: good lines are taken, bad lines are named with everything that is wrong with them.

A file is taken in by parts, each in a transaction of its own: while one is long, nobody else can write to SQLite.
Where the work breaks off, the file is loaded again: what is in already is unchanged.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any, Final

from kloof import storage
from kloof.actions.deals.deal_lines import DealImporter
from kloof.actions.deals.deliveries import CancellationImporter, DeliveryImporter
from kloof.actions.deals.importer import Importer
from kloof.actions.deals.reports import Refusal
from kloof.actions.deals.reports import Report as Report
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor
from kloof.domain.addresses import needs_smtputf8
from kloof.domain.deals.files import FileKind, LineRefused, Mended
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.deals.reading.columns import PLAIN, ColumnMapping
from kloof.domain.deals.reading.lines import read_lines
from kloof.domain.deals.reading.tables import FileTable, of_text
from kloof.domain.surveys.definition import Survey
from kloof.domain.webhooks.events import deal_refused
from kloof.mail.opening import takes_utf8_addresses
from kloof.storage.deals import deals
from kloof.storage.webhooks import outbox as webhooks

Progress = Callable[[int, int], None]
"""Told how many lines of how many are done."""
Line = tuple[int, Any]
AT_ONCE: Final = 200
"""Lines of one transaction, at most."""
LONGEST_PART: Final = 0.15
"""Seconds after which a transaction takes no more lines: corrections take longer than new lines."""
SECONDS_BETWEEN_PARTS: Final = 0.005


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file, by what its columns are called, with what was mended in it and left out of it."""

    kind: FileKind
    table: FileTable
    mapping: ColumnMapping = PLAIN
    mended: Mended = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()

    def lines(self) -> list[Line]:
        """Every line, with what it says or why it cannot go in; raises BadInput where the titles cannot be used."""
        lines = read_lines(
            self.kind.layout, self.table, self.mapping, mended=self.mended, left_out=self.left_out
        )
        return list(lines)


@dataclass(frozen=True, slots=True)
class Begun:
    """What was done of a file before the work on it broke off: so many of its lines, and what they did."""

    done: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0


Kept = Callable[[int, Report], None]


def not_kept(_done: int, _report: Report) -> None:
    """For what is done at once."""


def no_progress(_done: int, _total: int) -> None:
    """For who does not watch."""


def check(
    settings: Settings,
    incoming: Incoming,
    offered: Mapping[str, Survey],
    now: datetime,
    progress: Progress = no_progress,
) -> Report:
    """What loading this file would do; nothing is changed, and nobody who writes is kept waiting.

    Raises BadInput where the titles cannot be used; what is wrong with a line is in the report.
    """
    asked_since = settings.today(now) - timedelta(days=settings.deals.history_after_days)
    lines, report = incoming.lines(), Report(forecast=FileForecast(asked_since))
    take = _importer(settings, incoming.kind, lines, offered, now)
    for done, part in _parts(lines):
        take.look_up(_entries(part))
        for number, entry in part:
            if _is_good(report, number, entry, take):
                _count(report, effect := take.would(entry))
                if report.forecast and effect != "unchanged":
                    take.foresee(entry, report.forecast)
        progress(done, len(lines))
    if report.forecast and (most := settings.mail.most_per_hour):
        report.forecast.hours = -(-report.forecast.mails // most)
    return report


def load(
    settings: Settings,
    incoming: Incoming,
    offered: Mapping[str, Survey],
    now: datetime,
    progress: Progress = no_progress,
    *,
    by: Actor = COMMAND_LINE,
    begun: Begun = Begun(),
    kept: Kept = not_kept,
) -> Report:
    """Take the good lines of this file in, each with its invitation; the same file twice changes nothing.

    `offered` holds the surveys in force by id; `by` stands in the audit log. begun: what was done of it before the work
    broke off. kept: told how far it is and what it did, in the transaction of each part. Raises as `check` does.
    """
    lines, report = incoming.lines(), Report(begun.created, begun.updated, begun.unchanged)
    take = _importer(settings, incoming.kind, lines, offered, now)
    done = 0
    while done < len(lines):
        with storage.transaction():
            known = len(report.refused)
            done = _load_part(take, lines, done, begun.done, report)
            take.finish(by)
            if done > begun.done:
                webhooks.tell(
                    [deal_refused("file", one.deal_id, one.why) for one in report.refused[known:]], now
                )
                kept(done, report)
        progress(done, len(lines))
        # Whoever waits to write is woken now: to take the next turn at once would pass them by.
        sleep(SECONDS_BETWEEN_PARTS)
    return report


def _load_part(take: Importer[Any], lines: list[Line], start: int, begun: int, report: Report) -> int:
    """Take in the lines from `start` on, as many as a transaction may hold; gives up to which. Those of the first
    `begun` are counted already.
    """
    part, ends_at = lines[start : start + AT_ONCE], monotonic() + LONGEST_PART
    deals.one_import_at_a_time()
    take.look_up(_entries(part))
    done = start
    for number, entry in part:
        done += 1
        if _is_good(report, number, entry, take):
            effect = take.taken(entry)
            if done > begun:
                _count(report, effect)
        if monotonic() > ends_at:
            break
    return done


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
    """Take the deals of a CSV file in that is text, under our own names; as `load`, with `dry_run` as `check`."""
    return _taken(settings, FileKind.DEALS, text, filename, offered, now, dry_run=dry_run, by=by)


def import_deliveries(
    settings: Settings,
    text: str,
    filename: str,
    now: datetime,
    *,
    dry_run: bool = False,
    by: Actor = COMMAND_LINE,
) -> Report:
    """Mark the deals of a CSV file as delivered; otherwise as `import_deals`."""
    return _taken(settings, FileKind.DELIVERIES, text, filename, {}, now, dry_run=dry_run, by=by)


def import_cancellations(
    settings: Settings,
    text: str,
    filename: str,
    now: datetime,
    *,
    dry_run: bool = False,
    by: Actor = COMMAND_LINE,
) -> Report:
    """Mark the deals of a CSV file as cancelled; otherwise as `import_deals`."""
    return _taken(settings, FileKind.CANCELLATIONS, text, filename, {}, now, dry_run=dry_run, by=by)


def _taken(
    settings: Settings,
    kind: FileKind,
    text: str,
    filename: str,
    offered: Mapping[str, Survey],
    now: datetime,
    *,
    dry_run: bool,
    by: Actor,
) -> Report:
    incoming = Incoming(kind, of_text(text, filename, PLAIN.wanted(kind.required)))
    if dry_run:
        return check(settings, incoming, offered, now)
    return load(settings, incoming, offered, now, by=by)


def _importer(
    settings: Settings, kind: FileKind, lines: list[Line], offered: Mapping[str, Survey], now: datetime
) -> Importer[Any]:
    if kind is FileKind.DELIVERIES:
        return DeliveryImporter(settings, now)
    if kind is FileKind.CANCELLATIONS:
        return CancellationImporter(settings, now)
    # The mail server is asked before anything is locked, and only where there is such an address.
    entries = [entry for _, line in lines if (entry := _entry(line))]
    special = any(needs_smtputf8(entry.customer_email) for entry in entries)
    takes_utf8 = not special or takes_utf8_addresses(settings)
    return DealImporter(entries, offered, settings, now, takes_utf8=takes_utf8)


def _parts(lines: list[Line]) -> Iterator[tuple[int, list[Line]]]:
    for start in range(0, len(lines), AT_ONCE):
        part = lines[start : start + AT_ONCE]
        yield start + len(part), part


def _entry(line: Any) -> Any:
    return line.entry if isinstance(line, LineRefused) else line


def _entries(part: list[Line]) -> list[Any]:
    return [entry for _, line in part if (entry := _entry(line))]


def _is_good(report: Report, number: int, line: Any, take: Importer[Any]) -> bool:
    """Whether a line can go in; what is wrong with it, all of it, is in the report."""
    entry = _entry(line)
    why, bad = (line.why, line.columns) if isinstance(line, LineRefused) else ((), frozenset())
    if entry is not None:
        why += take.wrong(entry, bad)
    if why:
        report.refused.append(Refusal(number, line.deal_id, "; ".join(map(str, why)), why))
    return not why


def _count(report: Report, effect: str) -> None:
    setattr(report, effect, getattr(report, effect) + 1)
