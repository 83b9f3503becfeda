"""V, R and N of one aspect, each named where it stands: small enough to have many under each other, and no legend."""

from dataclasses import dataclass
from typing import Final

from kloof.domain.notation import number
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.drawing import NARROWEST, Anchor, At, Disc, Drawing, Label, Line, Mark, label
from kloof.publish.charts.dumbbell import RING, DumbbellRow, track
from kloof.publish.charts.styles import SIZES
from kloof.publish.charts.text import width
from kloof.publish.words import pick

_SIZE: Final = "c-small"
_TRACK: Final = 33.0
_LINE: Final = 17.0
_BELOW: Final = _TRACK + 26
_APART: Final = 12.0


@dataclass(frozen=True, slots=True)
class _Named:
    """A value with its words; `style` is the colour of the words."""

    value: float
    words: str
    style: str


def promised_aspect(pair: DumbbellRow, axis: Axis, language: Language, decimals: int = 1) -> Drawing:
    """One pair on a track with the ends of the axis beside it: V named above it, R and the norm below.

    Where both stand below there is too little room on the narrowest sheet, the norm has a line of its own. Means have
    one of the `decimals`, the marks of one customer none.
    """
    v, r = number(pair.v, language, decimals), number(pair.r, language, decimals)
    said_v, said_r = (f"{word} {mark}" for word, mark in zip(_words(language), (v, r), strict=True))
    told = f"{pair.name}: {said_v}, {said_r}."
    named_r = _Named(pair.r, said_r, "c-text-r")
    marks = [
        *_ends(axis, pair.v, pair.r),
        *track(pair, axis, _TRACK),
        _placed(_Named(pair.v, said_v, "c-text-v"), axis, 14),
    ]
    if pair.norm is None:
        return Drawing(pair.name, told, _BELOW + 5, (*marks, _placed(named_r, axis, _BELOW)))
    norm = _norm(pair.norm, language)
    told = f"{told} {norm.words[0].upper()}{norm.words[1:]}."
    side_by_side = _beside(named_r, norm, axis)
    if side_by_side:
        return Drawing(pair.name, told, _BELOW + 5, (*marks, *side_by_side))
    under = _BELOW + _LINE
    return Drawing(
        pair.name, told, under + 5, (*marks, _placed(named_r, axis, _BELOW), _placed(norm, axis, under))
    )


def _words(language: Language) -> tuple[str, str]:
    return pick(language, "verwacht", "expected"), pick(language, "gekregen", "got")


def _norm(value: float, language: Language) -> _Named:
    return _Named(value, f"{pick(language, 'onze norm', 'our norm')} {number(value, language)}", "c-strong")


def above_norm(name: str, expected: float, norm: float, axis: Axis, language: Language) -> Drawing:
    """V above N before anything came of it: the ring named above the track, the norm below it."""
    v = _Named(expected, f"{_words(language)[0]} {_short(expected, language)}", "c-text-v")
    n = _norm(norm, language)
    x_v, x_n = axis.at(expected), axis.at(norm)
    marks: list[Mark] = [
        *_ends(axis, expected),
        Line(x_n, _TRACK, x_v, _TRACK, "c-gap"),
        Line(x_n, _TRACK - 11, x_n, _TRACK + 11, "c-norm"),
        Disc(x_v, _TRACK, RING, "c-v"),
        _placed(v, axis, 14),
        _placed(n, axis, _BELOW),
    ]
    return Drawing(name, f"{name}: {v.words}, {n.words}.", _BELOW + 5, tuple(marks))


def _short(value: float, language: Language) -> str:
    """A whole mark as the whole number that somebody gave."""
    return number(value, language, 0 if value == int(value) else 1)


def _ends(axis: Axis, *values: float) -> list[Mark]:
    """The track, and beside it the number of each end, but for one that a mark would touch: its own words say it."""
    ends: tuple[tuple[int, At, Anchor], ...] = (axis.low, At(0), "start"), (axis.high, At(1), "end")
    marks: list[Mark] = [Line(axis.at(axis.low), _TRACK, axis.at(axis.high), _TRACK, "c-track")]
    for end, x, side in ends:
        place = axis.at(end).on(NARROWEST)
        if all(abs(axis.at(value).on(NARROWEST) - place) > _APART for value in values):
            marks.append(label(x, _TRACK + 4.5, str(end), "c-tick", side))
    return marks


def _placed(named: _Named, axis: Axis, y: float) -> Label:
    """Around its value; near an end of the sheet the words run away from that end."""
    x = axis.at(named.value)
    anchor: Anchor = "start" if x.share < 0.25 else "end" if x.share > 0.75 else "middle"
    return _label(named, x, y, anchor)


def _label(named: _Named, x: At, y: float, anchor: Anchor) -> Label:
    return Label(x, y, (("", _SIZE), (named.words, named.style)), anchor)


def _beside(r: _Named, norm: _Named, axis: Axis) -> list[Label]:
    """Both on one line: around their values, or else running away from each other; nothing where that falls off."""
    around = [_placed(r, axis, _BELOW), _placed(norm, axis, _BELOW)]
    (_, end), (start, _) = sorted(_reach(label) for label in around)
    if end + _APART <= start:
        return around
    left, right = sorted((r, norm), key=lambda one: one.value)
    apart = [
        _label(left, At(axis.at(left.value).share, -_APART / 2), _BELOW, "end"),
        _label(right, At(axis.at(right.value).share, _APART / 2), _BELOW, "start"),
    ]
    fits = _reach(apart[0])[0] >= 0 and _reach(apart[1])[1] <= NARROWEST
    return apart if fits else []


def _reach(label: Label) -> tuple[float, float]:
    """From where to where the words go on the narrowest sheet; wider ones only have more room."""
    wide, x = width(label.words, SIZES[_SIZE]), label.x.on(NARROWEST)
    left = x - {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
    return left, left + wide
