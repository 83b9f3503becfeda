"""`kloof.css`, on which the forms and the findings site both stand: one stylesheet, written in a file per section."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

NAME: Final = "kloof.css"
TYPEFACES: Final = Path(__file__).parent / "typefaces"
"""Files for what is no web page: letters on paper, and pictures that are taken along."""
SECTIONS: Final = (
    "tokens",
    "ground",
    "page",
    "menu",
    "buttons",
    "forms",
    "files",
    "pieces",
    "cards",
    "deals",
    "work",
    "guide",
    "handover",
    "circumstances",
)
"""In the order in which they override each other."""
FOR_COLLEAGUES: Final = frozenset({"menu", "files", "cards", "deals", "work", "guide", "handover"})
"""What no page of a customer has, so that it need not travel to their phone."""


@cache
def shared_styles() -> str:
    """The whole of it, as it is served."""
    return _together(SECTIONS)


def form_styles() -> str:
    """What a page of a customer stands on, with the typefaces left out."""
    return _FACE.sub("", _together(section for section in SECTIONS if section not in FOR_COLLEAGUES))


def _together(sections: Iterable[str]) -> str:
    folder = files("kloof.design") / "sections"
    return "".join((folder / f"{section}.css").read_text(encoding="utf-8") for section in sections)


_FACE = re.compile(r"@font-face\s*{[^}]*}\s*")
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
