"""Many figures at once: which of them stand together."""

from collections.abc import Sequence
from typing import Final

from kloof.domain.statistics.values import Interval

FALSE_DISCOVERIES: Final = 0.10


def adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """Figure 11: the p-values, in their order, adjusted for all the tests (Benjamini & Hochberg 1995)."""
    tests = len(p_values)
    order = sorted(range(tests), key=p_values.__getitem__)
    result, smallest = [1.0] * tests, 1.0
    for rank in range(tests, 0, -1):
        index = order[rank - 1]
        smallest = min(smallest, p_values[index] * tests / rank)
        result[index] = smallest
    return tuple(result)


def demonstrable(adjusted_p: float, interval: Interval) -> bool:
    """Whether a difference may be called one: it stands among all tests, and its interval leaves 0 out."""
    return adjusted_p <= FALSE_DISCOVERIES and not interval.holds(0)
