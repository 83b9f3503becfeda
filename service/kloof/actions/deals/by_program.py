"""Deals that programs send in, one or many: taken in as the lines of a file are, by the same importers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

from kloof import storage
from kloof.actions.deals.deal_lines import DealImporter
from kloof.actions.deals.deliveries import CancellationImporter, DeliveryImporter
from kloof.actions.deals.edit import known, unknown
from kloof.actions.deals.importer import Done, Importer, is_as_it_says
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor
from kloof.domain.addresses import needs_smtputf8
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import Cancellation, Delivery, LineRefused
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.surveys.definition import Survey
from kloof.domain.webhooks.events import deal_refused
from kloof.mail.opening import takes_utf8_addresses
from kloof.storage.deals import deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.turns.together import together
from kloof.storage.webhooks import outbox as webhooks

AT_ONCE: Final = 200
"""Deals of one transaction."""


class _AboutADeal(Protocol):
    @property
    def deal_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one deal: what it did, or all that is wrong with it."""

    deal_id: str
    effect: Done | None
    wrong: tuple[Refused, ...] = ()


def put(
    settings: Settings,
    line: DealLine | LineRefused,
    offered: Mapping[str, Survey],
    now: datetime,
    by: Actor,
    expected: Callable[[], None] | None,
) -> tuple[Done, StoredDeal]:
    """Take one deal in; gives what that did, and the deal as it stands then. `expected` raises Refused, in the same
    transaction, where the deal is not as the program believes. Raises BadInput with everything that is wrong.

    A deal that is as it is to be is only looked at, and holds nobody up; what a new one takes besides its own rows is
    looked up before the others are kept waiting, and what comes at one moment goes in together.
    """
    importer = _deal_importer(settings, [line], offered, now)
    ready = [importer()]

    def take_in() -> tuple[DealImporter, Taken]:
        # What an importer has looked up is worth nothing once its transaction was taken back.
        take = ready.pop() if ready else importer()
        return take, _taken(take, [line], now, by)[0]

    if expected is None:
        if isinstance(line, DealLine):
            stands = deals.stored([line.deal_id]).get(line.deal_id)
            if stands and is_as_it_says(stands, line):
                return "unchanged", stands
            _ = ready[0].sellers, ready[0].former_keys
        take, taken = together(take_in)
    else:
        with storage.transaction():
            expected()
            take, taken = take_in()
    if taken.wrong:
        raise _refused(taken.wrong)
    if taken.effect is None:
        raise RuntimeError("a deal with which nothing is wrong does something")
    # Not read again where nothing can stand otherwise than here.
    stands = take.known.get(line.deal_id) if taken.effect == "unchanged" else take.written.get(line.deal_id)
    return taken.effect, stands or known(line.deal_id)


def put_many(
    settings: Settings,
    lines: Sequence[DealLine | LineRefused],
    offered: Mapping[str, Survey],
    now: datetime,
    by: Actor,
    *,
    forecast: FileForecast | None = None,
) -> list[Taken]:
    """Take each of these deals in that is right, in their order; so many at a time in a transaction of their own, so
    that nobody waits long. Where the work breaks off, sending all of it again does the rest.

    forecast: it is only tried, and all of it taken back; what mail it would cause is added here.
    """
    take = _deal_importer(settings, lines, offered, now)()
    done: list[Taken] = []
    for start in range(0, len(lines), AT_ONCE):
        with storage.transaction(), nullcontext() if forecast is None else storage.taken_back():
            done += _taken(take, lines[start : start + AT_ONCE], now, by, forecast)
    return done


def no_mail_yet(settings: Settings, now: datetime) -> FileForecast:
    """A forecast to which `put_many` adds."""
    return FileForecast(settings.today(now) - timedelta(days=settings.deals.history_after_days))


def deliver(settings: Settings, line: Delivery | LineRefused, now: datetime, by: Actor) -> Done:
    """Mark a deal as delivered. Raises NotFound, and BadInput with everything that is wrong."""
    return _one(DeliveryImporter(settings, now), line, now, by)


def cancel(settings: Settings, line: Cancellation | LineRefused, now: datetime, by: Actor) -> Done:
    """Mark a deal as called off. Raises as `deliver` does."""
    return _one(CancellationImporter(settings, now), line, now, by)


def _one(take: Importer[Any], line: _AboutADeal | LineRefused, now: datetime, by: Actor) -> Done:
    with storage.transaction():
        if not deals.stored([line.deal_id]):
            raise unknown(line.deal_id)
        taken = _taken(take, [line], now, by)[0]
    if taken.wrong:
        raise _refused(taken.wrong)
    return taken.effect or "unchanged"


def _deal_importer(
    settings: Settings, lines: Sequence[DealLine | LineRefused], offered: Mapping[str, Survey], now: datetime
) -> Callable[[], DealImporter]:
    entries = [
        entry
        for line in lines
        if (entry := line.entry if isinstance(line, LineRefused) else line) is not None
    ]
    # The mail server is asked before anything is locked, and only where there is such an address.
    special = any(needs_smtputf8(entry.customer_email) for entry in entries)
    takes_utf8 = not special or takes_utf8_addresses(settings)
    return partial(DealImporter, entries, offered, settings, now, takes_utf8=takes_utf8)


def _taken(
    take: Importer[Any],
    lines: Sequence[Any],
    now: datetime,
    by: Actor,
    forecast: FileForecast | None = None,
) -> list[Taken]:
    deals.one_import_at_a_time()
    entries = (line.entry if isinstance(line, LineRefused) else line for line in lines)
    take.look_up([entry for entry in entries if entry is not None])
    done = []
    for line in lines:
        refused = line if isinstance(line, LineRefused) else None
        entry = refused.entry if refused else line
        wrong = refused.why if refused else ()
        if entry is not None:
            wrong += take.wrong(entry, refused.columns if refused else frozenset())
        if forecast is not None and not wrong:
            take.foresee(entry, forecast)
        done.append(Taken(line.deal_id, None if wrong else take.taken(entry), wrong))
    take.finish(by)
    webhooks.tell([deal_refused("program", one.deal_id, one.wrong) for one in done if one.wrong], now)
    return done


def _refused(wrong: tuple[Refused, ...]) -> BadInput:
    """All that is wrong as one refusal, by the first reason."""
    return BadInput(Reason.DEAL_UNFIT, [str(one) for one in wrong], parts=wrong)
