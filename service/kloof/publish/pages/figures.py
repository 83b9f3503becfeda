"""From readings to pictures and tables: what stands beside what, in which order and under which name."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from markupsafe import Markup

from kloof.domain.findings import AspectReading, CellReading, GapFound, SplitFound
from kloof.domain.notation import MINUS, interval, number, signed
from kloof.domain.releases.document import PublishedSurvey
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.charts.split import Parted
from kloof.publish.pages.markup import folded, table
from kloof.publish.words import pick


def pair(name: str, found: GapFound, norm: float | None = None) -> DumbbellRow:
    """A gap as it is drawn."""
    figure = found.figure
    ends = figure.difference.interval
    return DumbbellRow(name, figure.expectation, figure.reality, (ends.low, ends.high), norm)


def rounding_note(one: DumbbellRow, language: Language) -> str:
    """A sentence where the three figures, each rounded by itself, do not add up; else nothing."""
    v, r, s = (Decimal(number(value, "en").replace(MINUS, "-")) for value in (one.v, one.r, one.gap))
    if v - r == s:
        return ""
    return pick(
        language, " Afgerond telt de som niet precies op.", " Rounded, the sum does not add up exactly."
    )


def aspect_pairs(reading: CellReading, language: Language) -> list[DumbbellRow]:
    """The aspects of one cell, the largest gap first."""
    pairs = [
        pair(aspect.aspect.name[language], aspect.gap, aspect.aspect.norm)
        for aspect in reading.aspects
        if isinstance(aspect.gap, GapFound)
    ]
    return sorted(pairs, key=lambda one: -one.gap)


def aspect_parts(reading: CellReading, language: Language) -> list[Parted]:
    """The aspects that have a norm, split by it; the largest gap first."""
    parts = []
    for aspect, split in splits_of(reading):
        figure = split.figure
        parts.append(Parted(aspect.aspect.name[language], figure.overpromise.mean, figure.underdelivery.mean))
    return sorted(parts, key=lambda part: -part.gap)


def splits_of(reading: CellReading) -> Iterable[tuple[AspectReading, SplitFound]]:
    """Every aspect that was split by its norm, with the split."""
    for aspect in reading.aspects:
        for finding in aspect.findings:
            if isinstance(finding, SplitFound):
                yield aspect, finding


def shared_axis(survey: PublishedSurvey, pairs: Iterable[DumbbellRow]) -> Axis:
    """One stretch of the survey's scale for all these pairs."""
    return Axis.around((value for one in pairs for value in one.reach), survey.scale.low, survey.scale.high)


def gap_head(language: Language, first: str) -> list[str]:
    """The head of a table of gaps."""
    return pick_all(
        language,
        [first, "Verwacht (V)", "Gekregen (R)", "Kloof (S = V − R)", "95%-interval", "Klanten"],
        [first, "Expected (V)", "Received (R)", "Gap (S = V − R)", "95% interval", "Customers"],
    )


def gap_row(name: str, found: GapFound, language: Language) -> list[str]:
    """One row under `gap_head`."""
    figure, ends = found.figure, found.figure.difference.interval
    return [
        name,
        number(figure.expectation, language),
        number(figure.reality, language),
        signed(figure.difference.mean, language),
        interval(ends.low, ends.high, language),
        number(found.basis.customers, language, 0),
    ]


def gap_table(name: str, found: GapFound, language: Language) -> Markup:
    """The figures of a picture of one gap, folded."""
    title = pick(language, "De cijfers als tabel", "The figures as a table")
    return folded(title, table(name, gap_head(language, "Aspect"), [gap_row(name, found, language)]))


def pick_all(language: Language, dutch: Sequence[str], english: Sequence[str]) -> list[str]:
    """The words of one language."""
    return [pick(language, nl, en) for nl, en in zip(dutch, english, strict=True)]


def in_ten(count: int, n: int) -> int:
    """How many in 10 `count` of `n` are, rounded down: it is never said to be more than it is."""
    return count * 10 // n
