"""V and R release after release: a small dumbbell for every release in which the figure moved."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.drawing import (
    NARROWEST,
    WIDE_FROM,
    Anchor,
    At,
    Disc,
    Drawing,
    Line,
    Mark,
    Shown,
    label,
)
from kloof.publish.charts.dumbbell import DISC, RING, DumbbellRow, described, legend_of
from kloof.publish.charts.rows import legend
from kloof.publish.charts.text import width

_HEIGHT: Final = 190
_LEFT: Final = 0.09
_RIGHT: Final = 0.93


def trend(moments: Sequence[DumbbellRow], axis: Axis, title: str, language: Language) -> Drawing:
    """The moments in their order, evenly spread; each has a short name such as `nov 2026`."""
    keys, top = legend(legend_of(moments, language), 0)
    top += 20
    marks: list[Mark] = [*keys, *_scale(axis, top)]
    marks += _lines(moments, axis, top)
    for index, moment in enumerate(moments):
        x, v, r = _across(index, len(moments)), _down(moment.v, axis, top), _down(moment.r, axis, top)
        marks += [*_gap(x, v, r), Disc(x, v, RING, "c-v"), Disc(x, r, DISC, "c-r")]
    marks += _names(moments, top + _HEIGHT + 24)
    return Drawing(title, described(moments, language), top + _HEIGHT + 30, tuple(marks))


def _across(index: int, count: int) -> At:
    # A moment by itself stands in the middle.
    return At(_LEFT + 0.02 + (_RIGHT - _LEFT - 0.02) * (index / (count - 1) if count > 1 else 0.5))


def _down(value: float, axis: Axis, top: float) -> float:
    return round(top + _HEIGHT * (axis.high - value) / (axis.high - axis.low), 1)


def _scale(axis: Axis, top: float) -> list[Mark]:
    marks: list[Mark] = []
    for point in axis.points:
        y = _down(point, axis, top)
        marks += [Line(At(0.06), y, At(1), y, "c-grid"), label(At(0), y + 4, str(point), "c-tick")]
    return marks


def _lines(moments: Sequence[DumbbellRow], axis: Axis, top: float) -> list[Mark]:
    marks: list[Mark] = []
    for index, (one, next_one) in enumerate(pairwise(moments)):
        here, there = _across(index, len(moments)), _across(index + 1, len(moments))
        for before, after, style in ((one.v, next_one.v, "c-trend-v"), (one.r, next_one.r, "c-trend-r")):
            marks.append(Line(here, _down(before, axis, top), there, _down(after, axis, top), style))
    return marks


def _gap(x: At, v: float, r: float) -> list[Mark]:
    if r >= v:  # down the canvas is down the scale
        return [Line(x, v, x, r, "c-gap")]
    return [Line(At(x.share, shift), v, At(x.share, shift), r, "c-more") for shift in (-3.0, 3.0)]


def _names(moments: Sequence[DumbbellRow], y: float) -> list[Mark]:
    """The last name, and of those before it as many as fit: fewer on a narrow canvas than on a wide one."""
    narrow, wide = _fitting(moments, NARROWEST), _fitting(moments, WIDE_FROM)
    marks: list[Mark] = []
    for index in sorted(narrow | wide):
        shown: Shown = "always" if index in narrow & wide else "narrow" if index in narrow else "wide"
        x, anchor = _place(index, len(moments))
        marks.append(label(x, y, moments[index].name, "c-tick", anchor, shown))
    return marks


def _place(index: int, count: int) -> tuple[At, Anchor]:
    """Where a name stands: under its mark, at the ends flush with the canvas."""
    if count > 1 and index in (0, count - 1):
        return (At(0), "start") if index == 0 else (At(1), "end")
    return _across(index, count), "middle"


def _fitting(moments: Sequence[DumbbellRow], canvas: float) -> set[int]:
    fitting: set[int] = set()
    free = math.inf
    for index in reversed(range(len(moments))):
        x, anchor = _place(index, len(moments))
        room = width(moments[index].name, 12)
        left = x.on(canvas) - {"start": 0.0, "middle": room / 2, "end": room}[anchor]
        if left >= 0 and left + room + 12 <= free:
            fitting.add(index)
            free = left
    return fitting
