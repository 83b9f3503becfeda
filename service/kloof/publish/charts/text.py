"""How wide words are, so that labels can be placed without a browser."""

from typing import Final

# Advance widths of Source Sans 3 at weight 600, in thousandths of an em, rounded up to 25. The regular weight
# is narrower, so a text never turns out wider than measured here.
_WIDTHS: Final = {
    100: "⁄",
    200: " ",
    275: "',.:;ijl|¦·ìíîïı‘’‚′",
    300: "IÌÍÎÏʻʼ‹›",
    325: "!()-[]f{}¡•",
    350: "/\\°",
    375: "rtª²³¹º",
    450: "*?sz®¿",
    475: "c«»ç",
    500: '"J_vxyýÿ–“”„″',
    525: "#$+0123456789<=>FLY^aegk~¢£¤¥§¬±×Ýàáâãäåèéêë÷€",
    550: "ESTVXZ`o¨¯´¸ÈÉÊËòóôõöøˆ˚˜",
    575: "AbdhnpquÀÁÂÃÄÅðñùúûüþ",
    600: "BCKPRµ¶ÇÞ",
    625: "Dß↑↓",
    650: "&G",
    675: "HNOQUÐÑÒÓÔÕÖØÙÚÛÜ™",
    750: "Mw©",
    800: "W¼æ—",
    825: "¾",
    850: "%m½Æœ",
    875: "@Œ",
    975: "…",
}
_WIDTH_OF: Final = {character: width for width, characters in _WIDTHS.items() for character in characters}
_UNKNOWN: Final = 1000


def width(text: str, size: float) -> float:
    """Pixels that `text` takes at `size` pixels, at most."""
    return sum(_WIDTH_OF.get(character, _UNKNOWN) for character in text) * size / 1000


def wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """The text in lines that fit in `room` pixels; a word too long by itself is broken with a hyphen."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        *full, rest = _broken(word, room, size)
        for piece in (*full, rest):
            joined = f"{line} {piece}" if line else piece
            if line and width(joined, size) > room:
                lines.append(line)
                joined = piece
            line = joined
    return (*lines, line)


def _broken(word: str, room: float, size: float) -> list[str]:
    pieces = []
    while width(word, size) > room and len(word) > 1:
        fitting = max(
            (at for at in range(1, len(word)) if width(word[:at] + "-", size) <= room),
            default=1,
        )
        pieces.append(word[:fitting] + "-")
        word = word[fitting:]
    return [*pieces, word]
