"""Looking ahead: about when a waiting group closes, and how many pairs a gap needs before it can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kloof.actions.releases import freeze
from kloof.config import Settings
from kloof.domain.statistics.planner import closes_about, pairs_needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kloof.domain.releases.closing import Waiting

PACE_OVER = timedelta(days=90)
"""The stretch of days behind us whose pace is taken to go on."""
USUAL_GAP = 0.05
"""Half a point on a scale of ten, as a share of a scale's width."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A group that waits. closes: about when it has enough customers at the present pace; None where nothing comes, or
    where it is not customers that it lacks.
    """

    waiting: Waiting
    closes: date | None


@dataclass(frozen=True, slots=True)
class Needed:
    """How many pairs show a gap of `gap` points in one aspect of a survey version (80% of the time, at 5%)."""

    survey: str
    aspect: str
    gap: float
    sd: float
    pairs: int
    published: int


def forecasts(settings: Settings, now: datetime) -> tuple[Forecast, ...]:
    """Every group that would wait on if `freeze` ran now, and about when it closes."""
    return _forecasts(settings, freeze.waiting(settings), now)


def look(settings: Settings, now: datetime) -> dict[str, Any]:
    """How far every group is, as counts that a page can keep: it takes too long to work out for each visitor.

    `closing`: what would close now. `fresh`, `gone`: blocks that came and went since the last release. `groups`: as
    `Forecast`, the nearest first.
    """
    from kloof.actions.releases import publish
    from kloof.storage.releases import freezing

    plan = freeze.foreseen(settings)
    last, live = publish.last_document(settings), set(freezing.live_numbers())
    out = {block.id for block in last.blocks} if last else set()
    found = sorted(_forecasts(settings, plan.waiting, now), key=_distance)
    return {
        "least": freeze.thresholds(settings).least_customers,
        "closing": {"blocks": len(plan.blocks), "pairs": sum(block.n for block in plan.blocks)},
        "fresh": len(live - out),
        "gone": len(out - live),
        "groups": [_counts(one) for one in found],
    }


def _distance(one: Forecast) -> tuple[bool, int, int, str]:
    """What only needs customers comes before what needs something else, of which nobody knows when it comes."""
    few = one.waiting.short_of
    return few == 0, few, -one.waiting.customers, str(one.waiting.survey)


def _counts(one: Forecast) -> dict[str, Any]:
    waiting, queue = one.waiting, one.waiting.queue
    return {
        "survey": waiting.survey.id,
        "version": waiting.survey.version,
        "arm": queue.arm.value,
        "product": queue.product,
        "region": queue.region,
        "team": queue.team,
        "customers": waiting.customers,
        "reason": waiting.reason.value,
        "short_of": waiting.short_of,
        "wider_after": waiting.wider_after,
        "closes": one.closes and one.closes.isoformat(),
    }


def _forecasts(settings: Settings, waiting: Sequence[Waiting], now: datetime) -> tuple[Forecast, ...]:
    from kloof.domain.releases.document import WithheldReason
    from kloof.storage.releases import releases

    rules, today = freeze.thresholds(settings), settings.today(now)
    came = releases.arrivals(now - PACE_OVER) if waiting else {}

    def closes(group: Waiting) -> date | None:
        if group.reason is not WithheldReason.TOO_FEW:
            return None
        pairs = sum(
            many
            for (survey, cell, arm), many in came.items()
            if survey == group.survey and cell.at(group.queue.level, arm) == group.queue
        )
        return closes_about(group.customers, rules.least_customers, pairs / PACE_OVER.days, today)

    return tuple(Forecast(group, closes(group)) for group in waiting)


def needs(settings: Settings, gap: float | None = None) -> tuple[Needed, ...]:
    """Per aspect of each survey version with a known spread how many pairs show this gap, in points of its scale.

    Without a gap half a point of ten, or as much of another scale. What salespeople and rounding add to the spread is
    in it. Raises ValueError for a gap that is not above nought.
    """
    from kloof.domain.releases.rounding import base_of, variance_of
    from kloof.storage.releases import freezing, releases, spreads

    used = releases.used_surveys()
    live = freezing.live_blocks()
    found = []
    for spread in spreads.standing():
        scale = used[spread.key].scale
        blocks = [block for block in live if block.survey == spread.key and block.arm_is_asked]
        published = sum(block.n for block in blocks)
        rounding = 2 * variance_of(base_of(scale)) * len(blocks) / published if published else 0.0
        wanted = USUAL_GAP * (scale.high - scale.low) if gap is None else gap
        for aspect, one in spread.aspects.items():
            sd = ((one.s * (one.clustering or 1.0)) ** 2 + rounding) ** 0.5
            pairs = pairs_needed(wanted, sd) if sd > 0 else 2
            found.append(Needed(str(spread.key), aspect, wanted, one.s, pairs, published))
    return tuple(found)
