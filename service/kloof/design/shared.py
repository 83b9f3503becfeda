"""`kloof.css`, on which the forms and the findings site both stand: one stylesheet, written in a file per section."""

from functools import cache
from importlib.resources import files
from typing import Final

NAME: Final = "kloof.css"
SECTIONS: Final = ("tokens", "ground", "page", "buttons", "forms", "pieces", "circumstances")
"""In the order in which they override each other."""


@cache
def shared_styles() -> str:
    """The whole of it, as it is served."""
    folder = files("kloof.design") / "sections"
    return "".join((folder / f"{section}.css").read_text(encoding="utf-8") for section in SECTIONS)
