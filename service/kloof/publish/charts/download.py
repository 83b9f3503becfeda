"""A drawing as a file of its own that says everything by itself: in a slide, a report or a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from kloof.publish.charts.drawing import At, Bar, Disc, Drawing, Label, Line, Mark, label
from kloof.publish.charts.outlines import DrawnLetter, Letters
from kloof.publish.charts.rows import LEGEND_LINE
from kloof.publish.charts.styles import BOLD, GROUND, SIZES, attributes, fill
from kloof.publish.charts.svg import spare_lines
from kloof.publish.charts.text import wrapped

FILE_WIDTH: Final = 800
_MARGIN: Final = 32
_LINES: Final = {"c-heading": 28, "c-small": 20}
"""Pixels from one line to the next of the title, and of what the picture is about."""
_UNDER_HEAD, _ABOVE_SOURCE = 24, 30
_EM: Final = 1000


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a picture that is taken along: survey, number, day and scale above it, its source below."""

    about: str
    source: str


def standalone(drawing: Drawing, around: Around) -> str:
    """864 px wide, in daylight colours, with its title, and with its letters as outlines."""
    letters = Letters()
    head, below = _head(drawing.title, around.about, letters)
    spare = spare_lines(drawing) * LEGEND_LINE
    start = below + _UNDER_HEAD - spare
    end = start + drawing.height + _ABOVE_SOURCE
    shown = (mark for mark in drawing.marks if isinstance(mark, Bar) or mark.shown != "narrow")
    body = "".join(_written(mark, letters) for mark in shown)
    foot = _text(label(At(0), end, around.source, "c-tick"), letters)
    size = f'width="{FILE_WIDTH + 2 * _MARGIN}" height="{end + 2 * _MARGIN:g}"'
    described = " ".join((f"{around.about}.", drawing.description, around.source))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size} '
        f'viewBox="{-_MARGIN} {-_MARGIN} {FILE_WIDTH + 2 * _MARGIN} {end + 2 * _MARGIN:g}" role="img">\n'
        f"<title>{escape(drawing.title)}</title>\n<desc>{escape(described)}</desc>\n{letters.defined()}\n"
        f'<rect x="{-_MARGIN}" y="{-_MARGIN}" {size} fill="{GROUND}"/>\n'
        f'{head}\n<g transform="translate(0 {start:g})">{body}</g>\n{foot}\n</svg>\n'
    )


def _head(title: str, about: str, letters: Letters) -> tuple[str, float]:
    """Title and what it is about, each in as many lines as it takes; and where the last one stands."""
    written, y = "", 0.0
    for words, style in ((title, "c-heading"), (about, "c-small")):
        for line in wrapped(words, FILE_WIDTH, SIZES[style]):
            y += _LINES[style]
            written += _text(label(At(0), y - 8, line, style), letters)
    return written, y - 8


def _written(mark: Mark, letters: Letters) -> str:
    match mark:
        case Line():
            ends = f'x1="{_on(mark.x1)}" y1="{mark.y1:g}" x2="{_on(mark.x2)}" y2="{mark.y2:g}"'
            return f"<line {ends} {attributes(mark.style)}/>"
        case Disc():
            return (
                f'<circle cx="{_on(mark.x)}" cy="{mark.y:g}" r="{mark.radius:g}" {attributes(mark.style)}/>'
            )
        case Bar():
            box = f'x="{_on(At(mark.left))}" y="{mark.y:g}" width="{_on(At(mark.right - mark.left))}"'
            return f'<rect {box} height="{mark.height:g}" {attributes(mark.style)}/>'
        case Label():
            return _text(mark, letters)


def _on(x: At) -> str:
    return f"{x.on(FILE_WIDTH):.1f}".removesuffix(".0")


def _text(mark: Label, letters: Letters) -> str:
    first = mark.parts[0][1]
    heavy = first in BOLD
    lines = [(letters.line(words, bold=heavy or style in BOLD), style) for words, style in mark.parts]
    scale = SIZES[first] / _EM
    whole = sum(one.advance for line, _ in lines for one in line) * scale
    x = mark.x.on(FILE_WIDTH) - {"start": 0.0, "middle": whole / 2, "end": whole}[mark.anchor]
    runs, at = "", 0.0
    for line, style in lines:
        runs += _run(line, at, style)
        at += sum(one.advance for one in line)
    return f'<g transform="translate({x:.1f} {mark.y:g}) scale({scale:g} {-scale:g})">{runs}</g>'


def _run(line: Sequence[DrawnLetter], at: float, style: str) -> str:
    shapes = ""
    for one in line:
        shapes += f'<use xlink:href="#{one.name}" x="{at:g}"/>' if one.path else ""
        at += one.advance
    return f'<g fill="{fill(style)}">{shapes}</g>' if shapes else ""
