"""Freezing: what can close into a block closes, for good; and what keeps the rest waiting."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from kloof import storage
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import Reason, Refused
from kloof.domain.jobs.steps import JobStep, Tell, untold
from kloof.domain.releases.thresholds import Thresholds
from kloof.domain.side_by_side import meanwhile
from kloof.domain.webhooks.events import EventKind, Happened
from kloof.storage.access import audit_log
from kloof.storage.releases import releases
from kloof.storage.webhooks import outbox as webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from kloof.domain.releases.certificate.leverage import Membership
    from kloof.domain.releases.closing import NewBlock, Plan, Waiting
    from kloof.domain.releases.guarantee import SurveySpread
    from kloof.domain.surveys.definition import SurveyKey
    from kloof.storage.releases.pair_reading import Pairs

    Spreads = Mapping[SurveyKey, SurveySpread | None]


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


def freeze(
    settings: Settings,
    now: datetime,
    seed: int | None = None,
    by: Actor = COMMAND_LINE,
    tell: Tell = untold,
) -> Frozen:
    """Close the blocks that can close; a second run right after finds nothing to close.

    All is read and planned while others write. What is written is checked and written in short transactions, in each
    whole blocks: nobody waits for more than one of these, and what is cut off leaves nothing half done. Blocks in which
    a pair changed or went meanwhile are planned anew.

    Their sums are rounded with chances that nobody knows; seed: the same chances each time, for a made-up company.
    Raises Refused where the clock stands before the last release.
    """
    rules, drawn = thresholds(settings), chance(seed)
    closed: list[NewBlock] = []
    with storage.one_release_at_a_time():
        refuse_if_clock_went_back(now)
        while True:
            pairs, planned = _planned(rules, drawn, tell)
            with meanwhile(
                partial(_spreads, pairs, planned.blocks), sum(block.n for block in planned.blocks)
            ) as found:
                whole = _close(planned.blocks, found, now, by, tell, renew=bool(closed))
            closed += whole
            if len(whole) == len(planned.blocks):
                break
    return Frozen(blocks=len(closed), pairs=sum(block.n for block in closed), waiting=planned.waiting)


def _planned(rules: Thresholds, drawn: np.random.Generator, tell: Tell) -> tuple[Pairs, Plan]:
    """All pairs, and what of them can close now."""
    # numpy takes a second to load; whoever only asks for a page should not wait for it.
    from kloof.domain.releases.blocks import plan
    from kloof.storage.releases import freezing
    from kloof.storage.releases.pair_reading import every_pair

    tell(JobStep.READ)
    with storage.transaction():
        freezing.watch_for_changes()
    with storage.snapshot():
        pairs, history = every_pair(), _history()
    tell(JobStep.PLAN)
    return pairs, plan(pairs.queued, history, rules, drawn)


def _spreads(pairs: Pairs, blocks: Sequence[NewBlock]) -> Spreads:
    """How far the answers of each survey version lie apart when these blocks have closed."""
    import numpy as np

    from kloof.domain.releases.spread import spread

    inside = {one.survey.key: [one] for one in pairs.placed if one.arm is Arm.ASKED}
    for one, _ in pairs.queued:
        rows = [
            block.rows for block in blocks if (block.survey, block.queue.arm) == (one.survey.key, Arm.ASKED)
        ]
        if rows and one.arm is Arm.ASKED:
            # In order: that is read faster than one block after another.
            closing = np.zeros(len(one), dtype=bool)
            closing[np.concatenate(rows)] = True
            inside.setdefault(one.survey.key, []).append(one.take(closing))
    return {key: spread(*some) for key, some in inside.items()}


def _close(
    blocks: Sequence[NewBlock],
    found: Callable[[], Spreads],
    now: datetime,
    by: Actor,
    tell: Tell,
    *,
    renew: bool,
) -> list[NewBlock]:
    """Close these blocks and give those that are closed now: one of which a pair changed meanwhile is not.

    The last transaction keeps the spreads, which are of all blocks together; found: gives them, and may take a while.
    renew: also where no block closes.
    """
    from kloof.storage.releases import freezing, pair_lock, spreads

    closed: list[NewBlock] = []
    portions = [*freezing.in_portions(blocks)] or [[]] * renew
    for last, some in enumerate(portions, start=1 - len(portions)):
        tell(JobStep.CLOSE, 1 + (last - 1) / len(portions))
        apart = found() if last == 0 else {}
        with pair_lock.held_still():
            whole = freezing.unchanged(some)
            freezing.close(whole, now)
            closed += whole
            if whole:
                audit_log.write(by, AuditAction.FROZEN, now, detail=f"{len(whole)} blocks")
                told = Happened(EventKind.BLOCK_CLOSED, {"blocks": len(whole)}, count=len(whole))
                webhooks.tell([told], now)
            if last == 0 and len(closed) == len(blocks):
                spreads.renew(apart)
    return closed


def waiting(settings: Settings) -> tuple[Waiting, ...]:
    """The queues that would wait on if `freeze` ran now: how many pairs, why, and how many customers each lacks."""
    return foreseen(settings).waiting


def foreseen(settings: Settings) -> Plan:
    """What `freeze` would do now; nothing is written."""
    from kloof.domain.releases.blocks import plan
    from kloof.storage.releases.pair_reading import every_pair

    with storage.snapshot():
        pairs, history = every_pair(placed=False), _history()
    return plan(pairs.queued, history, thresholds(settings), chance())


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
