"""A company's accent colour in the shades that the tokens of kloof.css need, by day and by night."""

from kloof.domain.colour import (
    BLACK,
    DARK_PAPER,
    LIGHT_PAPER,
    WHITE,
    Colour,
    mixed,
    parsed,
    readable,
    written,
)


def stylesheet(accent: str) -> str:
    """The CSS that overrides the accent tokens of kloof.css for `accent`, a colour as `#0b6e69`."""
    colour = parsed(accent)
    light = readable(colour, LIGHT_PAPER, towards=BLACK)
    dark = readable(colour, DARK_PAPER, towards=WHITE)
    rules = _tokens(light, LIGHT_PAPER, strong=mixed(light, BLACK, 0.25), on=WHITE)
    at_night = _tokens(dark, DARK_PAPER, strong=mixed(dark, WHITE, 0.3), on=BLACK)
    return f":root {{\n{rules}}}\n\n@media screen and (prefers-color-scheme: dark) {{\n:root {{\n{at_night}}}\n}}\n"


def _tokens(accent: Colour, paper: Colour, *, strong: Colour, on: Colour) -> str:
    values = {
        "accent": accent,
        "accent-strong": strong,
        "accent-text": accent,
        "accent-wash": mixed(paper, accent, 0.1),
        "on-accent": on,
    }
    return "".join(f"  --{name}: {written(colour)};\n" for name, colour in values.items())
