"""The tables of a release: which closed blocks make which cell, and what cannot be shown yet."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cell_keys import CellKey, cell_keys
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    BlockSize,
    Cell,
    Level,
    PracticeCell,
    Previous,
    ReleaseDocument,
    ResponseCounts,
    WithheldCell,
    WithheldReason,
)
from kloof.domain.releases.pair_columns import Stat
from kloof.domain.releases.queues import Queue
from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums
from kloof.domain.surveys.definition import Survey, SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


C = TypeVar("C", Cell, ArmCell)


@dataclass(frozen=True, slots=True)
class ClosedBlock:
    """A block that closed and is not retired. sums: float64[aspects, Stat]; promises: kept, partly,
    broken, unknown.
    """

    number: int
    survey: SurveyKey
    queue: Queue
    customers: int
    deals: int
    sums: "Floats"
    promises: tuple[int, int, int, int]

    @property
    def size(self) -> BlockSize:
        return BlockSize(id=self.number, customers=self.customers, deals=self.deals)


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

    def without(self, cells: Iterable[str]) -> "Draft":
        """The draft in which these cells are withheld, since the certificate does not hold with them."""
        dropped = set(cells)
        withheld = [
            WithheldCell(
                **cell.model_dump(include=set(WithheldCell.model_fields)), reason=WithheldReason.CERTIFICATE
            )
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
    earlier: ReleaseDocument | None,
) -> tuple[Cell, ...]:
    """Every cell that holds a block of pairs: company, products, regions and teams of each survey version.

    A cell of the same blocks as in the release before carries that release's figures and date.
    """
    groups: dict[tuple[str, int, CellKey], list[ClosedBlock]] = {}
    pairs = (block for block in blocks if block.queue.arm is Arm.ASKED)
    for block in sorted(pairs, key=lambda block: block.number):
        for spot in cell_keys(block.queue):
            groups.setdefault((block.survey.id, block.survey.version, spot), []).append(block)
    carried = {cell.id: cell for cell in earlier.cells} if earlier else {}
    now = AsOf(release=header.number, date=header.published_on)
    made = (
        _cell(surveys[SurveyKey(id=survey, version=version)], spot, members, now)
        for (survey, version, spot), members in sorted(groups.items(), key=lambda item: item[0])
    )
    return tuple(_carried(cell, carried.get(cell.id)) for cell in made)


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
        deals=sum(block.deals for block in blocks),
        customers=sum(block.customers for block in blocks),
        as_of=now,
        aspects=one_side(survey, np.sum([block.sums for block in blocks], axis=0)),
    )


def _cell(survey: Survey, spot: CellKey, blocks: Sequence[ClosedBlock], now: AsOf) -> Cell:
    sums = np.sum([block.sums for block in blocks], axis=0)
    return Cell(
        id=f"{survey.id}-{survey.version}/{spot.name}",
        survey=survey.id,
        version=survey.version,
        level=spot.level,
        product=spot.product,
        region=spot.region,
        team=spot.team,
        blocks=tuple(block.number for block in blocks),
        deals=sum(block.deals for block in blocks),
        customers=sum(block.customers for block in blocks),
        as_of=now,
        aspects=aspects(survey, sums),
        promises=PromiseCounts(*np.sum([block.promises for block in blocks], axis=0).tolist()),
    )


def aspects(survey: Survey, sums: "Floats") -> dict[str, PairedSums]:
    """The published figures per core aspect, from float64[aspects, Stat]."""
    return {aspect.id: _moments(row) for aspect, row in zip(survey.core, sums.tolist(), strict=True)}


def one_side(survey: Survey, sums: "Floats") -> dict[str, Sums]:
    """The published figures of an arm that tells one side, from float64[aspects, Stat]; both sides are that one."""
    rows = zip(survey.core, sums.tolist(), strict=True)
    return {aspect.id: Sums(int(row[Stat.N]), row[Stat.R], row[Stat.RR]) for aspect, row in rows}


def _moments(row: list[float]) -> PairedSums:
    n = int(row[Stat.N])

    def ends(lowest: Stat, highest: Stat) -> tuple[int, int, int]:
        low, high = int(row[lowest]), int(row[highest])
        return low, n - low - high, high

    return PairedSums(
        n=n,
        v=row[Stat.V],
        r=row[Stat.R],
        vv=row[Stat.VV],
        rr=row[Stat.RR],
        vr=row[Stat.VR],
        v_counts=ends(Stat.V_LOWEST, Stat.V_HIGHEST),
        r_counts=ends(Stat.R_LOWEST, Stat.R_HIGHEST),
        higher=int(row[Stat.HIGHER]),
        equal=int(row[Stat.EQUAL]),
        disappointed=int(row[Stat.HIGHER]),
        disappointed_at_norm=int(row[Stat.AT_NORM]),
        good=None if math.isnan(row[Stat.GOOD]) else int(row[Stat.GOOD]),
    )


def rounded_up(count: int, step: int = 5) -> int:
    """The count rounded up to a multiple of `step`: counts of the same deals keep their order."""
    return -(-count // step) * step
