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
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from kloof.domain.releases.certificate.known_counts import (
    AT_NORM,
    DISAPPOINTED,
    EVERY,
    GOOD,
    OUTCOMES,
    Known,
    KnownCounts,
    KnownWithin,
)
from kloof.domain.releases.closing import Counted, RoundedSums
from kloof.domain.releases.coarse_shares import counts_of, share
from kloof.domain.releases.document import AspectShares, Cell, PromiseShares, ReleaseDocument
from kloof.domain.releases.rounding import COUNT_BASE
from kloof.domain.side_by_side import side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]

_ROOM: Final = COUNT_BASE - 1
"""By so much a count of one block may differ from what it was rounded to."""


def without_telling_counts(
    cells: Sequence[Cell],
    answers: Sequence[KnownCounts],
    figures: Mapping[int, RoundedSums],
    releases: Sequence[ReleaseDocument],
) -> tuple[Cell, ...]:
    """The cells without the counts that would tell somebody that all others are alike.

    answers: of each survey version those of its blocks. figures: by block. What stood in an earlier release of the same
    blocks stands as it did. Where answers are missing nothing is counted.
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


def _judged(cell: Cell, answers: KnownCounts | None, figures: Mapping[int, RoundedSums]) -> Cell:
    theirs = None if answers is None else answers.within(cell.counted)
    if answers is None or theirs is None:
        return cell.model_copy(update={"counted": (), "shares": {}, "promises": None})
    judge = _Judge(theirs, len(cell.counted))
    counts = counts_of(cell.counted, figures, answers.survey)
    aspects = [aspect.id for aspect in answers.survey.core]
    judged = side_by_side(
        lambda at: judge.shares(at, counts[at], cell.shares[aspects[at]]), range(len(aspects)), theirs.n
    )
    shares = dict(zip(aspects, judged, strict=True))
    outcomes = np.sum([figures[block].promises for block in cell.counted], axis=0)
    promises = cell.promises and judge.promises(outcomes, cell.promises)
    return cell.model_copy(update={"shares": shares, "promises": promises})


class _Among(NamedTuple):
    """What a share is a share of: how many, by how much that may be off, and which kinds of answers."""

    many: int
    room: int
    kinds: "Bools"


@dataclass(frozen=True, slots=True)
class _Judge:
    """Who knows some of a set of so many blocks."""

    known: KnownWithin
    blocks: int

    def shares(self, aspect: int, counts: "Ints", told: AspectShares) -> AspectShares:
        """The shares of this aspect without those that would tell; counts: of this aspect, as they were rounded."""
        n, met, room = self.known.n, int(counts[Counted.AT_NORM]), _ROOM * self.blocks
        asked = {
            "good": (_Among(n, 0, EVERY), GOOD),
            "at_norm": (_Among(n, 0, EVERY), AT_NORM),
            "disappointed_at_norm": (_Among(met, room, AT_NORM), AT_NORM & DISAPPOINTED),
            "disappointed_below_norm": (_Among(n - met, room, ~AT_NORM), ~AT_NORM & DISAPPOINTED),
        }
        telling = {
            name: None
            for name, (among, kind) in asked.items()
            if (code := getattr(told, name)) is not None
            and self._in_doubt(code, among.many, among.room)
            and self._tells(code, among.many, among.room, self.known.marks(aspect, kind, among.kinds))
        }
        return told.model_copy(update=telling)

    def promises(self, counts: "Ints", told: PromiseShares) -> PromiseShares | None:
        """What became of promises, or where one of the three would tell, nothing: two of them give the third."""
        many, room = int(counts[:OUTCOMES].sum()), OUTCOMES * _ROOM * self.blocks
        telling = any(
            self._tells(code, many, room, self.known.promises(outcome), none=False)
            for outcome, code in enumerate((told.kept, told.partly, told.broken))
        )
        return None if telling else told

    def _in_doubt(self, code: int, many: int, room: int) -> bool:
        """Whether anybody here knows so many that `_tells` may say yes, whatever these are; never no where it does."""
        least, most = _counts_of(code, many, self.blocks)
        others = max(0, many - room - most)
        left, left_at_least = (max(0, many + by - self.known.most) for by in (room, -room))
        return any(
            part >= whole or bool(_nearly_all(part, whole))
            for part, whole in ((least, left), (others, left_at_least))
        )

    def _tells(self, code: int, many: int, room: int, known: Known, *, none: bool = True) -> bool:
        """Whether to anybody who takes off their own, this share of so many, which may be off by that, says that the
        others are nearly all of this kind; or, with `none`, that nearly none is.
        """
        least, most = _counts_of(code, many, self.blocks)
        yes_least, yes_most = np.maximum(0, least - known.mine), most - known.mine
        all_least, all_most = (np.maximum(0, many + by - known.of) for by in (-room, room))
        if _nearly_all(yes_least, all_most).any():
            return True
        return none and bool(_nearly_all(np.maximum(0, all_least - yes_most), all_least).any())


@lru_cache(maxsize=1000)
def _counts_of(code: int, many: int, blocks: int) -> tuple[int, int]:
    """Between what the count lies that was rounded in so many blocks and became this share of `many`."""
    room = _ROOM * blocks
    counts = range(0, many + room + COUNT_BASE, COUNT_BASE)
    # A larger count has no smaller share.
    first, after = (
        find(counts, code, key=lambda count: share(count, many)) for find in (bisect_left, bisect_right)
    )
    return max(0, counts[first] - room), counts[after - 1] + room


def _nearly_all(part: "Ints | int", whole: "Ints | int") -> "Bools":
    """More than the least number that is over nine in ten, or all."""
    return np.asarray(
        np.greater(10 * part, 9 * whole + 10) | (np.greater_equal(part, whole) & np.greater(whole, 0))
    )
