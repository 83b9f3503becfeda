"""Shares beside sums: who knows all but one of a block whose shares are published alone has one more clue for each."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.attacks.insiders.naming import Tally, Window
from kloof.domain.releases.attacks.truth import Groups, Truth
from kloof.domain.releases.document import AspectShares, Cell, ReleaseDocument
from kloof.domain.releases.rounding import COUNT_BASE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]

WITH_SHARES: Final = "all but one of a block whose shares stand alone"


def with_shares(truth: Truth, whole: "Ints", releases: Sequence[ReleaseDocument], tally: Tally) -> None:
    """Of everybody in a block that is counted alone: what fits its rounded sum and every published share of it.

    Where more blocks are counted together, the counts of the others, each rounded by itself, hide it.
    """
    alone: dict[int, Cell] = {}
    for release in releases:
        for cell in release.cells_of(truth.survey.key):
            if len(cell.counted) == 1 and cell.counted[0] in whole and truth.arm is Arm.ASKED:
                alone.setdefault(cell.counted[0], cell)
    for part in truth.slices(np.array(sorted(alone), dtype=np.int64)):
        for block in part.numbers.tolist():
            _name(part, block, alone[block], tally)


def _name(truth: Truth, block: int, cell: Cell, tally: Tally) -> None:
    rows = np.flatnonzero(truth.block == block)
    here = truth.of(rows, np.flatnonzero(truth.numbers == block))
    one = Groups(np.zeros(len(rows), dtype=np.int64), np.array([len(rows)]))
    for aspect, described in enumerate(here.survey.core):
        v, r = (side[:, aspect].astype(np.int64) for side in (here.expected, here.received))
        shares = cell.shares[described.id]
        for side, answer in (("V", v), ("R", r)):
            window = Window.of(here, here.totals(side)[:, aspect])
            rest = one.total(answer)[0] - answer
            lowest, highest = window.range(one.number, rest, np.ones_like(rest))
            left = np.zeros(len(rows), dtype=np.int64)
            for point in here.survey.scale.points:
                fits = (lowest <= point) & (point <= highest)
                for share, holds, would in _clues(truth, aspect, side, point, (v, r), shares):
                    fits &= _may_be(holds.sum() - holds + would, len(rows), share)
                left += fits
            tally.count(left)


def _clues(
    truth: Truth, aspect: int, side: str, point: int, answers: "tuple[Ints, Ints]", shares: AspectShares
) -> "Iterator[tuple[int, Ints, Ints]]":
    """Each published share, who it holds for, and for whom it would if their answer were this point.

    Somebody inside knows V, so for R they also know on which side of it the point is.
    """
    v, r = answers
    scale, norm = truth.survey.scale, truth.survey.core[aspect].norm
    same = np.full_like(v, point)
    told: list[tuple[int | None, Bools, Bools]]
    if side == "V":
        told = [
            (shares.v_lowest, v == scale.low, same == scale.low),
            (shares.v_highest, v == scale.high, same == scale.high),
        ]
    else:
        told = [
            (shares.higher, v > r, v > same),
            (shares.equal, v == r, v == same),
            (shares.good, r >= scale.good, same >= scale.good),
            (shares.r_lowest, r == scale.low, same == scale.low),
            (shares.r_highest, r == scale.high, same == scale.high),
        ]
        if norm is not None:
            told += [(shares.at_norm, r >= norm, same >= norm)]
    for share, holds, would in told:
        if share is not None:
            yield share, holds.astype(np.int64), would.astype(np.int64)


def _may_be(count: "Ints", n: int, share: int) -> "Bools":
    """Whether a count may have been rounded, to a multiple of three and then to five per cent, to this share."""
    below = count // COUNT_BASE * COUNT_BASE
    above = below + COUNT_BASE * (count % COUNT_BASE > 0)
    return np.asarray((_coded(below, n) == share) | (_coded(above, n) == share))


def _coded(count: "Ints", n: int) -> "Ints":
    per_cent = 100 * count / n
    coded = 5 * np.rint(per_cent / 5)
    return np.where(per_cent < 10, 5, np.where(per_cent > 90, 95, coded)).astype(np.int64)
