"""Rebuilding answers: which ones fit number, mean and standard deviation, and is one of them nearly everybody's?"""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.attacks.evidence import Breach, gathered
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.pair_columns import Stat
from kloof.domain.releases.thresholds import MOST_ALIKE
from kloof.domain.surveys.definition import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NAME = "reconstruction"
_SLACK = 1e-6
_FEW = 0.2
_SIDES = {
    "V": (Stat.V, Stat.VV, Stat.V_LOWEST, Stat.V_HIGHEST),
    "R": (Stat.R, Stat.RR, Stat.R_LOWEST, Stat.R_HIGHEST),
}


def attack(releases: Sequence[ReleaseDocument]) -> Iterator[Breach]:
    """Atoms in which, in every way to fill in whole answers, more than nine in ten gave one and the same."""
    for evidence in gathered(releases):
        for aspect in evidence.survey.aspects:
            for name, release, sums in evidence.told(aspect.id):
                for side in evidence.sides:
                    told = [float(sums[place]) for place in _SIDES[side]]
                    answer = revealed(round(sums[Stat.N]), told, evidence.survey.scale)
                    if answer is not None:
                        what = f"nearly everybody's {side} of {aspect.id} is {answer}"
                        yield Breach(NAME, release, name, what)


def revealed(n: int, sums: Sequence[float], scale: Scale) -> int | None:
    """The answer that more than nine in ten of n people must have given; None where there is no such answer.

    sums: of their answers, of the squares of these, and how many gave the lowest and the highest point (not a number
    where nobody says). Only whole answers are tried: a mean over a customer's deals hides more.
    """
    said = [number for number in sums if not math.isnan(number)]
    whole = [round(number) for number in said]
    if any(abs(number - one) > _SLACK for number, one in zip(said, whole, strict=True)):
        return None
    for point, count in zip((scale.low, scale.high), whole[2:], strict=False):
        if count > MOST_ALIKE * n:
            return point
    for point in scale.points if len(whole) == 2 else scale.points[1:-1]:
        if not _can_be_few(point, n, whole, scale) and _least(point, n, whole, scale) > MOST_ALIKE * n:
            return point
    return None


def _can_be_few(point: int, n: int, sums: list[int], scale: Scale) -> bool:
    """Whether it is plain, without a search, that more than a tenth may have given another answer than `point`.

    Who is at an end may be known. Of the others, with Σd and Σd² of their distances to `point`: they can all but stand
    one step off, on either side, so that Σd² of them do; with one side only to stand on, |Σd| − (Σd² − |Σd|)/w do, w
    the furthest step there is, in real numbers.
    """
    total, squares, *ends = sums
    low, high = (scale.low + 1, scale.high - 1) if ends else (scale.low, scale.high)
    at_ends = sum(ends)
    inner = n - at_ends
    for end, count in zip((scale.low, scale.high), ends, strict=False):
        total -= count * end
        squares -= count * end**2
    off = abs(total - inner * point)
    off_squared = squares - 2 * point * total + inner * point * point
    if off >= inner:
        return True
    if low < point < high:
        return at_ends + off_squared > _FEW * n
    furthest = max(point - low, high - point)
    return at_ends + off - (off_squared - off) / max(furthest, 1) > _FEW * n


def _least(point: int, n: int, sums: list[int], scale: Scale) -> float:
    """The fewest people who can have given this answer; 0 where the sums fit no answers at all."""
    from scipy.optimize import LinearConstraint, milp

    points = np.array(scale.points, dtype=np.float64)
    ends = np.zeros((2, len(points)))
    ends[0, 0] = ends[1, -1] = 1
    equations = np.vstack([np.ones_like(points), points, points**2, ends[: len(sums) - 2]])
    right = np.array([n, *sums], dtype=np.float64)
    found = milp(
        (points == point).astype(np.float64),
        constraints=LinearConstraint(equations, right, right),
        integrality=np.ones_like(points),
    )
    return float(found.fun) if found.success else -math.inf
