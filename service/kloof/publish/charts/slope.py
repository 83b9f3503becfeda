"""What changed: those who came in since a release beside those before them, who share nobody's answers."""

from collections.abc import Iterator
from typing import Final, Literal

from kloof.domain.notation import number, signed
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.drawing import At, Disc, Drawing, Label, Line, Mark
from kloof.publish.charts.dumbbell import DISC, RING, DumbbellRow, described
from kloof.publish.words import pick

_TOP, _HEIGHT = 58, 120
_PLACES: Final = (At(0.38), At(0.62))
_TOWARDS: Final = 10.0
"""Pixels that a name reaches inwards from its moment, so that there is room for it outwards."""
_BESIDE: Final = 16.0
_APART: Final = 20.0
"""Pixels between the baselines of two labels, at least."""

Outwards = Literal["end", "start"]


def slope(before: DumbbellRow, after: DumbbellRow, axis: Axis, title: str, language: Language) -> Drawing:
    """V and R then and now, each named where it stands; each moment has a name and says on how many deals it rests."""
    marks: list[Mark] = []
    for line, style in (("v", "c-trend-v"), ("r", "c-trend-r")):
        ends = (_down(getattr(one, line), axis) for one in (before, after))
        marks.append(Line(_PLACES[0], next(ends), _PLACES[1], next(ends), style))
    anchors: tuple[Outwards, Outwards] = ("end", "start")
    for one, x, anchor in zip((before, after), _PLACES, anchors, strict=True):
        marks += [Line(x, _TOP - 8, x, _TOP + _HEIGHT + 8, "c-grid")]
        marks += [Disc(x, _down(one.v, axis), RING, "c-v"), Disc(x, _down(one.r, axis), DISC, "c-r")]
        marks += [*_named(one, x, anchor, language), *_values(one, x, anchor, axis, language)]
    return Drawing(title, described((before, after), language), _TOP + _HEIGHT + 38, tuple(marks))


def _down(value: float, axis: Axis) -> float:
    return round(_TOP + _HEIGHT * (axis.high - value) / (axis.high - axis.low), 1)


def _named(one: DumbbellRow, x: At, anchor: Outwards, language: Language) -> Iterator[Label]:
    at = At(x.share, _TOWARDS if anchor == "end" else -_TOWARDS)
    yield Label(at, 14, ((one.name, "c-name"),), anchor)
    if one.deals is not None:
        deals = number(one.deals, language, 0)
        yield Label(at, 33, ((f"{deals} deal{'' if one.deals == 1 else 's'}", "c-small"),), anchor)
    gap = pick(language, "kloof ", "gap ")
    parts = (("", "c-figures"), (gap, "c-text-soft"), (signed(one.gap, language), "c-strong"))
    yield Label(at, _TOP + _HEIGHT + 30, parts, anchor)


def _values(one: DumbbellRow, x: At, anchor: Outwards, axis: Axis, language: Language) -> Iterator[Label]:
    """Both figures beside their marks; where those stand close the labels make way, the higher one upwards."""
    at = At(x.share, -_BESIDE if anchor == "end" else _BESIDE)
    v, r = _down(one.v, axis), _down(one.r, axis)
    short = max(0.0, _APART - abs(v - r)) / 2
    up = short if v <= r else -short
    names = pick(language, "verwacht", "expected"), pick(language, "gekregen", "received")
    for y, value, name, style in ((v - up, one.v, names[0], "c-end-v"), (r + up, one.r, names[1], "c-end-r")):
        figure, words = (number(value, language), style), (name, "c-text-soft")
        parts = (words, (" ", style), figure) if anchor == "end" else (figure, (" ", style), words)
        yield Label(at, y + 5, (("", style), *parts), anchor)
