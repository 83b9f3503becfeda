"""Whether work grows with the size of what came in, or with its square: told by ratios, so on any machine."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from time import thread_time

KIB = 1024
SIZES = (1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB)
"""The largest is what one request may bring. From small to large, so that what grows too fast is found soon."""
TOO_STEEP = 9
"""Four times as much may take about four times as long; a square takes sixteen times."""
_MEASURABLE = 0.01


def grows_too_fast(work: Callable[[int], object], sizes: Sequence[int] = SIZES) -> str:
    """Empty where `work(size)` takes time by its size; else between which sizes it does not, in words.

    Each size is four times the one before it. Steps of under ten milliseconds are too short to be told from chance.
    """
    before = _seconds(work, sizes[0])
    for smaller, larger in pairwise(sizes):
        after = _seconds(work, larger)
        if after > _MEASURABLE and after > TOO_STEEP * before:
            before, after = (min(_seconds(work, size) for _ in range(3)) for size in (smaller, larger))
            if after > _MEASURABLE and after > TOO_STEEP * before:
                return f"{smaller} bytes take {before:.4f} s and {larger} bytes {after:.4f} s"
        before = after
    return ""


def _seconds(work: Callable[[int], object], size: int) -> float:
    begun = thread_time()
    work(size)
    return thread_time() - begun
