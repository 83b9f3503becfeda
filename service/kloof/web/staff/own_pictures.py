"""What the pictures of a salesperson's own pages are made of, and the words that stand beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from kloof.actions.staff.own_feedback import OwnFigures, Period
from kloof.domain.notation import number, signed
from kloof.domain.staff.over_promise import printed
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.gap import AspectGap
from kloof.publish.charts import own_pictures as charts
from kloof.publish.charts.own_pictures import AspectMarks
from kloof.web.app.language import language, say

FIRST: Final = 5
"""Aspects that stand open; the others are one step away."""
MOST_PERIODS: Final = 5


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One aspect of a picture: its name, its printed figures and its strip."""

    name: str
    gap: AspectGap
    company: AspectGap | None
    strip: Markup


@dataclass(frozen=True, slots=True)
class AspectPicture:
    """All aspects of one survey, the widest gap first, and the numbers of the scale under them."""

    rows: tuple[PictureRow, ...]
    numbers: Markup

    @property
    def first(self) -> tuple[PictureRow, ...]:
        return self.rows[:FIRST]

    @property
    def others(self) -> tuple[PictureRow, ...]:
        return self.rows[FIRST:]

    @property
    def has_more(self) -> bool:
        """Somebody got more than was expected, which has a mark of its own."""
        return any(row.gap.gap is not None and row.gap.gap < 0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class PeriodColumn:
    """What stands under one period: from which quarter to which, of how many answers, and V and R."""

    words: str
    answers: int
    gap: AspectGap


@dataclass(frozen=True, slots=True)
class AspectTrend:
    """One aspect over the last quarters."""

    aspect: str
    name: str
    picture: Markup
    columns: tuple[PeriodColumn, ...]


def aspect_picture(
    survey: Survey, gaps: Sequence[AspectGap], company: Mapping[str, AspectGap], decimals: int = 1
) -> AspectPicture:
    """The picture of these gaps, beside what the company published, by aspect."""
    # What is on neither side has no place in a picture; the table says so.
    shown = [gap for gap in printed(gaps) if gap.expectation is not None or gap.reality is not None]
    marks = [AspectMarks(gap, _printed(company.get(gap.aspect))) for gap in shown]
    axis = charts.axis_of(marks, survey.scale)
    names = {aspect.id: aspect.name[language()] for aspect in survey.aspects}
    rows = (
        PictureRow(
            names[one.gap.aspect],
            one.gap,
            one.company,
            Markup(  # noqa: S704  written by the room of charts
                charts.aspect_strip(
                    one,
                    axis,
                    _in_words(names[one.gap.aspect], one, decimals),
                    f"{survey.id}-{survey.version}-{one.gap.aspect}",
                )
            ),
        )
        for one in marks
    )
    return AspectPicture(tuple(rows), Markup(charts.numbers(axis)))  # noqa: S704


def _printed(gap: AspectGap | None) -> AspectGap | None:
    return printed([gap])[0] if gap else None


def _in_words(name: str, marks: AspectMarks, decimals: int) -> str:
    """What a strip shows, for whoever points at it; on the page the figures stand beside it."""
    spoken, gap = language(), marks.gap
    parts = [
        (say("expected"), gap.expectation),
        (say("got"), gap.reality),
        (say("our norm"), gap.norm),
    ]
    known = [
        f"{words} {number(value, spoken, decimals if words != parts[2][0] else 1)}"
        for words, value in parts
        if value is not None
    ]
    return f"{name}: {', '.join(known)}"


def trends(figures: OwnFigures) -> Iterator[AspectTrend]:
    """One per core aspect, in the survey's order; none before there are two periods."""
    last = figures.periods[-MOST_PERIODS:]
    if figures.together_of_enough is None or len(last) < 2:
        return
    survey = figures.survey
    by_aspect = [{gap.aspect: gap for gap in printed(one.total.gaps)} for one in last]
    for aspect in survey.core:
        name = aspect.name[language()]
        gaps = [one[aspect.id] for one in by_aspect]
        drawing = charts.periods(
            gaps,
            aspect.norm,
            survey.scale,
            say("{aspect} over time", aspect=name),
            f"{survey.id}-{survey.version}-{aspect.id}-time",
        )
        columns = (
            PeriodColumn(_quarters(one), one.total.customers, gap)
            for one, gap in zip(last, gaps, strict=True)
        )
        yield AspectTrend(aspect.id, name, Markup(drawing), tuple(columns))  # noqa: S704  our own room of charts


def _quarters(period: Period) -> str:
    """`kw 2 2026`, `kw 1–2 2026`, `kw 4 2025 – kw 1 2026`."""
    first, last = (name.split(" Q") for name in (period.first, period.last))
    if first == last:
        return say("Q{number} {year}", number=last[1], year=last[0])
    if first[0] == last[0]:
        return say("Q{number} {year}", number=f"{first[1]}–{last[1]}", year=last[0])
    return " – ".join(say("Q{number} {year}", number=number, year=year) for year, number in (first, last))


def kept_bar(counts: Sequence[int]) -> Markup:
    """Kept, partly, not, as a bar."""
    kept, partly, broken = counts
    title = say("{kept} kept, {partly} partly, {broken} not", kept=kept, partly=partly, broken=broken)
    styles = ("own-kept", "own-partly", "own-broken")
    return Markup(charts.kept_bar(counts, styles, title, "kept"))  # noqa: S704


def mark(value: float | None) -> str:
    """A customer's own mark, which is whole."""
    return "–" if value is None else number(value, language(), 0)


def whole_gap(value: float | None) -> str:
    """The difference between two whole marks."""
    return "–" if value is None else signed(value, language(), 0)


def mid_sentence(name: str) -> str:
    """The name of an aspect within a sentence: `doorlooptijd`, `ICT-hulp`."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
