"""Where the cells of a release stand: which blocks belong to which, and what is said of those not shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import Cell, Level, WithheldCell, WithheldReason
from kloof.domain.releases.queues import FineCell, Queue
from kloof.domain.surveys.definition import SurveyKey

if TYPE_CHECKING:
    from kloof.domain.releases.closing import Waiting

_SAID = (WithheldReason.TOO_FEW, WithheldReason.TOO_FEW_SALESPEOPLE, WithheldReason.WAITING)
"""Reasons that may be told to the public, the most telling last."""


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """Where a published cell stands within its survey version."""

    order: int
    level: Level
    product: str = ""
    region: str = ""
    team: str = ""

    @property
    def name(self) -> str:
        """`company`, or the level and the names that set it apart, as part of a cell's id."""
        return "/".join(
            [self.level.value, *(part for part in (self.product, self.region, self.team) if part)]
        )


def cell_keys(queue: Queue) -> Iterator[CellKey]:
    """The cells to which a block of this queue belongs: the company, and whatever its level still
    tells."""
    yield CellKey(0, Level.COMPANY)
    if queue.product:
        yield CellKey(1, Level.PRODUCT, product=queue.product)
    if queue.region:
        yield CellKey(2, Level.REGION, region=queue.region)
    if queue.team:
        yield CellKey(3, Level.TEAM, region=queue.region, team=queue.team)


def unpublished(
    known: Mapping[SurveyKey, Iterable[FineCell]], published: Iterable[Cell]
) -> tuple[tuple[SurveyKey, CellKey], ...]:
    """The cells in which a pair was ever complete and that are not published, in order."""
    shown = {
        (cell.survey, cell.version, cell.level, cell.product, cell.region, cell.team) for cell in published
    }
    every = {
        (key, spot)
        for key, cells in known.items()
        for cell in cells
        for spot in cell_keys(cell.at(Level.TEAM))
    }
    missing = (
        (key, spot)
        for key, spot in every
        if (key.id, key.version, spot.level, spot.product, spot.region, spot.team) not in shown
    )
    return tuple(sorted(missing, key=lambda one: (one[0].id, one[0].version, one[1])))


def withheld(
    missing: Iterable[tuple[SurveyKey, CellKey]], waiting: Iterable["Waiting"]
) -> tuple[WithheldCell, ...]:
    """What the release says of the cells that it does not show.

    That answers are too much alike is told to the desk only: to the public it would say what was answered.
    """
    reasons: dict[tuple[SurveyKey, CellKey], WithheldReason] = {}
    for queue in (one for one in waiting if one.queue.arm is Arm.ASKED):
        public = queue.reason if queue.reason in _SAID else WithheldReason.WAITING
        for spot in cell_keys(queue.queue):
            reasons[queue.survey, spot] = max(
                public, reasons.get((queue.survey, spot), public), key=_SAID.index
            )
    return tuple(
        WithheldCell(
            survey=key.id,
            version=key.version,
            level=spot.level,
            product=spot.product,
            region=spot.region,
            team=spot.team,
            reason=reasons.get((key, spot), WithheldReason.TOO_FEW),
        )
        for key, spot in missing
    )
