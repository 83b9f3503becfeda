"""Answers, names, lines of the audit log and mails of long ago: how many there are, and forgetting them in parts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final

from kloof import storage
from kloof.actions.access import staff_data
from kloof.actions.mailing.steps import in_parts
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.jobs.looks import LookKind
from kloof.domain.mailing.schedule import months_before
from kloof.domain.mailing.suppression import customer_hash
from kloof.domain.text import Language
from kloof.storage import kept_looks
from kloof.storage.access import audit_log
from kloof.storage.mailing import attempts, opt_outs
from kloof.storage.retention import answers, audit_lines, names

FORGOTTEN_AT_ONCE: Final = 500
"""Mails, or lines of the log, that are forgotten in one transaction."""
DEALS_AT_ONCE: Final = 100
"""Deals whose answers go in one transaction, or customers who are forgotten: each is many rows."""
MOST_AT_ONCE: Final = 10_000
"""Of each kind so many are forgotten by one command."""
MOST_A_LOOK: Final = 2_000
"""… and by the worker, which sends mail in between; the rest follows at its next look."""
EVERY: Final = timedelta(days=1)
ALL: Final = 1_000_000_000
IN_THEIR_PLACE: Final[dict[Language, str]] = {"nl": "Oud-klant", "en": "Former customer"}
"""What stands where the customer's name stood, in the language of the company."""


class Retained(StrEnum):
    """What may be forgotten; of names, those of customers and those of colleagues who have left are counted apart."""

    ANSWERS = "answers"
    CUSTOMERS = "customers"
    COLLEAGUES = "colleagues"
    AUDIT = "audit"
    MAILS = "mails"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many are older than the company keeps them, or were. `before`: None where they are kept without end.

    `waiting`: customers who are forgotten only once their answers stand in a block.
    """

    before: datetime | None
    count: int = 0
    waiting: int = 0

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        day = self.before.date().isoformat() if self.before else None
        return {"before": day, "count": self.count, "waiting": self.waiting}


def months(settings: Settings) -> Mapping[Retained, int | None]:
    """After how many months each is forgotten; None for never."""
    said = settings.retention
    return {
        Retained.ANSWERS: said.answer_months,
        Retained.CUSTOMERS: said.name_months,
        Retained.COLLEAGUES: said.name_months,
        Retained.AUDIT: said.audit_months,
        Retained.MAILS: said.mail_months,
    }


def foreseen(settings: Settings, now: datetime) -> dict[Retained, Forgotten]:
    """How many of each would be forgotten now: a look, which changes nothing."""
    found = {}
    for kind, before in _limits(settings, now):
        count = len(_due(settings, kind, before, ALL)) if before else 0
        waiting = 0
        if before and kind is Retained.CUSTOMERS:
            waiting = len(names.due(before, settings.today(before), ALL, waiting=True)) - count
        found[kind] = Forgotten(before, count, waiting)
    return found


def forget(settings: Settings, now: datetime, most: int = MOST_AT_ONCE) -> dict[Retained, Forgotten]:
    """Forget what is older than the company keeps it, up to so many of each; gives how many.

    What stands in a block, or in a salesperson's closed group, counts in its rounded sums as before, and releases stay
    as they are. A survey that is open keeps its mails, and its deal all else.
    """
    return {
        kind: Forgotten(before, _forget(settings, kind, before, now, most) if before else 0)
        for kind, before in _limits(settings, now)
    }


def catch_up(settings: Settings, now: datetime) -> None:
    """Forget once a day what is due, and at once where other months are set; where there is more than is forgotten at
    one look, go on at the next.
    """
    said = {kind.value: after for kind, after in months(settings).items() if after}
    if not said:
        return
    seen = kept_looks.kept([LookKind.RETENTION]).get(LookKind.RETENTION)
    if seen and seen.facts == said and timedelta(0) <= now - seen.at < EVERY:
        return
    done = forget(settings, now, MOST_A_LOOK)
    if all(one.count < MOST_A_LOOK for one in done.values()):
        with storage.transaction():
            kept_looks.keep(LookKind.RETENTION, said, now)


def _limits(settings: Settings, now: datetime) -> Iterable[tuple[Retained, datetime | None]]:
    for kind, after in months(settings).items():
        yield kind, None if after is None else months_before(now, after)


def _due(settings: Settings, kind: Retained, before: datetime, most: int) -> list[Any]:
    match kind:
        case Retained.ANSWERS:
            return answers.due(before, most)
        case Retained.CUSTOMERS:
            return names.due(before, settings.today(before), most)
        case Retained.COLLEAGUES:
            return names.left(before, most)
        case Retained.AUDIT:
            return audit_lines.old(before, most)
        case Retained.MAILS:
            return attempts.old(before, most)


def _forget(settings: Settings, kind: Retained, before: datetime, now: datetime, most: int) -> int:
    forgets: Mapping[Retained, tuple[int, Callable[[Any], object]]] = {
        Retained.ANSWERS: (DEALS_AT_ONCE, partial(_answers, before, now)),
        Retained.CUSTOMERS: (DEALS_AT_ONCE, partial(_customers, settings, now)),
        Retained.COLLEAGUES: (1, lambda some: staff_data.erase(settings, some[0], now)),
        Retained.AUDIT: (FORGOTTEN_AT_ONCE, lambda some: audit_lines.forget(some, before)),
        Retained.MAILS: (FORGOTTEN_AT_ONCE, attempts.forget),
    }
    due, (at_once, does) = _due(settings, kind, before, most), forgets[kind]
    in_parts(due, at_once, does)
    return len(due)


def _answers(before: datetime, now: datetime, deals: list[int]) -> None:
    if gone := answers.forget(deals, before):
        audit_log.write(COMMAND_LINE, AuditAction.FORGOTTEN, now, detail=f"answers: {gone}")


def _customers(settings: Settings, now: datetime, customers: list[int]) -> None:
    # Who has no address, and wants no letter either, is known by that number alone.
    known_as = {customer_hash(settings.secret_key, one): one for one in customers}
    numbered = {known_as[one] for one in opt_outs.reasons(known_as)}
    names.forget(customers, IN_THEIR_PLACE[settings.company.language], numbered)
    # The domain of an address may stand there.
    kept_looks.forget(LookKind.FAIR_PLAY, LookKind.CHECK_UP)
    audit_log.write(COMMAND_LINE, AuditAction.FORGOTTEN, now, detail=f"customers: {len(customers)}")
