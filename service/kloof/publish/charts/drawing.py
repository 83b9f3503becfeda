"""A picture as marks on a canvas whose height is fixed and whose width is not.

Every x is a share of the width plus a shift in pixels, so that a picture becomes wider or narrower with the
page while its text and its discs keep their size. That is what keeps text at 12 px and more on a phone.
"""

from dataclasses import dataclass
from typing import Final, Literal

NARROWEST: Final = 288
"""Pixels between the margins of a page of 320 px, on which every picture must hold (WCAG 2.2, §1.4.10)."""
WIDE_FROM: Final = 560
"""Pixels from which marks that are `wide` are shown and those that are `narrow` are not; as in charts.css."""

Anchor = Literal["start", "middle", "end"]
Shown = Literal["always", "narrow", "wide"]


@dataclass(frozen=True, slots=True)
class At:
    """A place across the canvas: `share` of the width, 0 to 1, plus `shift` pixels."""

    share: float
    shift: float = 0.0

    def on(self, width: float) -> float:
        return self.share * width + self.shift


@dataclass(frozen=True, slots=True)
class Line:
    """Both ends have the same shift, unless both have share 0."""

    x1: At
    y1: float
    x2: At
    y2: float
    style: str
    shown: Shown = "always"


@dataclass(frozen=True, slots=True)
class Disc:
    x: At
    y: float
    radius: float
    style: str
    shown: Shown = "always"


@dataclass(frozen=True, slots=True)
class Bar:
    """From share `left` to share `right` of the width; `y` is its top."""

    left: float
    right: float
    y: float
    height: float
    style: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words with their baseline at `y`: runs of text with a style each, of which the first sets the size."""

    x: At
    y: float
    parts: tuple[tuple[str, str], ...]
    anchor: Anchor = "start"
    shown: Shown = "always"

    @property
    def words(self) -> str:
        return "".join(words for words, _ in self.parts)


Mark = Line | Disc | Bar | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture; `title` names it and `description` says in words what it shows."""

    title: str
    description: str
    height: float
    marks: tuple[Mark, ...]


def label(
    x: At, y: float, words: str, style: str, anchor: Anchor = "start", shown: Shown = "always"
) -> Label:
    """A label in one style."""
    return Label(x, y, ((words, style),), anchor, shown)
