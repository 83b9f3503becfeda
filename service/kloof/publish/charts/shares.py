"""Parts of a whole: a bar that is cut in pieces, and ten dots of which some are filled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kloof.domain.text import Language
from kloof.publish.charts.drawing import NARROWEST, At, Bar, Disc, Drawing, Label, Mark
from kloof.publish.charts.rows import Key, legend
from kloof.publish.charts.text import width
from kloof.publish.words import pick

_STYLES: Final = ("c-share-1", "c-share-2", "c-share-3")
_ON: Final = ("c-on-dark", "c-on-light", "c-on-light")


@dataclass(frozen=True, slots=True)
class Piece:
    """A share, 0 to 1, of a whole, and how it is written."""

    name: str
    share: float
    written: str


def cut_bar(pieces: Sequence[Piece], title: str) -> Drawing:
    """At most three pieces that add up to 1, from dark to light; the legend has the figure of each."""
    named = [f"{piece.name} {piece.written}" for piece in pieces]
    keys, top = legend([Key(style, words) for style, words in zip(_STYLES, named, strict=False)], 0)
    marks: list[Mark] = [*keys]
    left = 0.0
    for index, piece in enumerate(pieces):
        right = min(1.0, left + piece.share)
        if right > left:
            marks.append(Bar(left, right, top + 8, 40, _STYLES[index]))
        words = piece.written
        if width(words, 15) + 16 <= (right - left) * NARROWEST:
            marks.append(Label(At(left, 8), top + 33, (("", "c-figures"), (words, _ON[index]))))
        left = right
    return Drawing(title, "; ".join(named) + ".", top + 52, tuple(marks))


def ten_dots(filled: int, title: str, language: Language) -> Drawing:
    """Ten dots, `filled` of them full."""
    styles = ["c-dot"] * filled + ["c-dot-empty"] * (10 - filled)
    marks = tuple(Disc(At(0, 9 + index * 24), 10, 7.5, style) for index, style in enumerate(styles))
    says = pick(language, "{filled} van de 10 stippen zijn gevuld.", "{filled} of 10 dots are filled.")
    return Drawing(title, says.format(filled=filled), 20, marks)
