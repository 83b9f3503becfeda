"""Sums that were rounded once, block by block: what a published figure is made from, and how sure it can be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Self

_FINE: Final = Decimal("0.1")
_COARSE: Final = 0.5
_TEN_POINTS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the sums of a survey were rounded: the variance that it added to each, in squared points; `width`: that of
    the scale.
    """

    variance: float
    width: float = _TEN_POINTS


@dataclass(frozen=True, slots=True)
class SideSpread:
    """How far one quantity lies apart between customers.

    clustering: by how much it widens an interval that customers of one salesperson are alike, found with `clusters`
    salespeople; None where that is not known.
    """

    sd: float
    clustering: float | None = None
    clusters: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """The SD of V, R and S = V − R between customers.

    clustering: by how much it widens an interval of S that customers of one salesperson are alike, found with
    `clusters` salespeople; None where that is not known, or not of this set. of_v, of_r: the same of V and R; where
    they are not known, that of S stands in.
    """

    v: float
    r: float
    s: float
    clustering: float | None = None
    clusters: int = 0
    of_v: float | None = None
    of_r: float | None = None

    def elsewhere(self) -> "Spread":
        """The same for a set of which it is not known how alike customers of one salesperson are."""
        return replace(self, clustering=None, clusters=0, of_v=None, of_r=None)

    @property
    def expectation(self) -> SideSpread:
        """Of V."""
        return SideSpread(self.v, self.of_v or self.clustering, self.clusters)

    @property
    def reality(self) -> SideSpread:
        """Of R."""
        return SideSpread(self.r, self.of_r or self.clustering, self.clusters)

    @property
    def gap(self) -> SideSpread:
        """Of S."""
        return SideSpread(self.s, self.clustering, self.clusters)


@dataclass(frozen=True, slots=True)
class SideMean:
    """The mean of one quantity over `n` customers, and how far off it can be, as two squared errors.

    sampling: by who was asked; None where the spread is not known. rounding: by what rounding added, which is known.
    step: how finely it may be printed. clustered: whether salespeople count, and no longer customers, in the degrees
    of freedom.
    """

    n: int
    mean: float
    sampling: float | None
    rounding: float
    freedom: int
    step: Decimal
    clustered: bool = False

    @property
    def error(self) -> float | None:
        """The standard error; None where the spread is not known."""
        return None if self.sampling is None else math.sqrt(self.sampling + self.rounding)


@dataclass(frozen=True, slots=True)
class PublishedSums:
    """ΣV and ΣR of `n` customers, each added up from `parts` rounded sums; of one aspect, or the mean over several."""

    n: int
    v: float
    r: float
    parts: int
    rounding: Rounding
    spread: Spread | None
    aspects: int = 1

    @classmethod
    def over(cls, aspects: Sequence["PublishedSums"], spread: Spread | None) -> Self:
        """The mean over aspects that the same customers answered; `spread` is that of each customer's mean over them.

        Raises ValueError for no aspects or differing customers.
        """
        if len({(one.n, one.parts) for one in aspects}) != 1:
            raise ValueError("a mean over aspects needs aspects that the same customers answered")
        first, count = aspects[0], len(aspects)
        v, r = math.fsum(one.v for one in aspects) / count, math.fsum(one.r for one in aspects) / count
        return cls(first.n, v, r, first.parts, first.rounding, spread, count)

    def without(self, earlier: "PublishedSums") -> "PublishedSums":
        """What was added to a set since it was `earlier`: sums of whole blocks less sums of some of them."""
        return replace(
            self,
            n=self.n - earlier.n,
            v=self.v - earlier.v,
            r=self.r - earlier.r,
            parts=self.parts - earlier.parts,
        )

    @property
    def expectation(self) -> SideMean:
        """V."""
        return self._side(self.v, self.spread.expectation if self.spread else None)

    @property
    def reality(self) -> SideMean:
        """R."""
        return self._side(self.r, self.spread.reality if self.spread else None)

    @property
    def gap(self) -> SideMean:
        """S = V − R, whose two sums were rounded apart."""
        return self._side(self.v - self.r, self.spread.gap if self.spread else None, sums=2)

    @property
    def step(self) -> Decimal:
        """To a multiple of this its means are printed."""
        return step(self.n, self.parts, self.rounding, self.aspects)

    def _side(self, total: float, spread: SideSpread | None, sums: int = 1) -> SideMean:
        noise = sums * _noise(self.n, self.parts, self.rounding, self.aspects)
        return _side(total / self.n, self.n, noise, spread, self.step)


def _side(mean: float, n: int, noise: float, spread: SideSpread | None, step: Decimal) -> SideMean:
    if spread is None:
        return SideMean(n, mean, None, noise, n - 1, step)
    if spread.clustering is None or spread.clusters < 2:
        return SideMean(n, mean, spread.sd**2 / n, noise, n - 1, step)
    sampling = (spread.sd * spread.clustering) ** 2 / n
    return SideMean(n, mean, sampling, noise, spread.clusters - 1, step, clustered=True)


def one_sided(total: float, n: int, parts: int, rounding: Rounding, spread: SideSpread | None) -> SideMean:
    """The mean of customers who told one side only."""
    noise = _noise(n, parts, rounding, 1)
    return _side(total / n, n, noise, spread, step(n, parts, rounding))


def over_sides(sides: Sequence[SideMean], spread: SideSpread | None) -> SideMean:
    """The mean over aspects of customers who told one side only; `spread` is that of each one's mean over them."""
    count, first = len(sides), sides[0]
    mean = math.fsum(one.mean for one in sides) / count
    noise = math.fsum(one.rounding for one in sides) / count**2
    return _side(mean, first.n, noise, spread, first.step)


def together(one: SideMean, other: SideMean) -> SideMean:
    """The mean of two groups of different customers as one, each by its number of customers."""
    n = one.n + other.n
    weights = one.n / n, other.n / n
    sampling = None
    if one.sampling is not None and other.sampling is not None:
        sampling = weights[0] ** 2 * one.sampling + weights[1] ** 2 * other.sampling
    return SideMean(
        n=n,
        mean=weights[0] * one.mean + weights[1] * other.mean,
        sampling=sampling,
        rounding=weights[0] ** 2 * one.rounding + weights[1] ** 2 * other.rounding,
        freedom=one.freedom if one.clustered else n - 1,
        step=max(one.step, other.step),
        clustered=one.clustered,
    )


def step(n: int, parts: int, rounding: Rounding, aspects: int = 1) -> Decimal:
    """How finely a mean of `n` customers, added up from `parts` rounded sums, may be printed.

    To a tenth of a point where the SD of its rounding is at most a tenth on a scale ten points wide, else to half a
    point; on a narrower scale in proportion, in whole tenths. With blocks of twelve: half a point for one block and
    for two, tenths from three on.
    """
    narrow = rounding.width / _TEN_POINTS
    if math.sqrt(_noise(n, parts, rounding, aspects)) <= float(_FINE) * narrow:
        return _FINE
    return max(_FINE, (Decimal(str(_COARSE * narrow))).quantize(_FINE, ROUND_HALF_UP))


def _noise(n: int, parts: int, rounding: Rounding, aspects: int) -> float:
    return parts * rounding.variance / (n * n * aspects)
