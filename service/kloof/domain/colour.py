"""Colours, and how well one can be read on the other.

The measure is the contrast ratio of WCAG 2.2, §1.4.3: at least 4.5 for text and for what stands on a button.
"""

from typing import Final

Colour = tuple[int, int, int]

READABLE: Final = 4.5
LIGHT_PAPER: Final = (251, 250, 247)
DARK_PAPER: Final = (20, 25, 27)
WHITE: Final = (255, 255, 255)
BLACK: Final = (16, 20, 22)


def parsed(colour: str) -> Colour:
    """Red, green and blue, 0 to 255. Raises ValueError for what is not `#rrggbb`."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"{colour!r} is not a colour as #0b6e69")
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def written(colour: Colour) -> str:
    """The inverse of `parsed`."""
    return "#" + bytes(colour).hex()


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with this share of `other` in it, 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def readable(colour: Colour, paper: Colour, *, towards: Colour) -> Colour:
    """The first shade from `colour` on the way to `towards` that can be read on the paper and on its own wash."""
    for step in range(101):
        shade = mixed(colour, towards, step / 100)
        if contrast(shade, mixed(paper, shade, 0.1)) >= READABLE:
            return shade
    return towards


def nearest_readable(accent: str) -> str:
    """The accent itself where it can be read on light paper, otherwise its first darker shade that can."""
    return written(readable(parsed(accent), LIGHT_PAPER, towards=BLACK))


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
