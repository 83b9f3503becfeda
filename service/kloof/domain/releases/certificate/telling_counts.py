"""Which counts may be told: not one from which somebody would know that all others are alike.

Whoever knows what some customers of a set answered takes these off its coded share. What is left over must not be
nearly all of one kind for certain: beyond "over nine in ten", which is what the code itself says. A count that would
tell is withheld, and nothing else is. Marks, signs and the four of the founding claim are judged when a block closes
(`likeness`), so that no count of theirs can tell; here are those that keep no block back: good marks, who met the norm
and how many of either side were disappointed, and promises.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kloof.domain.releases.certificate.leverage import account_units
from kloof.domain.releases.closing import Counted, RoundedSums
from kloof.domain.releases.coarse_shares import counts_of, share
from kloof.domain.releases.document import AspectShares, Cell, PromiseShares, ReleaseDocument
from kloof.domain.releases.pair_columns import PairColumns, norms
from kloof.domain.releases.rounding import COUNT_BASE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

_ROOM: Final = COUNT_BASE - 1
"""By so much a count of one block may differ from what it was rounded to."""


def without_telling_counts(
    cells: Sequence[Cell],
    answers: Sequence[PairColumns],
    figures: Mapping[int, RoundedSums],
    releases: Sequence[ReleaseDocument],
) -> tuple[Cell, ...]:
    """The cells without the counts that would tell somebody that all others are alike.

    answers: of each survey version the pairs of its blocks; their `cell` is the block. figures: by block. What stood in
    an earlier release of the same blocks stands as it did. Where answers are missing nothing is counted.
    """
    known = {(cell.id, cell.counted): cell for release in releases for cell in release.cells if cell.counted}
    pairs = {one.survey.key: one for one in answers}
    return tuple(
        cell if not cell.counted else _as_before(cell, known) or _judged(cell, pairs.get(cell.key), figures)
        for cell in cells
    )


def _as_before(cell: Cell, known: Mapping[tuple[str, tuple[int, ...]], Cell]) -> Cell | None:
    before = known.get((cell.id, cell.counted))
    return before and cell.model_copy(update={"shares": before.shares, "promises": before.promises})


def _judged(cell: Cell, pairs: PairColumns | None, figures: Mapping[int, RoundedSums]) -> Cell:
    inside = np.zeros(0, dtype=bool) if pairs is None else np.isin(pairs.cell, cell.counted)
    if pairs is None or not set(cell.counted) <= set(np.unique(pairs.cell[inside]).tolist()):
        return cell.model_copy(update={"counted": (), "shares": {}, "promises": None})
    theirs = pairs.take(inside)
    counts = counts_of(cell.counted, figures, theirs.survey)
    judge = _Judge.of(theirs, len(cell.counted))
    shares = {
        aspect.id: _shares(theirs, at, norm, counts[at], cell.shares[aspect.id], judge)
        for at, (aspect, norm) in enumerate(zip(theirs.survey.core, norms(theirs.survey), strict=True))
    }
    outcomes = np.sum([figures[block].promises for block in cell.counted], axis=0)
    promises = cell.promises and _promises(theirs, outcomes, cell.promises, judge)
    return cell.model_copy(update={"shares": shares, "promises": promises})


def _shares(
    pairs: PairColumns, aspect: int, norm: float, counts: "Ints", told: AspectShares, judge: "_Judge"
) -> AspectShares:
    low, everybody = pairs.survey.scale.low, np.ones(len(pairs), dtype=np.int64)
    v, r = (side[:, aspect].astype(np.int64) - 1 + low for side in (pairs.expected, pairs.received))
    all_of_them = _Among(len(pairs), 0, everybody)
    met, room = int(counts[Counted.AT_NORM]), _ROOM * judge.blocks
    at_norm, below = r >= norm, r < norm
    asked = {
        "good": (all_of_them, r >= pairs.survey.scale.good),
        "at_norm": (all_of_them, at_norm),
        "disappointed_at_norm": (_Among(met, room, at_norm), at_norm & (v > r)),
        "disappointed_below_norm": (_Among(len(pairs) - met, room, below), below & (v > r)),
    }
    telling = {
        name: None
        for name, (among, kind) in asked.items()
        if (code := getattr(told, name)) is not None and judge.tells(code, among, kind)
    }
    return told.model_copy(update=telling)


def _promises(
    pairs: PairColumns, counts: "Ints", told: PromiseShares, judge: "_Judge"
) -> PromiseShares | None:
    """What became of promises, or where one of the three would tell, nothing: two of them give the third."""
    kept, partly, broken = (pairs.promises[:, at].astype(np.int64) for at in range(3))
    among = _Among(int(counts[:3].sum()), 3 * _ROOM * judge.blocks, kept + partly + broken)
    kinds = ((told.kept, kept), (told.partly, partly), (told.broken, broken))
    telling = any(judge.tells(code, among, kind, none=False) for code, kind in kinds)
    return None if telling else told


class _Among(NamedTuple):
    """What a share is a share of: how many, by how much that may be off, and of each pair how many of them."""

    many: int
    room: int
    each: "NDArray[Any]"


@dataclass(frozen=True, slots=True)
class _Judge:
    """Who knows some of a set: of each pair the number of its salesperson, and of its account or customer."""

    blocks: int
    insiders: "tuple[Ints, Ints]"

    @classmethod
    def of(cls, pairs: PairColumns, blocks: int) -> "_Judge":
        units = account_units(pairs.customer, pairs.account)
        return cls(
            blocks,
            (
                np.unique(pairs.salesperson, return_inverse=True)[1],
                np.unique(units, return_inverse=True)[1],
            ),
        )

    def tells(self, code: int, among: _Among, kind: "NDArray[Any]", *, none: bool = True) -> bool:
        """Whether to anybody who takes off their own, this share says that the others are nearly all of this kind; or,
        with `none`, that nearly none is.
        """
        least, most = _counts_of(code, among.many, self.blocks)
        for insider in self.insiders:
            mine, of = (np.bincount(insider, weights=one).astype(np.int64) for one in (kind, among.each))
            yes_least, yes_most = np.maximum(0, least - mine), most - mine
            all_least, all_most = (np.maximum(0, among.many + by - of) for by in (-among.room, among.room))
            if _nearly_all(yes_least, all_most).any():
                return True
            if none and _nearly_all(np.maximum(0, all_least - yes_most), all_least).any():
                return True
        return False


def _counts_of(code: int, many: int, blocks: int) -> tuple[int, int]:
    """Between what the count lies that was rounded in so many blocks and became this share of `many`."""
    room = _ROOM * blocks
    counts = range(0, many + room + COUNT_BASE, COUNT_BASE)
    # A larger count has no smaller share.
    first, after = (
        find(counts, code, key=lambda count: share(count, many)) for find in (bisect_left, bisect_right)
    )
    return max(0, counts[first] - room), counts[after - 1] + room


def _nearly_all(part: "Ints", whole: "Ints") -> "NDArray[np.bool_]":
    """More than the least number that is over nine in ten, or all."""
    return np.asarray((10 * part > 9 * whole + 10) | ((part >= whole) & (whole > 0)))
