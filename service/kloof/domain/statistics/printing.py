"""Figures as they are printed: rounded so that a reader who subtracts them finds what stands there."""

import itertools
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from kloof.domain.statistics.values import Interval

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class PrintedGap:
    """V, R and S as printed: V − R = S exactly. With the norm N also V − N = O, N − R = U and O + U = S."""

    expectation: Decimal
    reality: Decimal
    norm: Decimal | None = None

    @property
    def gap(self) -> Decimal:
        return self.expectation - self.reality

    @property
    def overpromise(self) -> Decimal | None:
        return None if self.norm is None else self.expectation - self.norm

    @property
    def underdelivery(self) -> Decimal | None:
        return None if self.norm is None else self.norm - self.reality


def printed_gap(
    expectation: float, reality: float, norm: float | None = None, step: Decimal = Decimal("0.1")
) -> PrintedGap:
    """Multiples of `step` next to the means that add up, S being the rounding of the true S (a half away from 0).

    Each of V, R and N goes to the multiple below or above it. That leaves a choice which always gets S right and O and
    U within one step; of all that do, the one with the least squared error in V and R, then in N, O and U is taken
    (largest remainder; Balinski & Young 1982). A mean that is a multiple already stays what it is.
    """
    v, r = Decimal(str(expectation)) / step, Decimal(str(reality)) / step
    gap = (v - r).quantize(_ONE, ROUND_HALF_UP)
    pairs = [pair for pair in itertools.product(_beside(v), _beside(r)) if pair[0] - pair[1] == gap]
    if norm is None:
        best = min(pairs, key=lambda pair: (_squared(pair[0] - v, pair[1] - r), pair))
        return PrintedGap(best[0] * step, best[1] * step)
    n = Decimal(str(norm)) / step
    whole = [(*pair, middle) for pair in pairs for middle in _beside(n)]
    top, bottom, centre = min(whole, key=lambda of: _misfit(of[0] - v, of[1] - r, of[2] - n))
    return PrintedGap(top * step, bottom * step, centre * step)


def decimals_of(interval: Interval, decimals: int = 1) -> int:
    """`decimals`, and one more where an end that is not 0 would be printed as 0."""
    places = _ONE.scaleb(-decimals)
    ends = [Decimal(str(end)) for end in (interval.low, interval.high)]
    hidden = any(end and not end.quantize(places, ROUND_HALF_UP) for end in ends)
    return decimals + 1 if hidden else decimals


def _beside(value: Decimal) -> list[Decimal]:
    below = value.quantize(_ONE, ROUND_FLOOR)
    return [below] if below == value else [below, below + 1]


def _squared(*errors: Decimal) -> Decimal:
    return sum((error * error for error in errors), Decimal(0))


def _misfit(v: Decimal, r: Decimal, n: Decimal) -> tuple[bool, Decimal, Decimal]:
    over, under = v - n, n - r
    return max(abs(over), abs(under)) > 1, _squared(v, r), _squared(n, over, under)
