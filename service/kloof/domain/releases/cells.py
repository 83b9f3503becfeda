"""The tables of a release: which closed blocks make which cell, and what cannot be shown yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cell_keys import CellKey, cell_keys
from kloof.domain.releases.certificate.incidence import how_many
from kloof.domain.releases.closing import RoundedSums
from kloof.domain.releases.coarse_shares import counted
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    AspectSums,
    BlockSize,
    Cell,
    Level,
    PracticeCell,
    Previous,
    ReleaseDocument,
    ResponseCounts,
    WithheldCell,
)
from kloof.domain.releases.guarantee import SurveySpread
from kloof.domain.releases.queues import Queue
from kloof.domain.releases.rounding import base_of
from kloof.domain.surveys.definition import Survey, SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]


C = TypeVar("C", Cell, ArmCell)


@dataclass(frozen=True, slots=True)
class ClosedBlock:
    """A block that closed and is not retired. person: its customers, one for each pair."""

    number: int
    survey: SurveyKey
    queue: Queue
    person: "Ints"
    figures: RoundedSums

    @property
    def n(self) -> int:
        return len(self.person)

    @property
    def arm_is_asked(self) -> bool:
        """Whether it holds pairs, and not one side alone."""
        return self.queue.arm is Arm.ASKED

    @property
    def size(self) -> BlockSize:
        return BlockSize(id=self.number, n=self.n)


@dataclass(frozen=True, slots=True)
class Header:
    """What a release says of itself."""

    number: int
    published_on: date
    company: str
    kloof: str
    previous: Previous | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A release before anybody certified it."""

    header: Header
    surveys: tuple[Survey, ...]
    blocks: tuple[BlockSize, ...]
    cells: tuple[Cell, ...]
    withheld: tuple[WithheldCell, ...] = ()
    response: tuple[ResponseCounts, ...] = ()
    practices: tuple[PracticeCell, ...] = ()
    arms: tuple[ArmCell, ...] = ()
    spreads: tuple[SurveySpread, ...] = ()

    def without(self, cells: Iterable[str]) -> "Draft":
        """The draft in which these cells are withheld, since the certificate does not hold with them."""
        dropped = set(cells)
        withheld = [
            WithheldCell(**cell.model_dump(include=set(WithheldCell.model_fields)))
            for cell in self.cells
            if cell.id in dropped
        ]
        return replace(
            self,
            cells=tuple(cell for cell in self.cells if cell.id not in dropped),
            practices=tuple(
                cell
                for cell in self.practices
                if cell.id not in dropped and cell.id.rpartition("/")[0] not in dropped
            ),
            arms=tuple(cell for cell in self.arms if cell.id not in dropped),
            withheld=(*self.withheld, *withheld),
        )


def cells(
    blocks: Sequence[ClosedBlock],
    surveys: Mapping[SurveyKey, Survey],
    header: Header,
    releases: Sequence[ReleaseDocument],
) -> tuple[Cell, ...]:
    """Every cell that holds a block of pairs: company, products, regions and teams of each survey version.

    A cell of the same blocks as in the release before carries that release's figures and date. releases: all before
    this one.
    """
    groups: dict[tuple[str, int, CellKey], list[ClosedBlock]] = {}
    pairs = (block for block in blocks if block.queue.arm is Arm.ASKED)
    for block in sorted(pairs, key=lambda block: block.number):
        for spot in cell_keys(block.queue):
            groups.setdefault((block.survey.id, block.survey.version, spot), []).append(block)
    carried = {cell.id: cell for cell in releases[-1].cells} if releases else {}
    now = AsOf(release=header.number, date=header.published_on)
    made = [
        _cell(surveys[SurveyKey(id=survey, version=version)], spot, members, now)
        for (survey, version, spot), members in sorted(groups.items(), key=lambda item: item[0])
    ]
    shown = (_carried(cell, carried.get(cell.id)) for cell in made)
    sizes = {block.number: block.n for block in blocks}
    figures = {block.number: block.figures for block in blocks}
    return counted(tuple(shown), sizes, figures, surveys, releases)


def _carried(cell: C, earlier: C | None) -> C:
    return (
        cell.model_copy(update={"as_of": earlier.as_of})
        if earlier and earlier.blocks == cell.blocks
        else cell
    )


def arm_cells(
    blocks: Sequence[ClosedBlock],
    surveys: Mapping[SurveyKey, Survey],
    header: Header,
    earlier: ReleaseDocument | None,
) -> tuple[ArmCell, ...]:
    """Per survey version and arm of one side alone, all its blocks; dated as `cells` are."""
    groups: dict[tuple[str, int, Arm], list[ClosedBlock]] = {}
    for block in sorted(blocks, key=lambda block: block.number):
        if block.queue.arm is not Arm.ASKED:
            groups.setdefault((block.survey.id, block.survey.version, block.queue.arm), []).append(block)
    carried = {cell.id: cell for cell in earlier.arms} if earlier else {}
    now = AsOf(release=header.number, date=header.published_on)
    made = (
        _arm_cell(surveys[SurveyKey(id=survey, version=version)], arm, members, now)
        for (survey, version, arm), members in sorted(groups.items())
    )
    return tuple(_carried(cell, carried.get(cell.id)) for cell in made)


def _arm_cell(survey: Survey, arm: Arm, blocks: Sequence[ClosedBlock], now: AsOf) -> ArmCell:
    return ArmCell(
        id=f"{survey.id}-{survey.version}/{Level.COMPANY}/{arm}",
        survey=survey.id,
        version=survey.version,
        level=Level.COMPANY,
        arm=arm,
        blocks=tuple(block.number for block in blocks),
        n=sum(block.n for block in blocks),
        customers=different_customers(blocks),
        as_of=now,
        aspects=one_side(survey, total(blocks), arm),
    )


def _cell(survey: Survey, spot: CellKey, blocks: Sequence[ClosedBlock], now: AsOf) -> Cell:
    return Cell(
        id=f"{survey.id}-{survey.version}/{spot.name}",
        survey=survey.id,
        version=survey.version,
        level=spot.level,
        product=spot.product,
        region=spot.region,
        team=spot.team,
        blocks=tuple(block.number for block in blocks),
        n=sum(block.n for block in blocks),
        customers=different_customers(blocks),
        as_of=now,
        aspects=aspects(survey, total(blocks)),
    )


def total(blocks: Sequence[ClosedBlock]) -> "Ints":
    """The rounded sums of all of them together, int64[aspects, 2] in multiples of the base; there is at least one."""
    return np.asarray(np.sum([block.figures.sums for block in blocks], axis=0))


def different_customers(blocks: Iterable[ClosedBlock]) -> int:
    """How many different customers are in these blocks, rounded down to a multiple of five."""
    return rounded_down(how_many(np.concatenate([block.person for block in blocks])))


def aspects(survey: Survey, sums: "Ints") -> dict[str, AspectSums]:
    """The published sums per core aspect, from int64[aspects, 2] in multiples of the base."""
    base = base_of(survey.scale)
    rows = zip(survey.core, sums.tolist(), strict=True)
    return {aspect.id: AspectSums(v=base * v, r=base * r) for aspect, (v, r) in rows}


def one_side(survey: Survey, sums: "Ints", arm: Arm) -> dict[str, float]:
    """The published sums of an arm that tells one side; in a block both sides are that one, each rounded by itself."""
    side = 0 if arm is Arm.LEFT else 1
    base = base_of(survey.scale)
    return {aspect.id: base * row[side] for aspect, row in zip(survey.core, sums.tolist(), strict=True)}


def rounded_down(count: int, step: int = 5) -> int:
    """The count rounded down to a multiple of `step`."""
    return count // step * step


def to_the_nearest(count: int, step: int = 5) -> int:
    """The count as the nearest multiple of `step`: counts of the same deals keep their order."""
    return (count + step // 2) // step * step
