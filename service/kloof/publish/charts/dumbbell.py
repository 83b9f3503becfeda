"""V and R of each aspect on one line, with the gap between them: where it is, and which way it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kloof.domain.notation import number, signed
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.drawing import Disc, Drawing, Line, Mark
from kloof.publish.charts.rows import Heading, Key, Parts, heights, labels, legend
from kloof.publish.words import pick

RING: Final = 7.0
DISC: Final = 5.0
"""The disc fits in the ring, so that both are seen where V and R are the same."""


@dataclass(frozen=True, slots=True)
class DumbbellRow:
    """Mean expectation and mean reality under a name, with the interval of the gap and the norm if any."""

    name: str
    v: float
    r: float
    interval: tuple[float, float] | None = None
    norm: float | None = None

    @property
    def gap(self) -> float:
        return self.v - self.r

    @property
    def reach(self) -> list[float]:
        """Every value that the picture shows of it."""
        ends = [self.v - end for end in self.interval] if self.interval else []
        return [self.v, self.r, *ends, *([] if self.norm is None else [self.norm])]


def dumbbells(pairs: Sequence[DumbbellRow], axis: Axis, title: str, language: Language) -> Drawing:
    """One line per pair, in the order given. The bar is filled where R fell short of V, else open."""
    keys, top = legend(legend_of(pairs, language), 0)
    headings = [Heading(pair.name, formula(pair.v, pair.r, language)) for pair in pairs]
    row, to_track = heights(headings)
    top += 10
    bottom = top + row * len(pairs)
    marks: list[Mark] = [*keys, *axis.numbers(bottom + 12)]
    for index, (pair, heading) in enumerate(zip(pairs, headings, strict=True)):
        y = top + index * row + to_track
        marks += [*labels(heading, y), *axis.ticks_at(y), *track(pair, axis, y)]
    return Drawing(title, described(pairs, language), bottom + 18, tuple(marks))


def formula(v: float, r: float, language: Language) -> Parts:
    """`8,1 − 7,2 = +0,9`, each number in the colour of its mark."""
    return (
        ("", "c-figures"),  # sets the size
        (number(v, language), "c-text-v"),
        (" − ", "c-figures"),
        (number(r, language), "c-text-r"),
        (" = ", "c-figures"),
        (signed(v - r, language), "c-strong"),
    )


def track(pair: DumbbellRow, axis: Axis, y: float) -> list[Mark]:
    """The marks of one pair at height `y`."""
    v, r = axis.at(pair.v), axis.at(pair.r)
    marks: list[Mark] = []
    if pair.gap > 0:
        marks.append(Line(r, y, v, y, "c-gap"))
    elif pair.gap < 0:
        marks += [Line(v, y - 3, r, y - 3, "c-more"), Line(v, y + 3, r, y + 3, "c-more")]
    if pair.norm is not None:
        norm = axis.at(pair.norm)
        marks.append(Line(norm, y - 11, norm, y + 11, "c-norm"))
    marks += [Disc(v, y, RING, "c-v"), Disc(r, y, DISC, "c-r")]
    return marks + (_whisker(pair, axis, y + 15) if pair.interval else [])


def _whisker(pair: DumbbellRow, axis: Axis, y: float) -> list[Mark]:
    # The interval is that of the gap; seen from V it says where R can lie.
    assert pair.interval is not None  # noqa: S101 - the caller asked
    low, high = (axis.at(pair.v - end) for end in reversed(pair.interval))
    ends: list[Mark] = [Line(end, y - 4, end, y + 4, "c-interval") for end in (low, high)]
    return [Line(low, y, high, y, "c-interval"), *ends]


def legend_of(pairs: Sequence[DumbbellRow], language: Language) -> list[Key]:
    """What the marks of these pairs mean."""
    keys = [
        Key("c-v", pick(language, "V verwacht", "V expected")),
        Key("c-r", pick(language, "R gekregen", "R received")),
    ]
    if any(pair.gap >= 0 for pair in pairs):
        keys.append(Key("c-gap", pick(language, "S kloof (V − R)", "S gap (V − R)")))
    if any(pair.gap < 0 for pair in pairs):
        keys.append(
            Key("c-more", pick(language, "S onder nul: meer gekregen", "S below zero: received more"))
        )
    if any(pair.norm is not None for pair in pairs):
        keys.append(Key("c-norm", pick(language, "N onze norm", "N our norm")))
    if any(pair.interval for pair in pairs):
        keys.append(Key("c-interval", pick(language, "95%-interval van S", "95% interval of S")))
    return keys


def described(pairs: Sequence[DumbbellRow], language: Language) -> str:
    """The pairs in words, for readers who do not see the picture."""
    worded = (_in_words(pair, language) for pair in pairs)
    return "; ".join(worded) + "."


def _in_words(pair: DumbbellRow, language: Language) -> str:
    v, r, s = number(pair.v, language), number(pair.r, language), signed(pair.gap, language)
    return pick(
        language,
        f"{pair.name}: verwacht {v}, gekregen {r}, kloof {s}",
        f"{pair.name}: expected {v}, received {r}, gap {s}",
    )
