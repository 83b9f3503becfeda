"""Fixed random rounding: what a sum becomes, once and for good, in the moment its block closes.

Unbiased: up with probability remainder/base (the method is that of Stats NZ's random rounding to base 3). Whoever knows
all other answers of a block still does not know the last one, and everything published later, at any level and over
any period, is a sum of the same rounded sums.
"""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kloof.domain.statistics.estimates import rounding_variance
from kloof.domain.surveys.definition import Scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

LEAST_BASE: Final = 3.0
"""On a scale of few points half its width hides too little. To a multiple of b, an answer at an end is certain for
whoever knows all others in one case of b²: on 1 to 5 that were 6% of all answers with 2, and are about 3% with 3.
"""
_FIRST_LEAST_BASE: Final = 2.0
"""What it was at first: releases that say so stay as they are, and migration 0023 retires their blocks."""
COUNT_BASE: Final = 3
"""To a multiple of this every count of a block is rounded."""


def base_of(scale: Scale) -> float:
    """To a multiple of this every sum of answers is rounded, in points: half the scale's width, and at least three."""
    return max(LEAST_BASE, (scale.high - scale.low) / 2)


def known_bases(scale: Scale) -> tuple[float, float]:
    """What a release may say that its sums were rounded to: as now, and as at first."""
    return base_of(scale), max(_FIRST_LEAST_BASE, (scale.high - scale.low) / 2)


def rounded_at_random(sums: "NDArray[Any]", base: float, chance: np.random.Generator) -> "Ints":
    """How many times `base` each sum becomes; a multiple of `base` stays what it is."""
    return rounded_by(sums, base, chance.random(np.shape(sums)))


def rounded_by(sums: "NDArray[Any]", base: float, draw: "Floats") -> "Ints":
    """The same, with a number from 0 to 1 for each sum that was drawn before."""
    multiples = np.asarray(sums, dtype=np.float64) / base
    below = np.floor(multiples + 1e-9)
    up = draw < multiples - below - 1e-9
    return (below + up).astype(np.int64)


def variance_of(base: float) -> float:
    """What the rounding of one sum of whole answers adds to its variance, in squared points."""
    return rounding_variance(base, 1)
