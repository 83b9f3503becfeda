"""`kloof.css`, on which the forms and the findings site both stand: one stylesheet, written in a file per section."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

NAME: Final = "kloof.css"
SECTIONS: Final = ("tokens", "ground", "page", "buttons", "forms", "pieces", "deals", "work", "circumstances")
"""In the order in which they override each other."""


@cache
def shared_styles() -> str:
    """The whole of it, as it is served."""
    folder = files("kloof.design") / "sections"
    return "".join((folder / f"{section}.css").read_text(encoding="utf-8") for section in SECTIONS)


_COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")


@cache
def light_colours() -> Mapping[str, str]:
    """The colour tokens by day, for what has no stylesheet: mail, paper, pictures. `#rrggbb` by name, `ink_soft`."""
    return _colours(_tokens().partition("@media")[0])


@cache
def dark_colours() -> Mapping[str, str]:
    """The same by night."""
    return _colours(_tokens().partition("@media")[2])


def _tokens() -> str:
    text = (files("kloof.design") / "sections" / "tokens.css").read_text(encoding="utf-8")
    return text.partition(":root")[2]


def _colours(css: str) -> Mapping[str, str]:
    return MappingProxyType({name.replace("-", "_"): colour for name, colour in _COLOUR.findall(css)})
