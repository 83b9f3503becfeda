"""The founding claim as a comparison: are customers who got the norm disappointed less often than others?"""

import math
from dataclasses import dataclass
from itertools import product
from typing import Final

from kloof.domain.statistics.shares import could_be, wilson
from kloof.domain.statistics.values import Interval, Share, TooFew

LEAST_PER_SIDE: Final = 20


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """Who is disappointed (V > R), apart for those who got the norm (R ≥ N) and those who did not.

    `more`: the share where the norm was missed minus that where it was met, with its `interval`. `disappointed`: of
    all customers. `at_norm`: of all, those who would be disappointed had everybody expected the norm and got what
    they got (R < N). Described, never as cause.
    """

    met: Share
    missed: Share
    more: float
    interval: Interval
    disappointed: Share
    at_norm: Share


def claim_table(
    *, met: int, met_disappointed: int, missed: int, missed_disappointed: int, clustering: float = 1.0
) -> ClaimTable | TooFew:
    """Figure 3 as a 2×2, from 20 customers on each side of the norm; ValueError where a part exceeds its whole.

    clustering: by how much customers of one salesperson being alike widens an interval; they count as so many fewer.
    R ≥ N and V > R imply V > N, so the share of the disappointed who got the norm says nothing by itself.
    """
    if not (0 <= met_disappointed <= met and 0 <= missed_disappointed <= missed):
        raise ValueError("more customers are disappointed than there are on this side of the norm")
    smallest = min(met, missed)
    if smallest < LEAST_PER_SIDE:
        return TooFew(LEAST_PER_SIDE, smallest)
    count_as, everybody = clustering**-2, met + missed
    with_norm = wilson(count_as * met_disappointed, count_as * met)
    without = wilson(count_as * missed_disappointed, count_as * missed)
    return ClaimTable(
        met=with_norm,
        missed=without,
        more=without.share - with_norm.share,
        interval=difference_of_shares(without, with_norm),
        disappointed=wilson(met_disappointed + missed_disappointed, everybody),
        at_norm=wilson(missed, everybody),
    )


def difference_of_shares(one: Share, other: Share) -> Interval:
    """Of two independent shares, from their Wilson intervals (Newcombe 1998, method 10)."""
    value = one.share - other.share
    low = math.hypot(one.share - one.interval.low, other.interval.high - other.share)
    high = math.hypot(one.interval.high - one.share, other.share - other.interval.low)
    return Interval(max(-1.0, value - low), min(1.0, value + high))


@dataclass(frozen=True, slots=True)
class CoarseClaim:
    """The founding claim as a 2×2 of shares in per cent: who is disappointed at the norm, and who below it.

    interval: of how many points more are disappointed below the norm, whatever the shares were before rounding; TooFew
    where a side of the norm may hold fewer customers than that takes.
    """

    at_norm: int
    disappointed_at_norm: int
    disappointed_below_norm: int
    interval: Interval | TooFew

    @property
    def more(self) -> int:
        return self.disappointed_below_norm - self.disappointed_at_norm

    @property
    def if_all_expected_the_norm(self) -> int:
        """Who would be disappointed had everybody expected the norm and got what they got: R below N."""
        return 100 - self.at_norm


def coarse_claim(
    n: int,
    at_norm: int,
    disappointed_at_norm: int,
    disappointed_below_norm: int,
    clustering: float = 1.0,
) -> CoarseClaim:
    """From the published shares of `n` customers; the interval is the widest that those shares leave room for.

    clustering: as of `claim_table`.
    """
    ends = product(could_be(at_norm), could_be(disappointed_at_norm), could_be(disappointed_below_norm))
    found = [_table(n, clustering, *shares) for shares in ends]
    few = [one for one in found if isinstance(one, TooFew)]
    whole = [one for one in found if isinstance(one, ClaimTable)]
    interval = min(few, key=lambda one: one.have) if few else _widest(whole)
    return CoarseClaim(at_norm, disappointed_at_norm, disappointed_below_norm, interval)


def _table(n: int, clustering: float, at_norm: float, one: float, other: float) -> ClaimTable | TooFew:
    met = round(n * at_norm)
    missed = n - met
    return claim_table(
        met=met,
        met_disappointed=round(met * one),
        missed=missed,
        missed_disappointed=round(missed * other),
        clustering=clustering,
    )


def _widest(tables: list[ClaimTable]) -> Interval:
    return Interval(min(one.interval.low for one in tables), max(one.interval.high for one in tables))
