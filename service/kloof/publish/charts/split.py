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
    """Overpromise V − N and underdelivery N − R of something with a name; they add up to the gap. `faint_…`: no
    difference from the norm can be shown, so that side keeps still.
    """

    name: str
    over: float
    under: float
    faint_over: bool = False
    faint_under: bool = False

    @property
    def gap(self) -> float:
        return self.over + self.under


def splits(parts: Sequence[Parted], title: str, language: Language) -> Drawing:
    """Two bars per part from a shared zero: to the right adds to the gap, to the left takes away from it."""
    axis = Axis.of_differences(value for part in parts for value in (part.over, part.under))
    keys, top = legend(_keys(parts, language), 0)
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
    over, under = _styles(part)
    for value, top, high, style in ((part.over, y + 2, 9, over), (part.under, y + 15, 11, under)):
        left, right = sorted((axis.at(0).share, axis.at(value).share))
        marks.append(Bar(left, right, top, high, style))
    return [*marks, Line(axis.at(0), y - 3, axis.at(0), y + 31, "c-zero")]


def stacked(parts: Sequence[Parted], title: str, language: Language) -> Drawing:
    """One bar per part, both sides behind one another: where both add to the gap the bar is as long as the gap."""
    axis = Axis.of_differences(end for part in parts for end in _ends(part))
    keys, top = legend(_keys(parts, language), 0)
    headings = [Heading(part.name, _sum(part, language)) for part in parts]
    row, track = heights(headings)
    top += 10
    bottom = top + row * len(parts)
    marks: list[Mark] = [*keys, *axis.numbers(bottom + 12)]
    for index, (part, heading) in enumerate(zip(parts, headings, strict=True)):
        y = top + index * row + track
        marks += [*labels(heading, y), *axis.ticks_at(y), *_behind(part, axis, y)]
    return Drawing(title, _described(parts, language), bottom + 18, tuple(marks))


def _ends(part: Parted) -> tuple[float, float]:
    sides = (part.over, part.under)
    return sum(side for side in sides if side < 0), sum(side for side in sides if side > 0)


def _behind(part: Parted, axis: Axis, y: float) -> list[Mark]:
    """What adds to the gap goes right from zero, what takes away from it left; the hollow bar has a line around it."""
    right = left = 0.0
    marks: list[Mark] = []
    over, under = _styles(part)
    for value, style in ((part.over, over), (part.under, under)):
        start = right if value > 0 else left
        low, high = sorted((axis.at(start).share, axis.at(start + value).share))
        inset = 1 if style == over else 0
        marks += [Bar(low, high, y - 7 + inset, 14 - 2 * inset, style)] if value else []
        right, left = right + max(value, 0), left + min(value, 0)
    return [*marks, Line(axis.at(0), y - 12, axis.at(0), y + 12, "c-zero")]


def _styles(part: Parted) -> tuple[str, str]:
    over, under = ("-faint" if faint else "" for faint in (part.faint_over, part.faint_under))
    return f"c-over{over}", f"c-under{under}"


def _sum(part: Parted, language: Language) -> Parts:
    return (
        ("", "c-figures"),
        (signed(part.over, language), "c-text-soft" if part.faint_over else "c-text-v"),
        (" ", "c-figures"),
        (_added(part.under, language), "c-text-soft" if part.faint_under else "c-text-r"),
        (" = ", "c-figures"),
        (signed(part.gap, language), "c-strong"),
    )


def _added(value: float, language: Language) -> str:
    written = signed(value, language)
    return f"{written[0]} {written[1:]}" if written[0] in "+−" else f"+ {written}"


def _keys(parts: Sequence[Parted], language: Language) -> list[Key]:
    grey = pick(
        language, "grijs: geen verschil met de norm aan te tonen", "grey: no difference from the norm shown"
    )
    faint = any(part.faint_over or part.faint_under for part in parts)
    return [
        Key("c-over", pick(language, "V − N boven de norm verwacht", "V − N expected above the norm")),
        Key("c-under", pick(language, "N − R onder de norm gekregen", "N − R received under the norm")),
        *([Key("c-under-faint", grey)] if faint else []),
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
