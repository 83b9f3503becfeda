"""V and R release after release: a small dumbbell for every release in which deals came in, of those deals alone."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kloof.domain.notation import number
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
from kloof.publish.charts.rows import Key, legend
from kloof.publish.charts.styles import SIZES
from kloof.publish.charts.text import width
from kloof.publish.words import pick

_HEIGHT: Final = 190
_LEFT: Final = 0.13
_RIGHT: Final = 0.89
_N_LINE: Final = 18


def trend(
    moments: Sequence[DumbbellRow],
    axis: Axis,
    title: str,
    language: Language,
    totals: Sequence[DumbbellRow] = (),
) -> Drawing:
    """The moments in their order, evenly spread; each has a short name such as `nov 2026`, and `deals` stands under it.

    totals: the running total at each of them, as thin lines; of a single moment, or without, there is none.
    """
    totals = totals if len(totals) > 1 else ()
    keys, top = legend([*legend_of(moments, language), *_total_key(totals, language)], 0)
    top += 20
    marks: list[Mark] = [*keys, *_scale(axis, top)]
    marks += _lines(totals, axis, top, "c-total")
    marks += _lines(moments, axis, top, "c-trend")
    for index, moment in enumerate(moments):
        x, v, r = _across(index, len(moments)), _down(moment.v, axis, top), _down(moment.r, axis, top)
        marks += [*_gap(x, v, r), Disc(x, v, RING, "c-v"), Disc(x, r, DISC, "c-r")]
    foot = top + _HEIGHT + 24
    marks += _names(moments, foot, language)
    deep = any(moment.deals is not None for moment in moments)
    return Drawing(title, described(moments, language), foot + 6 + deep * _N_LINE, tuple(marks))


def _total_key(totals: Sequence[DumbbellRow], language: Language) -> list[Key]:
    words = pick(language, "dunne lijn: alles tot dan toe", "thin line: everything up to then")
    return [Key("c-total-v", words)] if totals else []


def _across(index: int, count: int) -> At:
    # A moment by itself stands in the middle.
    return At(_LEFT + (_RIGHT - _LEFT) * (index / (count - 1) if count > 1 else 0.5))


def _down(value: float, axis: Axis, top: float) -> float:
    return round(top + _HEIGHT * (axis.high - value) / (axis.high - axis.low), 1)


def _scale(axis: Axis, top: float) -> list[Mark]:
    marks: list[Mark] = []
    for point in axis.points:
        y = _down(point, axis, top)
        marks += [Line(At(0.06), y, At(1), y, "c-grid"), label(At(0), y + 4, str(point), "c-tick")]
    return marks


def _lines(moments: Sequence[DumbbellRow], axis: Axis, top: float, style: str) -> list[Mark]:
    marks: list[Mark] = []
    for index, (one, next_one) in enumerate(pairwise(moments)):
        here, there = _across(index, len(moments)), _across(index + 1, len(moments))
        for before, after, side in ((one.v, next_one.v, "v"), (one.r, next_one.r, "r")):
            ends = (_down(before, axis, top), _down(after, axis, top))
            marks.append(Line(here, ends[0], there, ends[1], f"{style}-{side}"))
    return marks


def _gap(x: At, v: float, r: float) -> list[Mark]:
    if r >= v:  # down the canvas is down the scale
        return [Line(x, v, x, r, "c-gap")]
    return [Line(At(x.share, shift), v, At(x.share, shift), r, "c-more") for shift in (-3.0, 3.0)]


def _names(moments: Sequence[DumbbellRow], y: float, language: Language) -> list[Mark]:
    """The last name, and of those before it as many as fit: fewer on a narrow canvas than on a wide one."""
    written = [_written(moment, language) for moment in moments]
    narrow, wide = _fitting(written, NARROWEST), _fitting(written, WIDE_FROM)
    marks: list[Mark] = []
    for index in sorted(narrow | wide):
        shown: Shown = "always" if index in narrow & wide else "narrow" if index in narrow else "wide"
        x, anchor = _place(index, written)
        for line, words in enumerate(written[index]):
            marks.append(label(x, y + line * _N_LINE, words, "c-tick", anchor, shown))
    return marks


def _written(moment: DumbbellRow, language: Language) -> tuple[str, ...]:
    if moment.deals is None:
        return (moment.name,)
    return moment.name, f"n {number(moment.deals, language, 0)}"


def _room(lines: tuple[str, ...]) -> float:
    return max(width(line, SIZES["c-tick"]) for line in lines)


def _place(index: int, written: Sequence[tuple[str, ...]]) -> tuple[At, Anchor]:
    """A name stands under its mark; one that is too long for that at an end is flush with the canvas."""
    x, half = _across(index, len(written)), _room(written[index]) / 2
    if x.on(NARROWEST) < half:
        return At(0), "start"
    return (At(1), "end") if NARROWEST - x.on(NARROWEST) < half else (x, "middle")


def _fitting(written: Sequence[tuple[str, ...]], canvas: float) -> set[int]:
    fitting: set[int] = set()
    free = canvas + 12
    for index in reversed(range(len(written))):
        x, anchor = _place(index, written)
        room = _room(written[index])
        left = x.on(canvas) - {"start": 0.0, "middle": room / 2, "end": room}[anchor]
        if left >= 0 and left + room + 12 <= free:
            fitting.add(index)
            free = left
    return fitting
