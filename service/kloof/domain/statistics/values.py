"""The shapes that a figure can take, and the value that stands for "not enough to say"."""

from dataclasses import dataclass
from typing import Final, Literal

LEVEL: Final = 0.95
INDICATIVE_BELOW: Final = 30
"""Customers; under it a figure is shown and called indicative."""

Unit = Literal["customers", "deals", "promises", "salespeople"]


@dataclass(frozen=True, slots=True)
class TooFew:
    """No figure: it needs at least `needed` of `unit` and there are `have`."""

    needed: int
    have: int
    unit: Unit = "customers"


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided 95% interval, ends included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether `value` lies in it."""
        return self.low <= value <= self.high

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n` with its Wilson interval; the share and both ends from 0 to 1."""

    count: float
    n: float
    interval: Interval

    @property
    def share(self) -> float:
        return self.count / self.n
