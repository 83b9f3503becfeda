"""Freezing: what can close into a block closes, for good; and what keeps the rest waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kloof import storage
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.errors import Reason, Refused
from kloof.domain.releases.thresholds import Thresholds
from kloof.storage.access import audit_log
from kloof.storage.releases import releases

if TYPE_CHECKING:
    from kloof.domain.releases.closing import Waiting


@dataclass(frozen=True, slots=True)
class Frozen:
    """What one freeze did: blocks closed, the deals and customers in them, and what waits on."""

    blocks: int
    deals: int
    customers: int
    waiting: tuple[Waiting, ...]


def thresholds(settings: Settings) -> Thresholds:
    """The thresholds of this company; raises Refused where they promise too little."""
    publishing = settings.publishing
    return Thresholds(publishing.k, publishing.m, publishing.smaller_m_agreed_on)


def freeze(settings: Settings, now: datetime) -> Frozen:
    """Close the blocks that can close, in one transaction; a second run right after finds nothing to close.

    Raises Refused where the clock stands before the last release.
    """
    # numpy takes a second to load; whoever only asks for a page should not wait for it.
    from kloof.domain.releases.blocks import plan
    from kloof.storage.releases import freezing
    from kloof.storage.releases import queueing as blocks

    rules = thresholds(settings)
    with storage.transaction():
        freezing.one_at_a_time()
        blocks.hold_still()
        refuse_if_clock_went_back(now)
        planned = plan(freezing.queued(), freezing.membership(), rules)
        freezing.close(planned.blocks, now)
        if planned.blocks:
            audit_log.write(COMMAND_LINE, AuditAction.FROZEN, now, detail=f"{len(planned.blocks)} blocks")
    return Frozen(
        blocks=len(planned.blocks),
        deals=sum(len(block.pairs) for block in planned.blocks),
        customers=sum(block.customers for block in planned.blocks),
        waiting=planned.waiting,
    )


def waiting(settings: Settings) -> tuple[Waiting, ...]:
    """The queues that would wait on if `freeze` ran now: how many pairs, why, and how many customers each lacks."""
    from kloof.domain.releases.blocks import plan
    from kloof.storage.releases import freezing

    storage.ensure_connected()
    return plan(freezing.queued(), freezing.membership(), thresholds(settings)).waiting


def refuse_if_clock_went_back(now: datetime) -> None:
    """Raises Refused where `now` lies before the last release."""
    last = releases.last_round()
    if last is not None and now < last:
        raise Refused(
            Reason.CLOCK_WENT_BACK,
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, and the last release is of {last:%Y-%m-%d %H:%M} UTC.",
            remedy="Set the clock right and run this again; nothing was changed.",
        )
