"""Rebuilding: what must be true of answers in every way to fill them in that fits everything published.

Whole answers, each published sum within what its rounding allows, shares within theirs. An answer is given away where
nobody, or nearly everybody, can have given any other; a group where only one way is left.
"""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach, ReleaseEvidence, gathered
from kloof.domain.releases.attacks.programmes import Open, Programme, Verdict, each_answered
from kloof.domain.releases.document import AspectShares
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.rounding import COUNT_BASE
from kloof.domain.releases.thresholds import MOST_ALIKE
from kloof.domain.statistics.sums import PairedSums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NAME = "integer programme"
SMALL = 60
"""People up to which one set is tried with V and R together: in larger ones the shares say nothing of a person."""
_LOWEST_SHARE, _HIGHEST_SHARE, _STEP = 10, 90, 5


def attack(releases: Sequence[AnyRelease]) -> Iterator[Breach]:
    """Of every atom: who may have given which answer, and whether nearly all must have given one and the same."""
    for evidence in gathered(releases):
        if evidence.large:
            yield evidence.untried(NAME)
            continue
        for aspect in evidence.survey.aspects:
            if evidence.certain:
                for side in evidence.sides:
                    yield from _one_side(evidence, aspect.id, side)
                yield from _both_sides(evidence, aspect.id, aspect.norm)


def _one_side(evidence: ReleaseEvidence, aspect: str, side: str) -> Iterator[Breach]:
    points = np.array(evidence.survey.scale.points, dtype=np.float64)
    atoms = np.flatnonzero(evidence.people > 0)
    programme = each_answered(evidence.people, len(points), len(evidence.people) if evidence.base else 0)
    every = np.tile(points, (len(evidence.people), 1))
    if evidence.base:
        _rounded_totals(programme, evidence, every)
    for inside, total in zip(evidence.incidence, evidence.published(aspect, side), strict=True):
        if evidence.base:
            programme.hold(0 * every, total - 1e-6, total + 1e-6, inside * evidence.base)
        else:
            programme.hold(inside[:, None] * every, total - 1e-6, total + 1e-6)
    for inside, sighting in zip(evidence.inside(evidence.counted), evidence.counted, strict=True):
        for chosen, share in _one_sided_shares(evidence, sighting.figures.shares[aspect], side, aspect):
            programme.hold(
                np.outer(inside, chosen), *told_by(share, inside @ evidence.people, len(sighting.parts))
            )
    for atom in atoms:
        where = evidence.release_of(int(atom)), evidence.name(int(atom))
        yield from _seen(
            programme,
            int(atom),
            [str(point) for point in evidence.survey.scale.points],
            where,
            f"{side} of {aspect}",
        )


def _rounded_totals(programme: Programme, evidence: ReleaseEvidence, every: "Floats") -> None:
    """Of every atom the exact sum is less than a base, for each of its parts, from what it was rounded to."""
    step = 0.5 if evidence.base % 1 else 1.0
    for atom, parts in enumerate(evidence.blocks):
        chosen = np.zeros((len(every), 1))
        chosen[atom] = 1
        room = parts * evidence.base - step
        programme.hold(chosen * every, -room, room, -evidence.base * chosen[:, 0])


def _one_sided_shares(
    evidence: ReleaseEvidence, shares: AspectShares, side: str, aspect: str
) -> "Iterator[tuple[Floats, int]]":
    """Which points each published share of one side is about."""
    scale = evidence.survey.scale
    points = np.array(scale.points)
    norm = next(one.norm for one in evidence.survey.aspects if one.id == aspect)
    if side == "V":
        about = [(points == scale.low, shares.v_lowest), (points == scale.high, shares.v_highest)]
    else:
        about = [(points == scale.low, shares.r_lowest), (points == scale.high, shares.r_highest)]
        about += [(points >= scale.good, shares.good)]
        about += [(points >= norm, shares.at_norm)] if norm is not None else []
    yield from ((chosen.astype(np.float64), share) for chosen, share in about if share is not None)


def told_by(share: int, n: float, parts: int) -> tuple[float, float]:
    """Between what a count of n lies of which this share was published: rounded in so many parts, then to five."""
    low = 0.0 if share < _LOWEST_SHARE else max(share - _STEP / 2, _LOWEST_SHARE)
    high = 100.0 if share > _HIGHEST_SHARE else min(share + _STEP / 2, _HIGHEST_SHARE)
    if share < _LOWEST_SHARE:
        high = _LOWEST_SHARE
    if share > _HIGHEST_SHARE:
        low = _HIGHEST_SHARE
    room = (COUNT_BASE - 1) * parts
    rounded = math.ceil(low / 100 * n - 1e-9), math.floor(high / 100 * n + 1e-9)
    return rounded[0] - room, rounded[1] + room


def _seen(
    programme: Programme, atom: int, names: Sequence[str], where: tuple[int, str], what: str
) -> Iterator[Breach]:
    try:
        spread = programme.spread
    except Open:
        yield Breach(
            NAME, *where, f"whose {what} is certain was not found out in {programme.seconds:g} s", False
        )
        return
    if spread is None:
        yield Breach(NAME, *where, f"no answers fit what is published of {what}")
        return
    n = programme.people[atom]
    may = (
        [programme.may_have(atom, kind) for kind in range(len(names))]
        if (spread[atom] > 0).sum() <= 2
        else []
    )
    left = [name for name, verdict in zip(names, may, strict=False) if verdict is not Verdict.NO]
    if may and len(left) <= 2:
        open_ = Verdict.OPEN in may
        yield Breach(NAME, *where, f"everybody's {what} is {' or '.join(left)}", not open_)
    for kind in np.flatnonzero(spread[atom] > MOST_ALIKE * n):
        verdict = programme.must_have(atom, int(kind), MOST_ALIKE * n)
        if verdict is not Verdict.NO:
            yield Breach(
                NAME, *where, f"nearly everybody's {what} is {names[int(kind)]}", verdict is Verdict.YES
            )


def _both_sides(evidence: ReleaseEvidence, aspect: str, norm: float | None) -> Iterator[Breach]:
    """Of every small set with shares: V and R together, with who stands above, at and below what they expected."""
    scale = evidence.survey.scale
    points = np.array(scale.points, dtype=np.float64)
    v, r = (side.ravel() for side in np.meshgrid(points, points, indexing="ij"))
    sums = {one.parts: one for one in evidence.sightings}
    for sighting in evidence.counted:
        same = sums.get(sighting.parts)
        n = sum(evidence.sizes[block] for block in sighting.parts)
        if same is None or n > SMALL:
            continue
        programme = each_answered(np.array([float(n)]), len(v))
        step, parts = (0.5 if evidence.base % 1 else 1.0), len(sighting.parts)
        room = parts * evidence.base - step if evidence.base else 0.0
        for side, values in (("V", v), ("R", r)):
            total = same.figures.total(aspect, side)
            programme.hold(values[None], total - room, total + room)
        for chosen, share, times in _joint_shares(
            sighting.figures.shares[aspect], v, r, scale.low, scale.high, scale.good, norm
        ):
            programme.hold(chosen[None].astype(np.float64), *told_by(share, n, times * parts))
        names = [f"V {one:g} with R {other:g}" for one, other in zip(v, r, strict=True)]
        yield from _seen(programme, 0, names, (sighting.release, sighting.figures.id), f"answer to {aspect}")


def _joint_shares(
    shares: AspectShares, v: "Floats", r: "Floats", low: int, high: int, good: int, norm: float | None
) -> "Iterator[tuple[NDArray[np.bool_], int, int]]":
    """Whom each share is about, and of how many rounded counts it was made in each block."""
    about = [
        *((v > r, shares.higher), (v == r, shares.equal), (r >= good, shares.good)),
        *((v == low, shares.v_lowest), (v == high, shares.v_highest)),
        *((r == low, shares.r_lowest), (r == high, shares.r_highest)),
    ]
    if norm is not None:
        about += [(r >= norm, shares.at_norm)]
    yield from ((chosen, share, 1) for chosen, share in about if share is not None)
    if shares.lower is not None:
        yield v < r, shares.lower, 2


def ways_to_fill(n: int, told: PairedSums, side: str, points: Sequence[int]) -> Programme:
    """The programme of one set with exact moments and end counts of one side."""
    values = np.array(points, dtype=np.float64)
    programme = each_answered(np.array([float(n)]), len(points))
    total, squares, counts = (
        (told.v, told.vv, told.v_counts) if side == "V" else (told.r, told.rr, told.r_counts)
    )
    for summands, exact in ((values, total), (values**2, squares)):
        programme.hold(summands[None], exact - 1e-6, exact + 1e-6)
    for kind, count in ((0, counts[0]), (len(points) - 1, counts[-1])):
        chosen = np.zeros((1, len(points)))
        chosen[0, kind] = 1
        programme.hold(chosen, count, count)
    return programme
