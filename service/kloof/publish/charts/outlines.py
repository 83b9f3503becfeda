"""Words as outlines: a picture that is taken along has its letters with it, whatever typefaces a reader has."""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from kloof.design.shared import TYPEFACES

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

_WEIGHTS: Final = ("regular", "semibold")
_FILES: Final = ("source-sans-3", "source-sans-3-more")
"""The second has the letters that the first lacks: the rest of Latin, Greek and Cyrillic."""


@dataclass(frozen=True, slots=True)
class DrawnLetter:
    """One letter: a name unique among all, its path in thousandths of an em with y upwards, and how wide it is."""

    name: str
    path: str
    advance: float


@dataclass(slots=True)
class Letters:
    """The letters that one picture uses, each drawn once."""

    used: dict[str, DrawnLetter] = field(default_factory=dict)

    def line(self, words: str, *, bold: bool) -> list[DrawnLetter]:
        """The letters of these words, in their order."""
        found = [outline(character, bold=bold) for character in words]
        self.used |= {one.name: one for one in found}
        return found

    def defined(self) -> str:
        """All of them, as they are defined once in a picture."""
        paths = (f'<path id="{one.name}" d="{one.path}"/>' for one in self.used.values() if one.path)
        return f"<defs>{''.join(paths)}</defs>"


@cache
def outline(character: str, *, bold: bool) -> DrawnLetter:
    """The letter in Source Sans 3; a box where none of its files has it."""
    from fontTools.pens.svgPathPen import SVGPathPen

    fonts = [_font(name, _WEIGHTS[bold]) for name in _FILES]
    font = next((one for one in fonts if ord(character) in one.getBestCmap()), fonts[0])
    name = font.getBestCmap().get(ord(character), ".notdef")
    shapes = font.getGlyphSet()
    pen = SVGPathPen(shapes, ntos=lambda value: f"{value:.0f}")
    shapes[name].draw(pen)
    weight = "b" if bold else "r"
    return DrawnLetter(f"{weight}{ord(character):x}", pen.getCommands(), shapes[name].width)


@cache
def _font(name: str, weight: str) -> "TTFont":
    from fontTools.ttLib import TTFont

    return TTFont(TYPEFACES / f"{name}-{weight}.ttf", lazy=False)
