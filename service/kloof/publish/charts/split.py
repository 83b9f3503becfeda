"""The gap through the norm: how far expectation lay above it, and how far reality lay under it."""

from collections.abc import Sequence
from dataclasses import dataclass

from kloof.domain.notation import signed
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.drawing import Bar, Drawing, Line, Mark
from kloof.publish.charts.rows import Heading, Key, Parts, heights, labels, legend
from kloof.publish.words import pick


@dataclass(frozen=True, slots=True)
class Parted:
    """Overpromise V − N and underdelivery N − R of something with a name; they add up to the gap."""

    name: str
    over: float
    under: float

    @property
    def gap(self) -> float:
        return self.over + self.under


def splits(parts: Sequence[Parted], title: str, language: Language) -> Drawing:
    """Two bars per part from a shared zero: to the right adds to the gap, to the left takes away from it."""
    axis = Axis.of_differences(value for part in parts for value in (part.over, part.under))
    keys, top = legend(_keys(language), 0)
    headings = [Heading(part.name, _sum(part, language)) for part in parts]
    row, track = heights(headings)
    row, top = row + 8, top + 10
    bottom = top + row * len(parts)
    marks: list[Mark] = [*keys, *axis.numbers(bottom + 10)]
    for index, (part, heading) in enumerate(zip(parts, headings, strict=True)):
        y = top + index * row + track
        marks += [*labels(heading, y), *_bars(part, axis, y - 7)]
    return Drawing(title, _described(parts, language), bottom + 16, tuple(marks))


def _bars(part: Parted, axis: Axis, y: float) -> list[Mark]:
    marks: list[Mark] = [Line(axis.at(tick), y - 1, axis.at(tick), y + 29, "c-grid") for tick in axis.points]
    # The hollow bar has a line of 2 pixels around it.
    for value, top, high, style in ((part.over, y + 2, 9, "c-over"), (part.under, y + 15, 11, "c-under")):
        left, right = sorted((axis.at(0).share, axis.at(value).share))
        marks.append(Bar(left, right, top, high, style))
    return [*marks, Line(axis.at(0), y - 3, axis.at(0), y + 31, "c-zero")]


def _sum(part: Parted, language: Language) -> Parts:
    return (
        ("", "c-figures"),
        (signed(part.over, language), "c-text-v"),
        (" ", "c-figures"),
        (_added(part.under, language), "c-text-r"),
        (" = ", "c-figures"),
        (signed(part.gap, language), "c-strong"),
    )


def _added(value: float, language: Language) -> str:
    written = signed(value, language)
    return f"{written[0]} {written[1:]}" if written[0] in "+−" else f"+ {written}"


def _keys(language: Language) -> list[Key]:
    return [
        Key("c-over", pick(language, "V − N boven de norm verwacht", "V − N expected above the norm")),
        Key("c-under", pick(language, "N − R onder de norm gekregen", "N − R received under the norm")),
    ]


def _described(parts: Sequence[Parted], language: Language) -> str:
    return "; ".join(_in_words(part, language) for part in parts) + "."


def _in_words(part: Parted, language: Language) -> str:
    over, under, s = signed(part.over, language), signed(part.under, language), signed(part.gap, language)
    return pick(
        language,
        f"{part.name}: verwacht boven de norm {over}, gekregen onder de norm {under}, samen kloof {s}",
        f"{part.name}: expected above the norm {over}, received under the norm {under}, together gap {s}",
    )
