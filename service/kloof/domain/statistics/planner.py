"""How many pairs a gap needs before it can be seen, and about when a queue has enough."""

import datetime
import math
from typing import Final

from kloof.domain.statistics.equivalence import ALPHA

POWER: Final = 0.8
_MOST: Final = 1e9


def power(gap: float, sd: float, pairs: float) -> float:
    """The chance that a two-sided t test at 5% sees a true mean of `gap` among `pairs` > 1 with an SD of `sd` > 0.

    Under that truth t is noncentral, with δ = gap/sd · √pairs (Cohen 1988, ch. 2).
    """
    from scipy import stats

    freedom, shift = pairs - 1, gap / sd * math.sqrt(pairs)
    edge = stats.t.isf(ALPHA / 2, freedom)
    # The other side has at most Φ(−δ); where that is nothing, scipy may give no number at all.
    other = stats.nct.cdf(-edge, freedom, shift) if shift < 7 else 0.0
    return float(stats.nct.sf(edge, freedom, shift) + other)


def pairs_exactly(gap: float, sd: float) -> float:
    """The number of pairs, not rounded, with which `power` is .8; at least 2.

    What widens the interval belongs in `sd`: times the inflation of clusters, and with the rounding's variance per
    customer added to its square. Raises ValueError for a gap or an SD that is not above 0, and for a gap that a
    thousand million pairs do not show.
    """
    from scipy.optimize import brentq

    if gap <= 0 or sd <= 0:
        raise ValueError(f"a gap of {gap} with an SD of {sd}: both have to be above 0")

    def short(pairs: float) -> float:
        return power(gap, sd, pairs) - POWER

    if short(2) >= 0:
        return 2.0
    # The normal approximation is never more than a few pairs short, so twice as many and ten more hold the root.
    most = 2 * ((1.959964 + 0.841621) * sd / gap) ** 2 + 10
    if most > _MOST:
        raise ValueError(f"a gap of {gap} with an SD of {sd} is smaller than any number of pairs will show")
    return float(brentq(short, 2, most, xtol=1e-10, rtol=1e-12))


def pairs_needed(gap: float, sd: float) -> int:
    """The least whole number of pairs that shows a gap of `gap` in 80 of 100 cases; see `pairs_exactly`."""
    return math.ceil(pairs_exactly(gap, sd))


def closes_about(waiting: int, needed: int, per_day: float, today: datetime.date) -> datetime.date | None:
    """The day on which a queue has `needed` at the present pace: today where it has; None where nothing comes."""
    if waiting >= needed:
        return today
    if per_day <= 0:
        return None
    days = (needed - waiting) / per_day
    if days > (datetime.date.max - today).days:
        return None
    return today + datetime.timedelta(days=math.ceil(days))
