"""The pictures of a salesperson's own pages: marks alone, with all words beside them in the page, in the reader's size.

So no label can collide with another, however long a name is and however large the letters; each picture is a strip
that becomes as wide as its place. The page says in words what they show.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kloof.domain.surveys.definition import Scale
from kloof.domain.surveys.gap import AspectGap
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.drawing import At, Bar, Disc, Drawing, Line, Mark
from kloof.publish.charts.dumbbell import DISC, RING
from kloof.publish.charts.svg import inline

_ROW: Final = 32.0
_ROW_ALONE: Final = 26.0
_TRACK: Final = 13.0
_COMPANY: Final = 27.0
_PERIODS: Final = 140.0
_EDGE: Final = 12.0
_BAR: Final = 18.0
_BETWEEN: Final = 0.004


@dataclass(frozen=True, slots=True)
class AspectMarks:
    """One aspect with what stands in its strip, on the survey's scale; `company` is what was published about all."""

    gap: AspectGap
    company: AspectGap | None = None

    @property
    def values(self) -> list[float]:
        """Every value that its strip shows."""
        both = [self.gap, *([self.company] if self.company else [])]
        every = [value for one in both for value in (one.expectation, one.reality)]
        return [value for value in (*every, self.gap.norm) if value is not None]


def axis_of(aspects: Iterable[AspectMarks], scale: Scale) -> Axis:
    """One stretch of the scale for all of them."""
    return Axis.around([value for one in aspects for value in one.values], scale.low, scale.high)


def aspect_strip(aspect: AspectMarks, axis: Axis, title: str, identifier: str) -> str:
    """V, R, N and the gap of one aspect on one line, and under it in grey the V and R of the company."""
    company = aspect.company
    marks: list[Mark] = [*axis.ticks_at(_TRACK), *_gap(aspect.gap, axis)]
    if company and company.expectation is not None and company.reality is not None:
        v, r = axis.at(company.expectation), axis.at(company.reality)
        marks += [
            Line(v, _COMPANY, r, _COMPANY, "own-company"),
            Disc(v, _COMPANY, 4, "own-company-v"),
            Disc(r, _COMPANY, 3, "own-company-r"),
        ]
    return inline(Drawing(title, title, _ROW if company else _ROW_ALONE, tuple(marks)), identifier)


def _gap(gap: AspectGap, axis: Axis) -> list[Mark]:
    v, r, y = gap.expectation, gap.reality, _TRACK
    marks: list[Mark] = []
    if v is not None and r is not None and v > r:
        marks.append(Line(axis.at(r), y, axis.at(v), y, "c-gap"))
    elif v is not None and r is not None and r > v:
        marks += [Line(axis.at(v), y + side, axis.at(r), y + side, "c-more") for side in (-3, 3)]
    if gap.norm is not None:
        marks.append(Line(axis.at(gap.norm), y - 11, axis.at(gap.norm), y + 11, "c-norm"))
    if v is not None:
        marks.append(Disc(axis.at(v), y, RING, "c-v"))
    if r is not None:
        marks.append(Disc(axis.at(r), y, DISC, "c-r"))
    return marks


def numbers(axis: Axis) -> str:
    """The numbers under the strips: six at most, so that twice as large they still stand apart."""
    step = math.ceil((axis.high - axis.low) / 5)
    points = range(axis.low, axis.high + 1, step)
    words = "".join(
        f'<text x="{axis.at(point).share * 100:.2f}%" y="1em" text-anchor="middle">{point}</text>'
        for point in points
    )
    return f'<svg class="own-numbers" width="100%" aria-hidden="true">{words}</svg>'


def periods(
    moments: Sequence[AspectGap], norm: float | None, scale: Scale, title: str, identifier: str
) -> str:
    """V and R from one moment to the next, each in a column of its own; the norm lies across."""
    values = [value for one in moments for value in AspectMarks(one).values]
    axis = Axis.around(values, scale.low, scale.high)
    marks: list[Mark] = []
    if norm is not None:
        marks.append(Line(At(0), _down(norm, axis), At(1), _down(norm, axis), "own-norm"))
    known = [
        (At((index + 0.5) / len(moments)), _down(one.expectation, axis), _down(one.reality, axis))
        for index, one in enumerate(moments)
        if one.expectation is not None and one.reality is not None
    ]
    for (x, v, r), (there, later_v, later_r) in pairwise(known):
        marks += [Line(x, v, there, later_v, "c-trend-v"), Line(x, r, there, later_r, "c-trend-r")]
    for x, v, r in known:
        marks += _upright(x, v, r)
    return inline(Drawing(title, title, _PERIODS, tuple(marks)), identifier)


def _down(value: float, axis: Axis) -> float:
    inside = min(max(value, axis.low), axis.high)
    return round(_EDGE + (_PERIODS - 2 * _EDGE) * (axis.high - inside) / (axis.high - axis.low), 1)


def _upright(x: At, v: float, r: float) -> list[Mark]:
    if r > v:  # down the canvas is down the scale
        between: list[Mark] = [Line(x, v, x, r, "c-gap")]
    else:
        between = [Line(At(x.share, shift), v, At(x.share, shift), r, "c-more") for shift in (-3.0, 3.0)]
    return [*between, Disc(x, v, RING, "c-v"), Disc(x, r, DISC, "c-r")]


def kept_bar(counts: Sequence[int], styles: Sequence[str], title: str, identifier: str) -> str:
    """A bar in as many parts as there are counts, as long as they are; an empty one takes no room."""
    total, left = sum(counts), 0.0
    marks: list[Mark] = []
    for count, style in zip(counts, styles, strict=True):
        right = left + count / total if total else left
        if count:
            marks.append(Bar(left, max(left, right - (_BETWEEN if right < 1 else 0)), 0, _BAR, style))
        left = right
    return inline(Drawing(title, title, _BAR, tuple(marks)), identifier)
