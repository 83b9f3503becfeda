"""Many figures at once: which of them stand together, and small groups beside each other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kloof.domain.statistics.sums import Sample
from kloof.domain.statistics.values import Interval, TooFew

FALSE_DISCOVERIES: Final = 0.10
LEAST_GROUPS: Final = 5


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A group's mean drawn towards the mean of all: `mean` = centre + weight · (raw − centre)."""

    raw: float
    mean: float
    weight: float
    n: int


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Groups in the order given; `centre` and the variance `between` them, on the survey's scale."""

    centre: float
    between: float
    groups: tuple[Shrunk, ...]


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


def shrink(groups: Sequence[Sample]) -> Shrinkage | TooFew:
    """Figure 12: means of 5 or more groups, each drawn to the centre with w = τ²/(τ² + s²/n_j).

    s² is pooled within the groups; τ² is the one that makes the spread of the means what is expected (Paule
    & Mandel 1982), 0 where they spread less than by chance. Not for ranking. Raises ValueError for an empty
    group.
    """
    if len(groups) < LEAST_GROUPS:
        return TooFew(LEAST_GROUPS, len(groups), "groups")
    if any(group.n < 1 for group in groups):
        raise ValueError("a group without customers has no mean to shrink")
    freedom = sum(group.n - 1 for group in groups)
    within = sum((group.n - 1) * group.variance for group in groups) / freedom if freedom else 0.0
    errors = [within / group.n for group in groups]
    means = [group.mean for group in groups]
    between = _between(means, errors)
    centre = _centre(means, errors, between)
    shrunk = (_shrunk(group, centre, between, error) for group, error in zip(groups, errors, strict=True))
    return Shrinkage(centre, between, tuple(shrunk))


def _shrunk(group: Sample, centre: float, between: float, error: float) -> Shrunk:
    weight = between / (between + error) if error > 0 else 1.0
    return Shrunk(group.mean, centre + weight * (group.mean - centre), weight, group.n)


def _centre(means: Sequence[float], errors: Sequence[float], between: float) -> float:
    weights = [1 / (between + error) if between + error > 0 else 1.0 for error in errors]
    return math.fsum(w * m for w, m in zip(weights, means, strict=True)) / math.fsum(weights)


def _between(means: Sequence[float], errors: Sequence[float]) -> float:
    others = len(means) - 1
    middle = math.fsum(means) / len(means)
    spread = math.fsum((mean - middle) ** 2 for mean in means)
    if min(errors) <= 0:
        return spread / others

    def excess(between: float) -> float:
        centre = _centre(means, errors, between)
        pairs = zip(means, errors, strict=True)
        return math.fsum((mean - centre) ** 2 / (between + error) for mean, error in pairs) - others

    if excess(0.0) <= 0:
        return 0.0
    from scipy.optimize import brentq

    return float(brentq(excess, 0.0, spread, xtol=1e-14, rtol=1e-14))
