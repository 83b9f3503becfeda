"""Additive statistics: all that a frozen block keeps of its customers, and all that a figure is made from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kloof.domain.surveys.definition import Scale

    Values = Sequence[float] | NDArray[Any]

# What rounding can have added to a centred sum, as a share of the sums it is taken from. Whole answers never
# come near it: at 10^7 customers on 0 to 10 it stands for less than the square of one tenth of a point.
_ROUNDING = Fraction(1, 2**46)


@dataclass(frozen=True, slots=True)
class Sample:
    """Size, mean and variance (divisor n − 1) of one quantity; mean 0 where n is 0, variance 0 below 2."""

    n: int
    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Sums:
    """Additive statistics of one quantity, over customers who have only a V or only an R. `+` merges disjoint sets."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: "Values") -> Self:
        """The sums of `values`; correctly rounded, whatever their order."""
        x = _column(values)
        return cls(n=len(x), total=_sum(x), squares=_sum(x * x))

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def sample(self) -> Sample:
        """Size, mean and variance."""
        return _sample(self.n, Fraction(self.total), Fraction(self.squares), Fraction(self.squares))


@dataclass(frozen=True, slots=True)
class PairedSums:
    """Additive statistics of one aspect over a set of customers, whose deals in the set were averaged first.

    v, r, vv, rr, vr: ΣV, ΣR, ΣV², ΣR², ΣVR, on the survey's scale. v_counts, r_counts: customers per scale
    point; a mean falls in the point that it rounds to, a half upwards. higher: V > R; equal: V = R;
    disappointed: S > 0; disappointed_at_norm: S > 0 with R ≥ N and V > N, 0 where there is no norm.
    good: R at or above the scale's `good`, of a block at most nine in ten (see `good_marks`); None where that is not
    counted. `+` merges disjoint sets.

    Safe to 10⁷ customers and beyond: sums of whole answers are exact below 2⁵³ (10¹³ customers), sums of
    means are correctly rounded (math.fsum), and what is taken from sums of squares is taken in exact rational
    arithmetic, so that nothing cancels but the rounding of the sums themselves; what that can have added
    counts as zero.
    """

    n: int
    v: float
    r: float
    vv: float
    rr: float
    vr: float
    v_counts: tuple[int, ...]
    r_counts: tuple[int, ...]
    higher: int
    equal: int
    disappointed: int
    disappointed_at_norm: int
    good: int | None = None

    @classmethod
    def of(cls, v: "Values", r: "Values", scale: "Scale", norm: float | None = None) -> Self:
        """The moments of customers with expectations `v` and realities `r`, in the same order.

        Raises ValueError where the two differ in length or a value is off the scale.
        """
        expected, real = _column(v), _column(r)
        if len(expected) != len(real):
            raise ValueError(f"{len(expected)} expectations do not pair with {len(real)} realities")
        disappointed = expected > real
        at_norm = disappointed & (real >= norm) & (expected > norm) if norm is not None else disappointed[:0]
        return cls(
            n=len(expected),
            v=_sum(expected),
            r=_sum(real),
            vv=_sum(expected * expected),
            rr=_sum(real * real),
            vr=_sum(expected * real),
            v_counts=_per_point(expected, scale),
            r_counts=_per_point(real, scale),
            higher=int(disappointed.sum()),
            equal=int((expected == real).sum()),
            disappointed=int(disappointed.sum()),
            disappointed_at_norm=int(at_norm.sum()),
            good=int((real >= scale.good).sum()),
        )

    @classmethod
    def empty(cls, scale: "Scale") -> Self:
        """Nobody yet."""
        none = (0,) * len(scale.points)
        return cls(0, 0.0, 0.0, 0.0, 0.0, 0.0, none, none, 0, 0, 0, 0, 0)

    def __add__(self, other: "PairedSums") -> "PairedSums":
        """Both sets together; raises ValueError where they are not on the same scale."""
        merged: dict[str, Any] = {}
        for name in _NUMBERS:
            merged[name] = getattr(self, name) + getattr(other, name)
        counted = self.good is not None and other.good is not None
        merged["good"] = (self.good or 0) + (other.good or 0) if counted else None
        for name in _COUNTS:
            pairs = zip(getattr(self, name), getattr(other, name), strict=True)
            merged[name] = tuple(one + two for one, two in pairs)
        return PairedSums(**merged)

    @property
    def expectation(self) -> Sample:
        """V."""
        return Sums(self.n, self.v, self.vv).sample

    @property
    def reality(self) -> Sample:
        """R."""
        return Sums(self.n, self.r, self.rr).sample

    @property
    def gap(self) -> Sample:
        """S = V − R."""
        vv, rr, twice_vr = Fraction(self.vv), Fraction(self.rr), 2 * Fraction(self.vr)
        size = vv + rr + abs(twice_vr)
        return _sample(self.n, Fraction(self.v) - Fraction(self.r), vv + rr - twice_vr, size)

    @property
    def covariance(self) -> float:
        """s_VR (divisor n − 1), 0 where n < 2."""
        if self.n < 2:
            return 0.0
        centred = Fraction(self.vr) - Fraction(self.v) * Fraction(self.r) / self.n
        return _cleared(centred, Fraction(self.vv) + Fraction(self.rr)) / (self.n - 1)


_COUNTS = ("v_counts", "r_counts")
_NUMBERS = tuple(field.name for field in fields(PairedSums) if field.name not in (*_COUNTS, "good"))


@dataclass(frozen=True, slots=True)
class PromiseCounts:
    """What became of promises. `unknown`: too early to say. `+` merges disjoint sets."""

    kept: int = 0
    partly: int = 0
    broken: int = 0
    unknown: int = 0

    def __add__(self, other: "PromiseCounts") -> "PromiseCounts":
        return PromiseCounts(
            self.kept + other.kept,
            self.partly + other.partly,
            self.broken + other.broken,
            self.unknown + other.unknown,
        )

    @property
    def known(self) -> int:
        """Promises whose outcome is known."""
        return self.kept + self.partly + self.broken


def _sample(n: int, total: Fraction, squares: Fraction, size: Fraction) -> Sample:
    if n == 0:
        return Sample(0, 0.0, 0.0)
    variance = _cleared(squares - total * total / n, size) / (n - 1) if n > 1 else 0.0
    return Sample(n, float(total / n), max(0.0, variance))


def _cleared(centred: Fraction, size: Fraction) -> float:
    return 0.0 if abs(centred) <= _ROUNDING * size else float(centred)


def _column(values: "Values") -> "NDArray[np.float64]":
    import numpy as np

    return np.asarray(values, dtype=np.float64)


def _sum(x: "NDArray[np.float64]") -> float:
    import numpy as np

    if np.array_equal(x, np.rint(x)):
        return float(x.sum())
    return math.fsum(x)


def _per_point(x: "NDArray[np.float64]", scale: "Scale") -> tuple[int, ...]:
    import numpy as np

    if not np.all((x >= scale.low) & (x <= scale.high)):
        raise ValueError(f"a value is not on the scale {scale.low} to {scale.high}")
    points = np.floor(x + 0.5).astype(np.intp) - scale.low
    return tuple(int(count) for count in np.bincount(points, minlength=len(scale.points)))
