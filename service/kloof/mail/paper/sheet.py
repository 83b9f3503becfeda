"""A document on A4 in the typefaces of letters. `with` it: these are files that stay open."""

from collections.abc import Iterator
from typing import Self, cast

from fpdf import FPDF
from fpdf.fonts import TTFFont

from kloof.design.shared import TYPEFACES


class Sheets(FPDF):
    """An empty document, with its margins in millimetres."""

    def __init__(self, title: str, left: float, top: float, right: float) -> None:
        super().__init__(format="A4")
        self.c_margin = 0
        self.set_margins(left, top, right)
        self.add_font("Letter", "", TYPEFACES / "source-sans-3-regular.ttf")
        self.add_font("Letter", "B", TYPEFACES / "source-sans-3-semibold.ttf")
        # What Source Sans has besides and few letters need: Vietnamese, the rest of Latin, Greek and Cyrillic.
        self.add_font("More", "", TYPEFACES / "source-sans-3-more-regular.ttf")
        self.add_font("More", "B", TYPEFACES / "source-sans-3-more-semibold.ttf")
        self.set_fallback_fonts(["More"])
        self.set_title(title)
        self.set_creator("kloof")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for font in self.fonts.values():
            cast(TTFFont, font).ttfont.close()

    def lacking(self, text: str) -> Iterator[str]:
        """The letters of a text that neither typeface has, each once."""
        shapes = [cast(TTFFont, self.fonts[font]).cmap for font in ("letter", "more")]
        for letter in dict.fromkeys(text):
            if not letter.isspace() and not any(ord(letter) in shape for shape in shapes):
                yield letter
