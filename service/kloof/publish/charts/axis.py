"""From a value on the survey's scale to a place across the canvas."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kloof.publish.charts.drawing import At, Label, Line, Mark, label

_MARGIN: Final = 0.045


@dataclass(frozen=True, slots=True)
class Axis:
    """The stretch of a scale that a picture shows, in whole points; from share `left` to share `right` of the width."""

    low: int
    high: int
    left: float = _MARGIN
    right: float = 1 - _MARGIN

    @classmethod
    def around(cls, values: Iterable[float], low: int, high: int) -> "Axis":
        """Whole points around all `values`: at least half of the scale `low` to `high`, never beyond it."""
        inside = [min(max(value, low), high) for value in values] or [low, high]
        start, end = math.floor(min(inside)), math.ceil(max(inside))
        least = math.ceil((high - low) / 2)
        end = min(high, max(end, start + least))
        return cls(min(start, end - least), end)

    @classmethod
    def of_differences(cls, values: Iterable[float]) -> "Axis":
        """Whole points around all differences and zero, at least two wide."""
        inside = [*values, 0.0]
        start, end = math.floor(min(inside)), math.ceil(max(inside))
        return cls(start if end - start > 1 else -1, max(end, 1))

    def between(self, left: float, right: float) -> "Axis":
        """The same stretch in another part of the width."""
        return Axis(self.low, self.high, left, right)

    def at(self, value: float) -> At:
        """Where `value` stands; what lies beyond the axis stands at its end."""
        inside = min(max(value, self.low), self.high)
        return At(self.left + (inside - self.low) / (self.high - self.low) * (self.right - self.left))

    @property
    def points(self) -> range:
        """The points that get a number, at most some twelve of them."""
        return range(self.low, self.high + 1, math.ceil((self.high - self.low + 1) / 12))

    def ticks_at(self, y: float, *, zero: bool = False) -> list[Mark]:
        """A track at height `y` with a short tick per point; `zero` makes the tick at zero a strong one."""
        marks: list[Mark] = [Line(self.at(self.low), y, self.at(self.high), y, "c-track")]
        for tick in self.points:
            strong = zero and tick == 0
            reach = 12 if strong else 4
            style = "c-zero" if strong else "c-grid"
            marks.append(Line(self.at(tick), y - reach, self.at(tick), y + reach, style))
        return marks

    def numbers(self, y: float) -> list[Mark]:
        """The number of each point, with its baseline at `y`."""
        return [self._number(tick, y) for tick in self.points]

    def zero_and_ends(self, y: float) -> list[Mark]:
        """The number at zero, and those at the ends that stand free of it where there is little room."""
        free = 0.3 * (self.high - self.low)
        return [
            self._number(tick, y)
            for tick in sorted({self.low, 0, self.high})
            if tick == 0 or abs(tick) >= free
        ]

    def _number(self, tick: int, y: float) -> Label:
        return label(self.at(tick), y, str(tick).replace("-", "−"), "c-tick", "middle")
