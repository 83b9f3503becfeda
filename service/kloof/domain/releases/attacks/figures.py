"""What one published set says, in the same words for releases of every format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import (
    ArmCell,
    AspectShares,
    AspectSums,
    Cell,
    PracticeCell,
    PromiseShares,
)
from kloof.domain.releases.format_1 import (
    AnyRelease,
    ExactArmCell,
    ExactCell,
    ExactPracticeCell,
    ExactRelease,
)
from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums

AnySums = PairedSums | Sums | AspectSums | float
AnySet = Cell | ArmCell | PracticeCell | ExactCell | ExactArmCell | ExactPracticeCell


@dataclass(frozen=True, slots=True)
class SetFigures:
    """One set of one release: of which blocks, how many, and what it says of each aspect.

    n: pairs, one of each customer in each block; in a release of format 1, customers. done: of a practice table which
    arm; None elsewhere. parts: how many sums, each rounded by itself, its own are made of.
    """

    id: str
    level: str
    blocks: tuple[int, ...]
    n: int
    customers: int
    aspects: Mapping[str, AnySums]
    parts: int
    arm: Arm = Arm.ASKED
    practice: str = ""
    done: bool | None = None
    counted: tuple[int, ...] = ()
    shares: Mapping[str, AspectShares] = field(default_factory=dict)
    promises: PromiseShares | PromiseCounts | None = None

    def total(self, aspect: str, side: str) -> float:
        """ΣV or ΣR of this aspect."""
        told = self.aspects[aspect]
        if isinstance(told, AspectSums | PairedSums):
            return float(told.v if side == "V" else told.r)
        return float(told.total if isinstance(told, Sums) else told)


def sizes_of(release: AnyRelease) -> dict[int, int]:
    """Per block of this release how many customers it says to hold."""
    if isinstance(release, ExactRelease):
        return {block.id: block.customers for block in release.blocks}
    return {block.id: block.n for block in release.blocks}


def cells_of(release: AnyRelease, survey: str, version: int) -> Iterator[SetFigures]:
    """The cells of one survey version."""
    for cell in release.cells:
        if (cell.survey, cell.version) == (survey, version):
            yield figures_of(cell)


def arms_of(release: AnyRelease, survey: str, version: int) -> Iterator[SetFigures]:
    """Those who told one side only."""
    for cell in release.arms:
        if (cell.survey, cell.version) == (survey, version):
            yield figures_of(cell)


def practices_of(release: AnyRelease, survey: str, version: int) -> Iterator[SetFigures]:
    """The arms of its practice tables."""
    for cell in release.practices:
        if (cell.survey, cell.version) == (survey, version):
            yield figures_of(cell)


def all_of(release: AnyRelease) -> Iterator[SetFigures]:
    """Every set of a release, in the order of the file."""
    for cell in (*release.cells, *release.arms, *release.practices):
        yield figures_of(cell)


def figures_of(cell: AnySet) -> SetFigures:
    """What this set says."""
    practice = cell if isinstance(cell, PracticeCell | ExactPracticeCell) else None
    counting = cell if isinstance(cell, Cell) else None
    return SetFigures(
        id=cell.id,
        level=cell.level.value,
        blocks=cell.blocks,
        n=cell.customers if isinstance(cell, ExactCell | ExactArmCell | ExactPracticeCell) else cell.n,
        customers=cell.customers,
        aspects=cell.aspects,
        parts=cell.parts if isinstance(cell, PracticeCell) else len(cell.blocks),
        arm=cell.arm if isinstance(cell, ArmCell | ExactArmCell) else Arm.ASKED,
        practice=practice.practice if practice else "",
        done=practice.done if practice else None,
        counted=counting.counted if counting else (),
        shares=counting.shares if counting else {},
        promises=cell.promises if isinstance(cell, Cell | ExactCell) else None,
    )
