"""Reading a printed letter back: its words, and the page as an eye or a camera sees it."""

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image


def pages(file: Path) -> list[str]:
    """The words of every page."""
    document = pypdfium2.PdfDocument(file)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def picture(file: Path, dots_per_inch: int = 150) -> Image.Image:
    """The first page."""
    document = pypdfium2.PdfDocument(file)
    try:
        first: Image.Image = document[0].render(scale=dots_per_inch / 72).to_pil()
        return first
    finally:
        document.close()
