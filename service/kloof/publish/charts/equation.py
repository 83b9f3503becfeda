"""V − R = S in figures: the three numbers large, and under them where they stand on the scale."""

from typing import Final

from kloof.domain.notation import number, signed
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.drawing import At, Drawing, Label, Mark, Shown, label
from kloof.publish.charts.dumbbell import DumbbellRow, described, margin, track

_PLACES: Final = (At(0.15), At(0.325), At(0.5), At(0.675), At(0.85))
_TRACK: Final = 106
_MARKS: Final = (0.045, 0.62)
_MARGIN: Final = (0.74, 0.96)
"""Under V and R stands the axis of marks, under S that of the gap."""


def equation(pair: DumbbellRow, axis: Axis, title: str, language: Language) -> Drawing:
    """The one pair, as a sum and as a picture."""
    marks: list[Mark] = [
        *_figures(pair, "c-big", "wide", language),
        *_figures(pair, "c-large", "narrow", language),
    ]
    for place, words in zip(_PLACES[::2], _names(language), strict=True):
        marks.append(label(place, 64, words, "c-small", "middle"))
    marks_axis = axis.between(*_MARKS) if pair.interval else axis
    marks += [
        *marks_axis.ticks_at(_TRACK),
        *track(pair, marks_axis, _TRACK),
        *marks_axis.numbers(_TRACK + 30),
    ]
    if pair.interval:
        column = Axis.of_differences(pair.interval).between(*_MARGIN)
        marks += [*margin(pair, column, _TRACK), *column.zero_and_ends(_TRACK + 30)]
    return Drawing(title, described([pair], language), _TRACK + 36, tuple(marks))


def _figures(pair: DumbbellRow, size: str, shown: Shown, language: Language) -> list[Mark]:
    parts = (
        (number(pair.v, language), "c-text-v"),
        ("−", "c-text-soft"),
        (number(pair.r, language), "c-text-r"),
        ("=", "c-text-soft"),
        (signed(pair.gap, language), "c-strong"),
    )
    return [
        Label(place, 40, (("", size), part), "middle", shown)
        for place, part in zip(_PLACES, parts, strict=True)
    ]


def _names(language: Language) -> tuple[str, str, str]:
    if language == "nl":
        return "verwacht", "gekregen", "kloof"
    return "expected", "received", "gap"
