"""Where the cells of a release stand: which blocks belong to which, and which groups are not shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kloof.domain.releases.document import Cell, Level, Place, ResponseCounts, WithheldCell
from kloof.domain.releases.queues import Queue
from kloof.domain.surveys.definition import SurveyKey


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """Where a published cell stands within its survey version."""

    order: int
    level: Level
    product: str = ""
    region: str = ""
    team: str = ""

    @property
    def place(self) -> dict[str, Any]:
        """As the fields of a `document.Place`, without the survey."""
        return {
            "level": self.level,
            "product": self.product,
            "region": self.region,
            "team": self.team,
        }

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


def withheld(response: Iterable[ResponseCounts], published: Iterable[Cell]) -> tuple[WithheldCell, ...]:
    """The groups that have deals and that are not published, in the order of `response`; why is not said."""
    shown = {_place(cell) for cell in published}
    return tuple(
        WithheldCell(**counts.model_dump(include=set(WithheldCell.model_fields)))
        for counts in response
        if _place(counts) not in shown
    )


def key_of(place: Place) -> CellKey:
    """Where this stands within its survey version."""
    order = (Level.COMPANY, Level.PRODUCT, Level.REGION, Level.TEAM).index(place.level)
    return CellKey(order, place.level, place.product, place.region, place.team)


def _place(place: Place) -> tuple[SurveyKey, CellKey]:
    return place.key, key_of(place)
