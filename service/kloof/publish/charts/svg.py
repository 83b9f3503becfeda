"""A drawing as SVG inside a page: as wide as its place, and as large as the reader's letters."""

from html import escape
from typing import Final, Literal

from kloof.publish.charts.drawing import At, Bar, Disc, Drawing, Label, Line, Mark, Shown
from kloof.publish.charts.rows import LEGEND_LINE
from kloof.publish.charts.styles import SIZES

ROOT: Final = 16.0
"""Pixels of a rem, and the font size of a picture, at which drawings are measured."""


def inline(drawing: Drawing, identifier: str) -> str:
    """For a page: coloured by charts.css; `identifier` is unique there.

    All heights are in em and so are the shifts of letters: a reader whose letters are twice as large gets a picture
    that is twice as high.
    """
    title, description = f"{identifier}-title", f"{identifier}-desc"
    marks = "".join(_written(mark) for mark in drawing.marks)
    return (
        f'<svg class="{" ".join(["chart", *_up(drawing)])}" role="img" width="100%" height="{em(drawing.height)}" '
        f'aria-labelledby="{title}" aria-describedby="{description}">'
        f'<title id="{title}">{escape(drawing.title)}</title>'
        f'<desc id="{description}">{escape(drawing.description)}</desc>{marks}</svg>'
    )


def spare_lines(drawing: Drawing) -> int:
    """Lines at the top that only a narrow canvas needs, since its legend wraps earlier."""
    labels = [mark for mark in drawing.marks if isinstance(mark, Label) and mark.shown != "narrow"]
    highest = min((one.y - 0.68 * SIZES[one.parts[0][1]] for one in labels), default=0.0)
    return int(highest // LEGEND_LINE)


def _up(drawing: Drawing) -> list[str]:
    lines = spare_lines(drawing)
    return [f"chart--up-{lines}"] if lines else []


def em(pixels: float, size: float = ROOT) -> str:
    """A length that grows with the reader's letters, on an element with letters of `size` pixels."""
    return f"{pixels / size:.4f}".rstrip("0").rstrip(".") + "em" if pixels else "0"


def _written(mark: Mark) -> str:
    match mark:
        case Line():
            left, right = _at("x1", mark.x1), _at("x2", mark.x2)
            ends = f'{left} y1="{em(mark.y1)}" {right} y2="{em(mark.y2)}"'
            return f"<line {ends} {_class(mark.style, mark.shown)}{_moved(mark.x1)}/>"
        case Disc():
            circle = f'{_at("cx", mark.x)} cy="{em(mark.y)}" r="{em(mark.radius)}"'
            return f"<circle {circle} {_class(mark.style, mark.shown)}{_moved(mark.x)}/>"
        case Bar():
            box = f'{_at("x", At(mark.left))} y="{em(mark.y)}" {_at("width", At(mark.right - mark.left))}'
            return f'<rect {box} height="{em(mark.height)}" {_class(mark.style)}/>'
        case Label():
            return _text(mark)


def _text(mark: Label) -> str:
    first, style = mark.parts[0]
    assert style in SIZES, style  # noqa: S101 - a label without a size would take the page's, unmeasured
    size = SIZES[style]
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    shifted = f' dx="{em(mark.x.shift, size)}"' if mark.x.share and mark.x.shift else ""
    rest = "".join(f"<tspan {_class(part)}>{escape(words)}</tspan>" for words, part in mark.parts[1:])
    place = f'{_at("x", mark.x, size)} y="{em(mark.y, size)}"{shifted}{anchor}'
    return f"<text {place} {_class(style, mark.shown)}>{escape(first)}{rest}</text>"


def _at(name: Literal["x", "x1", "x2", "cx", "width"], x: At, size: float = ROOT) -> str:
    place = f"{x.share * 100:.2f}%".replace(".00%", "%") if x.share else em(x.shift, size)
    return f'{name}="{place}"'


def _class(style: str, shown: Shown = "always") -> str:
    return f'class="{style}"' if shown == "always" else f'class="{style} c-{shown}"'


def _moved(x: At) -> str:
    # The few pixels between two thin lines, which no letter touches.
    return f' transform="translate({x.shift:g} 0)"' if x.share and x.shift else ""
