"""Between which bounds the gap of everybody lies, whatever those who left would have answered, with chance counted."""

import math
from dataclasses import dataclass

from kloof.domain.statistics.sums import Sample
from kloof.domain.statistics.values import LEVEL, Interval


@dataclass(frozen=True, slots=True)
class WorstCase:
    """`bounds`: where S̄ of these n lies if nothing is assumed; `interval`: where that of all such customers does."""

    bounds: Interval
    interval: Interval
    n: int


def worst_case(
    pairs: Sample, left: Sample, low: float, high: float, *, silent: int = 0, known: float = 0.0
) -> WorstCase:
    """Worst-case bounds (Manski 1989) of S̄ with the 95% interval of Imbens & Manski (2004) around what they bound.

    `pairs`: S of who answered twice; `left`: V of who gave only V, whose R lies in [`low`, `high`]; `silent`: how
    many gave neither, whose S lies in ±(high − low). Together they are the population that the bounds are about. Each
    bound is a mean over all of it, with those who are missing at the end of the scale that makes it, and so has an
    ordinary standard error. `known`: variance that rounding adds to each of these means.
    Raises ValueError for fewer than 2 customers.
    """
    n = pairs.n + left.n + silent
    if n < 2:
        raise ValueError("bounds with chance counted need at least two customers")
    width = high - low
    lowest = _together([pairs, _moved(left, -high), Sample(silent, -width, 0.0)])
    highest = _together([pairs, _moved(left, -low), Sample(silent, width, 0.0)])
    errors = [math.sqrt(sample.variance / n + known) for sample in (lowest, highest)]
    reach = critical_value(highest.mean - lowest.mean, max(errors))
    interval = Interval(lowest.mean - reach * errors[0], highest.mean + reach * errors[1])
    return WorstCase(Interval(lowest.mean, highest.mean), interval, n)


def critical_value(width: float, error: float) -> float:
    """C with Φ(C + width/error) − Φ(−C) = .95, `error` the larger of both ends' (Imbens & Manski 2004).

    It runs from 1.96, where the bounds meet, to 1.645, where they are so far apart that the truth can only fall off at
    one of both ends.
    """
    from scipy import special
    from scipy.optimize import brentq

    if error == 0:
        return 0.0
    apart = width / error

    def missing(reach: float) -> float:
        return float(special.ndtr(reach + apart) - special.ndtr(-reach)) - LEVEL

    return float(brentq(missing, 1.0, 3.0, xtol=1e-13, rtol=1e-13))


def _moved(sample: Sample, by: float) -> Sample:
    return Sample(sample.n, sample.mean + by, sample.variance)


def _together(parts: list[Sample]) -> Sample:
    """Size, mean and variance of disjoint groups as one."""
    n = sum(part.n for part in parts)
    mean = math.fsum(part.n * part.mean for part in parts) / n
    within = math.fsum(max(0, part.n - 1) * part.variance for part in parts)
    between = math.fsum(part.n * (part.mean - mean) ** 2 for part in parts)
    return Sample(n, mean, (within + between) / (n - 1))
