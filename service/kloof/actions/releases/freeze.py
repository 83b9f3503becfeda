"""Freezing: what can close into a block closes, for good; and what keeps the rest waiting."""

from __future__ import annotations

import secrets
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
    import numpy as np

    from kloof.domain.releases.certificate.leverage import Membership
    from kloof.domain.releases.closing import Waiting


@dataclass(frozen=True, slots=True)
class Frozen:
    """What one freeze did: blocks closed, the pairs in them, each of one customer, and what waits on."""

    blocks: int
    pairs: int
    waiting: tuple[Waiting, ...]


def thresholds(settings: Settings) -> Thresholds:
    """The thresholds of this company; raises Refused where they promise too little."""
    publishing = settings.publishing
    return Thresholds(publishing.k, publishing.m, publishing.smaller_m_agreed_on)


def freeze(settings: Settings, now: datetime, seed: int | None = None) -> Frozen:
    """Close the blocks that can close, in one transaction; a second run right after finds nothing to close.

    Their sums are rounded with chances that nobody knows; seed: the same chances each time, for a made-up company.
    Raises Refused where the clock stands before the last release.
    """
    # numpy takes a second to load; whoever only asks for a page should not wait for it.
    from kloof.domain.releases.blocks import plan
    from kloof.storage.releases import freezing, spreads
    from kloof.storage.releases import queueing as blocks

    rules = thresholds(settings)
    with storage.transaction():
        freezing.one_at_a_time()
        blocks.hold_still()
        refuse_if_clock_went_back(now)
        planned = plan(freezing.queued(), _history(), rules, chance(seed))
        freezing.close(planned.blocks, now)
        if planned.blocks:
            spreads.renew()
            audit_log.write(COMMAND_LINE, AuditAction.FROZEN, now, detail=f"{len(planned.blocks)} blocks")
    return Frozen(
        blocks=len(planned.blocks),
        pairs=sum(block.n for block in planned.blocks),
        waiting=planned.waiting,
    )


def waiting(settings: Settings) -> tuple[Waiting, ...]:
    """The queues that would wait on if `freeze` ran now: how many pairs, why, and how many customers each lacks."""
    from kloof.domain.releases.blocks import plan
    from kloof.storage.releases import freezing

    storage.ensure_connected()
    return plan(freezing.queued(), _history(), thresholds(settings), chance()).waiting


def _history() -> Membership:
    """Who is in which block and in which part of a practice table that ever was."""
    from kloof.domain.releases.certificate.together import beside
    from kloof.storage.releases import freezing, practice_parts

    return beside(freezing.membership(), practice_parts.membership())


def chance(seed: int | None = None) -> np.random.Generator:
    """What rounding is drawn from: nobody knows how it will fall, unless a seed is given."""
    import numpy as np

    return np.random.default_rng(secrets.randbits(128) if seed is None else seed)


def refuse_if_clock_went_back(now: datetime) -> None:
    """Raises Refused where `now` lies before the last release."""
    last = releases.last_round()
    if last is not None and now < last:
        raise Refused(
            Reason.CLOCK_WENT_BACK,
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, and the last release is of {last:%Y-%m-%d %H:%M} UTC.",
            remedy="Set the clock right and run this again; nothing was changed.",
        )
