"""A drawing written as SVG: fluid inside a page, fixed in a file of its own."""

from collections.abc import Callable
from html import escape
from typing import Final

from kloof.publish.charts.drawing import At, Bar, Disc, Drawing, Label, Line, Mark, Shown, label
from kloof.publish.charts.rows import LEGEND_LINE
from kloof.publish.charts.styles import GROUND, SIZES, attributes

FILE_WIDTH: Final = 800
_MARGIN: Final = 32
_FONTS: Final = "'Source Sans 3', 'Helvetica Neue', 'Segoe UI', Arial, sans-serif"

Place = Callable[[At], tuple[str, float]]
Styled = Callable[[str], str]


def inline(drawing: Drawing, identifier: str) -> str:
    """For a page: as wide as its place, coloured by charts.css. `identifier` is unique there."""
    title, description = f"{identifier}-title", f"{identifier}-desc"
    marks = "".join(_written(mark, _across, _class) for mark in drawing.marks)
    return (
        f'<svg class="{" ".join(["chart", *_up(drawing)])}" role="img" width="100%" height="{drawing.height:g}" '
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


def standalone(drawing: Drawing, source: str) -> str:
    """For a download: 864 px wide, in daylight colours, with its title above it and `source` under it."""
    heading = 44
    spare = spare_lines(drawing) * LEGEND_LINE
    height = drawing.height - spare + heading + 2 * _MARGIN + 28
    width = FILE_WIDTH + 2 * _MARGIN
    marks = (mark for mark in drawing.marks if isinstance(mark, Bar) or mark.shown != "narrow")
    body = "".join(_written(mark, _fixed, attributes) for mark in marks)
    top = _written(label(At(0), 16, drawing.title, "c-heading"), _fixed, attributes)
    bottom = _written(
        label(At(0), heading - spare + drawing.height + 28, source, "c-tick"), _fixed, attributes
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:g}" '
        f'viewBox="{-_MARGIN} {-_MARGIN} {width} {height:g}" role="img" font-family="{_FONTS}">\n'
        f"<title>{escape(drawing.title)}</title>\n<desc>{escape(drawing.description)}</desc>\n"
        f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="{width}" height="{height:g}" fill="{GROUND}"/>\n'
        f'{top}\n<g transform="translate(0 {heading - spare})">{body}</g>\n{bottom}\n</svg>\n'
    )


def _across(x: At) -> tuple[str, float]:
    if not x.share:
        return f"{x.shift:g}", 0.0
    return f"{x.share * 100:.2f}%".replace(".00%", "%"), x.shift


def _fixed(x: At) -> tuple[str, float]:
    return f"{x.on(FILE_WIDTH):.1f}".removesuffix(".0"), 0.0


def _class(style: str) -> str:
    return f'class="{style}"'


def _written(mark: Mark, place: Place, styled: Styled) -> str:
    match mark:
        case Line():
            (left, shift), (right, _) = place(mark.x1), place(mark.x2)
            ends = f'x1="{left}" y1="{mark.y1:g}" x2="{right}" y2="{mark.y2:g}"'
            return f"<line {ends} {_looks(mark.style, mark.shown, styled)}{_moved(shift)}/>"
        case Disc():
            centre, shift = place(mark.x)
            circle = f'cx="{centre}" cy="{mark.y:g}" r="{mark.radius:g}"'
            return f"<circle {circle} {_looks(mark.style, mark.shown, styled)}{_moved(shift)}/>"
        case Bar():
            (start, _), (wide, _) = place(At(mark.left)), place(At(mark.right - mark.left))
            box = f'x="{start}" y="{mark.y:g}" width="{wide}" height="{mark.height:g}"'
            return f"<rect {box} {styled(mark.style)}/>"
        case Label():
            return _text(mark, place, styled)


def _text(mark: Label, place: Place, styled: Styled) -> str:
    x, shift = place(mark.x)
    first, style = mark.parts[0]
    assert style in SIZES, style  # noqa: S101 - a label without a size would take the page's, unmeasured
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    moved = f' dx="{shift:g}"' if shift else ""
    rest = "".join(f"<tspan {styled(part)}>{escape(words)}</tspan>" for words, part in mark.parts[1:])
    looks = _looks(style, mark.shown, styled)
    return f'<text x="{x}" y="{mark.y:g}"{moved}{anchor} {looks}>{escape(first)}{rest}</text>'


def _looks(style: str, shown: Shown, styled: Styled) -> str:
    looks = styled(style)
    return looks if shown == "always" or styled is not _class else f'{looks[:-1]} c-{shown}"'


def _moved(shift: float) -> str:
    return f' transform="translate({shift:g} 0)"' if shift else ""
