"""A row of a picture: its name at the left, its figures at the right, and room under them for its marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kloof.publish.charts.drawing import NARROWEST, WIDE_FROM, At, Disc, Label, Line, Mark, Shown
from kloof.publish.charts.styles import SIZES
from kloof.publish.charts.text import width, wrapped

LEGEND_LINE: Final = 24
"""Pixels from one line of a legend to the next; as in charts.css."""
_LINE: Final = 19
_GAP: Final = 14
_TO_TRACK: Final = 19
_TO_NEXT: Final = 25

Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a row's marks."""

    name: str
    figures: Parts
    faint: bool = False


def heights(headings: Sequence[Heading]) -> tuple[float, float]:
    """Height of every row, and of the track in it: the same for all rows, so that the eye can run down."""
    lines = max((len(_lines(heading, NARROWEST)) for heading in headings), default=1)
    lines = max(lines, max((len(_lines(heading, WIDE_FROM)) for heading in headings), default=1))
    track = lines * _LINE + _TO_TRACK
    return track + _TO_NEXT, track


def labels(heading: Heading, track: float) -> list[Mark]:
    """The heading above a track at height `track`."""
    baseline = track - _TO_TRACK
    marks: list[Mark] = [Label(At(1), baseline, heading.figures, "end")]
    narrow, wide = _lines(heading, NARROWEST), _lines(heading, WIDE_FROM)
    style = "c-name-faint" if heading.faint else "c-name"
    if narrow == wide:
        return marks + _stacked(narrow, baseline, style, "always")
    return marks + _stacked(narrow, baseline, style, "narrow") + _stacked(wide, baseline, style, "wide")


def _stacked(lines: Sequence[str], baseline: float, style: str, shown: Shown) -> list[Mark]:
    first = baseline - (len(lines) - 1) * _LINE
    return [
        Label(At(0), first + index * _LINE, ((line, style),), shown=shown) for index, line in enumerate(lines)
    ]


def _lines(heading: Heading, canvas: float) -> tuple[str, ...]:
    figures = width("".join(words for words, _ in heading.figures), SIZES["c-figures"])
    return wrapped(heading.name, canvas - figures - _GAP, SIZES["c-name"])


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: a symbol, drawn around (x, y), and its words."""

    symbol: str
    words: str


def legend(keys: Sequence[Key], top: float) -> tuple[list[Mark], float]:
    """The legend and its height: in as many lines as it takes on a narrow canvas and on a wide one."""
    narrow, wide = _flowed(keys, NARROWEST), _flowed(keys, WIDE_FROM)
    height = float(len(narrow) * LEGEND_LINE)
    marks: list[Mark] = []
    flows: dict[Shown, _Flow] = {"always": narrow} if narrow == wide else {"narrow": narrow, "wide": wide}
    for shown, flow in flows.items():
        start = top + height - len(flow) * LEGEND_LINE
        for index, line in enumerate(flow):
            for x, key in line:
                marks += _entry(key, x, start + index * LEGEND_LINE + 12, shown)
    return marks, height


_SYMBOL_ROOM: Final = 30
_Flow = list[list[tuple[float, Key]]]


def _flowed(keys: Sequence[Key], canvas: float) -> _Flow:
    lines: _Flow = [[]]
    x = 0.0
    for key in keys:
        room = _SYMBOL_ROOM + width(key.words, SIZES["c-small"])
        if lines[-1] and x + room > canvas:
            lines.append([])
            x = 0.0
        lines[-1].append((x, key))
        x += room + 20
    return lines


def _entry(key: Key, x: float, y: float, shown: Shown) -> list[Mark]:
    words = Label(At(0, x + _SYMBOL_ROOM - 4), y + 4.5, ((key.words, "c-small"),), shown=shown)
    return [*_symbol(key.symbol, x, y, shown), words]


def _symbol(symbol: str, x: float, y: float, shown: Shown) -> list[Mark]:
    left, middle, right = At(0, x), At(0, x + 10), At(0, x + 20)
    if symbol in ("c-v", "c-r"):
        return [Disc(middle, y, 7 if symbol == "c-v" else 5, symbol, shown)]
    if symbol == "c-norm":
        return [Line(middle, y - 8, middle, y + 8, symbol, shown)]
    if symbol.startswith("c-share") or symbol in ("c-over", "c-under", "c-under-faint"):
        # A swatch as a thick line: unlike a bar, a line can stand at a fixed number of pixels.
        swatch = Line(left, y, At(0, x + 18), y, f"{symbol}-line", shown)
        core = Line(At(0, x + 2), y, At(0, x + 16), y, "c-over-core", shown)
        return [swatch, core] if symbol == "c-over" else [swatch]
    if symbol == "c-interval":
        ends = [Line(end, y - 4, end, y + 4, symbol, shown) for end in (left, right)]
        return [Line(left, y, right, y, symbol, shown), *ends, Disc(middle, y, 4, "c-s", shown)]
    if symbol == "c-s-faint":
        ring = Disc(At(0, x + 4), y, 5, "c-v-faint", shown)
        return [ring, Disc(At(0, x + 17), y, 4, symbol, shown)]
    if symbol == "c-more":
        return [Line(left, y + side, right, y + side, symbol, shown) for side in (-3, 3)]
    return [Line(left, y, right, y, symbol, shown)]
