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


MARKS: Final = (0.045, 0.63)
MARGIN_COLUMN: Final = (0.73, 0.97)
"""Shares of the width: V and R stand on the axis of marks, the interval of the gap in a column of its own."""


@dataclass(frozen=True, slots=True)
class DumbbellRow:
    """Mean expectation and mean reality under a name, with the interval of the gap and the norm if any.

    faint: a difference cannot be shown, so the row keeps still. deals: how many it rests on, where a picture says so.
    """

    name: str
    v: float
    r: float
    interval: tuple[float, float] | None = None
    norm: float | None = None
    faint: bool = False
    deals: int | None = None

    @property
    def gap(self) -> float:
        return self.v - self.r

    @property
    def reach(self) -> list[float]:
        """Every value that the picture shows of it on the axis of marks."""
        return [self.v, self.r, *([] if self.norm is None else [self.norm])]


def dumbbells(pairs: Sequence[DumbbellRow], axis: Axis, title: str, language: Language) -> Drawing:
    """One line per pair, in the order given. The bar is filled where R fell short of V, else open."""
    keys, top = legend(legend_of(pairs, language), 0)
    headings = [Heading(pair.name, formula(pair, language), faint=pair.faint) for pair in pairs]
    row, to_track = heights(headings)
    top += 10
    bottom = top + row * len(pairs)
    column = _column(pairs)
    marks_axis = axis.between(*MARKS) if column else axis
    marks: list[Mark] = [*keys, *marks_axis.numbers(bottom + 12)]
    for index, (pair, heading) in enumerate(zip(pairs, headings, strict=True)):
        y = top + index * row + to_track
        marks += [*labels(heading, y), *marks_axis.ticks_at(y), *track(pair, marks_axis, y)]
        marks += margin(pair, column, y) if column else []
    marks += column.zero_and_ends(bottom + 12) if column else []
    return Drawing(title, described(pairs, language), bottom + 18, tuple(marks))


def _column(pairs: Sequence[DumbbellRow]) -> Axis | None:
    """The axis of differences, where there is an interval to show on it."""
    ends = [end for pair in pairs if pair.interval for end in pair.interval]
    return Axis.of_differences(ends).between(*MARGIN_COLUMN) if ends else None


def margin(pair: DumbbellRow, column: Axis, y: float) -> list[Mark]:
    """The gap with its interval beside a line at zero: what holds zero crosses that line."""
    at, faint = column.at(0), "-faint" if pair.faint else ""
    marks: list[Mark] = [Line(at, y - 12, at, y + 12, "c-zero")]
    if pair.interval is None:
        return marks
    low, high = (column.at(end) for end in pair.interval)
    style = f"c-interval{faint}"
    ends: list[Mark] = [Line(end, y - 4, end, y + 4, style) for end in (low, high)]
    return [*marks, Line(low, y, high, y, style), *ends, Disc(column.at(pair.gap), y, 4, f"c-s{faint}")]


def formula(pair: DumbbellRow, language: Language) -> Parts:
    """`8,1 − 7,2 = +0,9`, each number in the colour of its mark."""
    v, r, s = ("c-text-soft",) * 3 if pair.faint else ("c-text-v", "c-text-r", "c-strong")
    between = "c-text-soft"
    return (
        ("", "c-figures"),  # sets the size
        (number(pair.v, language), v),
        (" − ", between),
        (number(pair.r, language), r),
        (" = ", between),
        (signed(pair.gap, language), s),
    )


def track(pair: DumbbellRow, axis: Axis, y: float) -> list[Mark]:
    """The marks of V, R and N at height `y`."""
    v, r = axis.at(pair.v), axis.at(pair.r)
    faint = "-faint" if pair.faint else ""
    marks: list[Mark] = []
    if pair.gap > 0:
        marks.append(Line(r, y, v, y, f"c-gap{faint}"))
    elif pair.gap < 0:
        marks += [Line(v, y - 3, r, y - 3, "c-more"), Line(v, y + 3, r, y + 3, "c-more")]
    if pair.norm is not None:
        norm = axis.at(pair.norm)
        marks.append(Line(norm, y - 11, norm, y + 11, "c-norm"))
    return [*marks, Disc(v, y, RING, f"c-v{faint}"), Disc(r, y, DISC, f"c-r{faint}")]


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
        words = pick(
            language, "S met 95%-interval; de streep is nul", "S with 95% interval; the line is zero"
        )
        keys.append(Key("c-interval", words))
    if any(pair.faint for pair in pairs):
        keys.append(
            Key("c-s-faint", pick(language, "grijs: geen verschil aan te tonen", "grey: no difference shown"))
        )
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
