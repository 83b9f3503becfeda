"""What a mark's style is: a class of charts.css on a page, and the same as attributes in a file of its own.

A file opened by itself has no stylesheet, and a policy against inline styles would blank one inside it.
A test keeps this table and charts.css alike.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kloof.design.shared import light_colours

_INK, _SOFT, _V, _R, _GAP, _LINE, _STRONG, GROUND = (
    light_colours()[name] for name in ("ink", "ink_soft", "v", "r", "gap", "line", "line_strong", "surface")
)
_SHARES = ("#23456b", "#8ba8c9", "#d9d3c5")

SIZES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "c-name": 15,
        "c-name-faint": 15,
        "c-figures": 15,
        "c-small": 13,
        "c-tick": 12,
        "c-big": 38,
        "c-large": 27,
        "c-heading": 21,
        "c-end-v": 15,
        "c-end-r": 15,
    }
)
"""Font size in pixels of each style that starts a label."""

BOLD: Final = frozenset({"c-name", "c-strong", "c-big", "c-large", "c-heading", "c-end-v", "c-end-r"})

_FILLS: Final = {
    "c-name": _INK,
    "c-name-faint": _SOFT,
    "c-figures": _INK,
    "c-small": _SOFT,
    "c-tick": _SOFT,
    "c-big": _INK,
    "c-large": _INK,
    "c-heading": _INK,
    "c-text-v": _V,
    "c-text-r": _R,
    "c-text-soft": _SOFT,
    "c-strong": _INK,
    "c-on-dark": GROUND,
    "c-on-light": _INK,
    "c-r": _R,
    "c-r-faint": _STRONG,
    "c-s": _INK,
    "c-s-faint": _STRONG,
    "c-end-v": _V,
    "c-end-r": _R,
    "c-share-1": _SHARES[0],
    "c-share-2": _SHARES[1],
    "c-share-3": _SHARES[2],
    "c-under": _R,
    "c-under-faint": _STRONG,
    "c-dot": _SHARES[0],
}

_STROKES: Final = {
    "c-v": (_V, 3.0),
    "c-v-faint": (_STRONG, 2.0),
    "c-gap": (_GAP, 8.0),
    "c-gap-faint": (_LINE, 4.0),
    "c-more": (_SOFT, 1.5),
    "c-track": (_LINE, 1.0),
    "c-grid": (_LINE, 1.0),
    "c-zero": (_INK, 1.0),
    "c-norm": (_INK, 2.5),
    "c-interval": (_INK, 2.0),
    "c-interval-faint": (_STRONG, 1.5),
    "c-total-v": (_V, 1.0),
    "c-total-r": (_R, 1.0),
    "c-trend-v": (_V, 2.5),
    "c-trend-r": (_R, 2.5),
    "c-dot-empty": (_SOFT, 1.5),
    "c-share-1-line": (_SHARES[0], 12.0),
    "c-share-2-line": (_SHARES[1], 12.0),
    "c-share-3-line": (_SHARES[2], 12.0),
    "c-over": (_V, 2.0),
    "c-over-faint": (_STRONG, 2.0),
    "c-over-line": (_V, 12.0),
    "c-over-core": (GROUND, 8.0),
    "c-under-line": (_R, 12.0),
    "c-under-faint-line": (_STRONG, 12.0),
}

# Of V the marks are hollow and of R they are filled, which is seen in grey as well.
_HOLLOW: Final = frozenset({"c-v", "c-v-faint", "c-over", "c-over-faint", "c-dot-empty"})


def attributes(style: str) -> str:
    """The presentation attributes of a mark's style; KeyError for an unknown one."""
    if style in _STROKES:
        colour, width = _STROKES[style]
        inside = GROUND if style in _HOLLOW else "none"
        return f'fill="{inside}" stroke="{colour}" stroke-width="{width:g}"'
    return f'fill="{fill(style)}"'


def fill(style: str) -> str:
    """The colour of letters and of filled marks; KeyError for an unknown style."""
    return _FILLS[style]


def known() -> frozenset[str]:
    """Every style that there is."""
    return frozenset(_FILLS) | frozenset(_STROKES)
