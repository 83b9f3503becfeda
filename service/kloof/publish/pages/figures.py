"""From readings to pictures and tables: what stands beside what, in which order and under which name."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from kloof.domain.findings import AspectReading, CellReading, GapFound, SplitFound
from kloof.domain.notation import interval, number, percent_interval, signed
from kloof.domain.releases.document import PublishedSurvey
from kloof.domain.statistics import CoarseShare, Interval, Mean, PrintedGap, decimals_of
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.charts.split import Parted
from kloof.publish.pages.markup import folded, table
from kloof.publish.words import pick

LOWEST, HIGHEST = 5, 95
"""Published shares that stand for "under 10%" and "over 90%"."""


def pair(name: str, found: GapFound, norm: float | None = None) -> DumbbellRow:
    """A gap as it is drawn: at the values that are printed, which are as fine as rounding allows."""
    printed, ends = found.figure.printed(), found.figure.difference.interval
    drawn = None if ends is None else (ends.low, ends.high)
    return DumbbellRow(name, float(printed.expectation), float(printed.reality), drawn, norm)


def by_gap(reading: CellReading) -> list[tuple[AspectReading, GapFound]]:
    """The aspects of one cell with a gap, the largest as printed first: in one order on the whole page."""
    found = [(aspect, aspect.gap) for aspect in reading.aspects if isinstance(aspect.gap, GapFound)]
    return sorted(found, key=lambda one: (-one[1].figure.printed().gap, one[0].aspect.id))


def aspect_pairs(reading: CellReading, language: Language) -> list[DumbbellRow]:
    """The aspects of one cell as they are drawn, the largest gap first."""
    return [pair(aspect.aspect.name[language], gap, aspect.aspect.norm) for aspect, gap in by_gap(reading)]


def aspect_parts(reading: CellReading, language: Language) -> list[Parted]:
    """The aspects that have a norm, split by it; the largest gap first."""
    return [parted(aspect.aspect.name[language], split.printed) for aspect, split in splits_of(reading)]


def parted(name: str, printed: PrintedGap) -> Parted:
    """Both sides of a gap as they are drawn."""
    return Parted(name, float(printed.overpromise or 0), float(printed.underdelivery or 0))


def splits_of(reading: CellReading) -> Iterable[tuple[AspectReading, SplitFound]]:
    """Every aspect that was split by its norm, with the split; the largest gap first."""
    for aspect, _ in by_gap(reading):
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
        [first, "Verwacht (V)", "Gekregen (R)", "Kloof (S = V − R)", "95%-interval", "Deals"],
        [first, "Expected (V)", "Received (R)", "Gap (S = V − R)", "95% interval", "Deals"],
    )


def gap_row(name: str, found: GapFound, language: Language) -> list[str]:
    """One row under `gap_head`."""
    printed = found.figure.printed()
    return [
        name,
        number(float(printed.expectation), language),
        number(float(printed.reality), language),
        signed(float(printed.gap), language),
        ends(found.figure.difference, language),
        number(found.basis.deals, language, 0),
    ]


def ends(mean: Mean | Interval, language: Language) -> str:
    """An interval in a table, with a decimal more where an end that is not 0 would read as 0; a dash where none is
    known.
    """
    found = mean.interval if isinstance(mean, Mean) else mean
    return "–" if found is None else interval(found.low, found.high, language, decimals_of(found))


def coarse(percent: int, language: Language) -> str:
    """A published share in a table: `65%`, at the ends `under 10%` and `over 90%`."""
    if percent <= LOWEST:
        return pick(language, "minder dan 10%", "under 10%")
    return pick(language, "meer dan 90%", "over 90%") if percent >= HIGHEST else f"{percent}%"


def share_ends(share: CoarseShare | None, language: Language) -> str:
    """The interval of a share in a table, in per cent; a dash where none is known."""
    return "–" if share is None else percent_interval(share.interval.low, share.interval.high, language)


def gap_table(name: str, found: GapFound, language: Language) -> Markup:
    """The figures of a picture of one gap, folded."""
    title = pick(language, "De cijfers als tabel", "The figures as a table")
    return folded(title, table(name, gap_head(language, "Aspect"), [gap_row(name, found, language)]))


def pick_all(language: Language, dutch: Sequence[str], english: Sequence[str]) -> list[str]:
    """The words of one language."""
    return [pick(language, nl, en) for nl, en in zip(dutch, english, strict=True)]
