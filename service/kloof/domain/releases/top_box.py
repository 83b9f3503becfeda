"""How many customers gave a good mark after delivery: what may be counted, and what it tells of one person.

The count is for "8 in 10 gave at least a 7". By itself it could tell too much: when all of a block gave at least a
7, so did each of them. So of a block never more than nine in ten are counted, which leaves the sentence true: there
are at least as many.
"""

from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.releases.thresholds import MOST_ALIKE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.domain.surveys.definition import Scale

    Floats = NDArray[np.float64] | np.float64


def countable(good: "Floats", n: "Floats") -> "Floats":
    """Of `good` of n customers per block, how many may be counted."""
    counted: Floats = np.minimum(good, np.floor(MOST_ALIKE * n + 1e-9))
    return counted


def individual_range(n: "Floats", total: "Floats", good: "Floats", scale: "Scale") -> "Floats":
    """How far apart the lowest and the highest R are that one of n customers can have given, in points.

    `total`: the sum of their R. `good`: as `countable` gives it. Whole answers are assumed, which tell the most.
    Where as many as may be are counted, all may have given a good mark.
    """
    low, high, mark = scale.low, scale.high, scale.good
    exact = good < countable(n, n)
    most_of_others = np.where(exact, good * high + (n - 1 - good) * (mark - 1), (n - 1) * high)
    least_of_others = np.where(good > 0, (good - 1) * mark + (n - good) * low, (n - 1) * low)
    top = np.where(exact & (good == 0), mark - 1, high)
    room: Floats = np.minimum(top, total - least_of_others) - np.maximum(low, total - most_of_others)
    return room
