"""Counts, which leave the company as coarse shares only, and only of sets that differ by many or by nobody.

A share is rounded to five per cent and coded at the ends, so that neither an end nor a gap in a table tells; the counts
it is made of were rounded when their blocks closed. What two sets differ by must be as large as a set has to be itself:
so shares move less often than sums do.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.releases.certificate.counted_sets import CountedSets
from kloof.domain.releases.closing import Counted, RoundedSums
from kloof.domain.releases.document import (
    AspectShares,
    Cell,
    Level,
    PromiseShares,
    ReleaseDocument,
)
from kloof.domain.surveys.definition import Aspect, Survey, SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

LEAST_COUNTED: Final = 30
"""Customers of whom a share may be told."""
LEAST_OUTCOMES: Final = 20
LEAST_PROMISERS: Final = 12
STEP: Final = 5
LOWEST, HIGHEST = STEP, 100 - STEP
_LEVELS = (Level.COMPANY, Level.PRODUCT)


def counted(
    cells: Sequence[Cell],
    sizes: Mapping[int, int],
    figures: Mapping[int, RoundedSums],
    surveys: Mapping[SurveyKey, Survey],
    releases: Sequence[ReleaseDocument],
) -> tuple[Cell, ...]:
    """The cells of the company and of its products with the shares of their customers, the widest cells first served.

    sizes, figures: of the blocks that are not retired. Of a cell whose blocks may not be counted anew the shares of the
    release before stand on, where none of their blocks was retired.
    """
    everybody = dict(sizes)
    for release in releases:
        everybody |= {block.id: block.n for block in release.blocks}
    told = {key: _told(key, cells, releases, everybody) for key in {cell.key for cell in cells}}
    before = {cell.id: cell for cell in releases[-1].cells} if releases else {}
    found = {}
    for cell in sorted(cells, key=lambda one: _LEVELS.index(one.level) if one.level in _LEVELS else 9):
        blocks = _blocks(cell, before.get(cell.id), told[cell.key], sizes)
        if blocks:
            told[cell.key].add(frozenset(blocks))
            found[cell.id] = _with_shares(cell, blocks, sizes, figures, surveys[cell.key])
    return tuple(found.get(cell.id, cell) for cell in cells)


def _told(
    key: SurveyKey,
    cells: Sequence[Cell],
    releases: Sequence[ReleaseDocument],
    everybody: Mapping[int, int],
) -> CountedSets:
    """What was counted of this survey version so far; a cell of now may be added."""
    before = (cell for release in releases for cell in release.cells if cell.counted and cell.key == key)
    now = (cell for cell in cells if cell.key == key and cell.level in _LEVELS)
    return CountedSets(
        {frozenset(cell.counted): None for cell in before}.keys(),
        [frozenset(cell.blocks) for cell in now],
        everybody,
    )


def _blocks(cell: Cell, before: Cell | None, told: CountedSets, live: Mapping[int, int]) -> tuple[int, ...]:
    """The blocks whose counts this cell may tell: all of its own, or those of the release before, or none."""
    if cell.level not in _LEVELS:
        return ()
    if told.may_be_told(frozenset(cell.blocks), LEAST_COUNTED):
        return cell.blocks
    return before.counted if before is not None and set(before.counted) <= set(live) else ()


def may_be_counted(
    blocks: frozenset[int], told: Collection[frozenset[int]], sizes: Mapping[int, int]
) -> bool:
    """Whether these may be told beside all that were: see `CountedSets`."""
    return CountedSets(told, [blocks], sizes).may_be_told(blocks, LEAST_COUNTED)


def _with_shares(
    cell: Cell,
    blocks: tuple[int, ...],
    sizes: Mapping[int, int],
    figures: Mapping[int, RoundedSums],
    survey: Survey,
) -> Cell:
    n = sum(sizes[block] for block in blocks)
    counts = counts_of(blocks, figures, survey)
    promises = np.sum([figures[block].promises for block in blocks], axis=0)
    shares = {
        aspect.id: aspect_shares(aspect, row, n) for aspect, row in zip(survey.core, counts, strict=True)
    }
    return cell.model_copy(update={"counted": blocks, "shares": shares, "promises": promise_shares(promises)})


def counts_of(blocks: Sequence[int], figures: Mapping[int, RoundedSums], survey: Survey) -> "Ints":
    """The counts of these blocks together, int64[aspects, Counted].

    Where the norm asks for the very marks that are good, both are one count: rounded twice it would be two clues.
    """
    counts: Ints = np.sum([figures[block].counts for block in blocks], axis=0)
    points = np.array(survey.scale.points)
    for row, aspect in zip(counts, survey.core, strict=True):
        if aspect.norm is not None and ((points >= aspect.norm) == (points >= survey.scale.good)).all():
            row[Counted.AT_NORM] = row[Counted.GOOD]
    return counts


def aspect_shares(aspect: Aspect, counts: "Ints", n: int) -> AspectShares:
    """The shares of n customers from their counts, in the order of `Counted`."""
    told = {one.name.lower(): share(int(counts[one]), n) for one in _PLAIN}
    told["lower"] = share(n - int(counts[Counted.HIGHER]) - int(counts[Counted.EQUAL]), n)
    if aspect.norm is None:
        return AspectShares(**told)
    met = int(counts[Counted.AT_NORM])
    told["at_norm"] = share(met, n)
    for among, one in ((met, Counted.DISAPPOINTED_AT_NORM), (n - met, Counted.DISAPPOINTED_BELOW_NORM)):
        if among >= LEAST_COUNTED:
            told[one.name.lower()] = share(int(counts[one]), among)
    return AspectShares(**told)


_PLAIN = (
    *(Counted.HIGHER, Counted.EQUAL, Counted.GOOD),
    *(Counted.V_LOWEST, Counted.V_HIGHEST, Counted.R_LOWEST, Counted.R_HIGHEST),
)


def promise_shares(promises: "Ints") -> PromiseShares | None:
    """What became of promises, from kept, partly, broken, too early to say, and how many customers know of one; None
    where too few outcomes of too few customers are known.
    """
    kept, partly, broken, _, customers = (int(count) for count in promises)
    known = kept + partly + broken
    if known < LEAST_OUTCOMES or customers < LEAST_PROMISERS:
        return None
    return PromiseShares(
        kept=share(kept, known),
        partly=share(partly, known),
        broken=share(broken, known),
        known=STEP * round(known / STEP),
        promisers=STEP * round(customers / STEP),
    )


def share(count: int, n: int) -> int:
    """In per cent, a multiple of five: 5 for less than ten, 95 for more than ninety."""
    per_cent = 100 * count / n
    if per_cent < 2 * STEP:
        return LOWEST
    if per_cent > 100 - 2 * STEP:
        return HIGHEST
    return STEP * round(per_cent / STEP)
