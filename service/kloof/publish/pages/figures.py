"""From readings to pictures and tables: what stands beside what, in which order and under which name."""

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from kloof.domain.findings import AspectReading, BesideNorm, CellReading, Evidence, GapFound, SplitFound
from kloof.domain.notation import interval, number, percent_interval, signed
from kloof.domain.releases.document import PublishedSurvey
from kloof.domain.statistics import CoarseShare, Gap, Interval, Mean, PrintedGap, decimals_of
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.charts.split import Parted
from kloof.publish.pages.markup import capital, folded, table
from kloof.publish.words import pick

LOWEST, HIGHEST = 5, 95
"""Published shares that stand for "under 10%" and "over 90%"."""


def pair(name: str, found: GapFound, norm: float | None = None) -> DumbbellRow:
    """A gap as it is drawn: at the values that are printed, which are as fine as rounding allows."""
    printed, ends = found.figure.printed(), found.figure.difference.interval
    drawn = None if ends is None else (ends.low, ends.high)
    unseen = found.evidence in (Evidence.AMONG_MANY, Evidence.NONE)
    return DumbbellRow(name, float(printed.expectation), float(printed.reality), drawn, norm, faint=unseen)


def gap_title(found: GapFound, language: Language, name: str = "") -> str:
    """What a picture of one gap shows; `name` where it is of one aspect."""
    title = _said_of(found, language)
    return f"{name}: {title}" if name else capital(title)


def _said_of(found: GapFound, language: Language) -> str:
    printed = found.figure.printed()
    v, r = number(float(printed.expectation), language), number(float(printed.reality), language)
    if found.evidence is Evidence.UNKNOWN:
        return pick(language, f"verwacht {v}, gekregen {r}", f"expected {v}, received {r}")
    if found.evidence is Evidence.DEMONSTRABLE:
        apart = (
            number(abs(float(printed.gap)), language) if printed.gap else pick(language, "iets", "a little")
        )
        if found.figure.difference.mean > 0:
            return pick(
                language,
                f"klanten kregen {apart} minder dan verwacht",
                f"customers got {apart} less than expected",
            )
        return pick(
            language, f"klanten kregen {apart} meer dan verwacht", f"customers got {apart} more than expected"
        )
    if found.small and not found.apart:
        return pick(language, "geen verschil dat ertoe doet", "no difference that matters")
    mean = pick(language, "gemiddeld ", "on average ") if found.apart else ""
    return mean + pick(language, "geen aantoonbaar verschil", "no demonstrable difference")


def aspects_title(found: Sequence[tuple[AspectReading, GapFound]], language: Language) -> str:
    """What a picture of all aspects shows: where the gap is largest, of those that can be demonstrated."""
    if len(found) == 1:
        return gap_title(found[0][1], language, found[0][0].aspect.name[language])
    if any(gap.evidence is Evidence.UNKNOWN for _, gap in found):
        return pick(language, "Verwacht en gekregen, per aspect", "Expected and received, by aspect")
    sure = shown(found)
    if not sure:
        return pick(
            language,
            "Bij geen aspect is een verschil aan te tonen",
            "No aspect shows a demonstrable difference",
        )
    short = printed_gap_of(sure[0]) > 0
    ends = largest(sure if short else sure[::-1])
    at = signed(printed_gap_of(ends[0]), language)
    if len(ends) > MOST_NAMED:
        names = pick(language, f"{len(ends)} aspecten", f"{len(ends)} aspects")
    else:
        names = pick(language, " en ", " and ").join(one.aspect.name[language] for one, _ in ends)
    if short:
        return pick(language, f"Grootste kloof: {names} ({at})", f"Largest gap: {names} ({at})")
    return pick(
        language, f"Meest boven verwachting: {names} ({at})", f"Furthest above expectation: {names} ({at})"
    )


MOST_NAMED: Final = 2
"""Aspects with one and the same gap that are named; more are counted."""


def shown(found: Sequence[tuple[AspectReading, GapFound]]) -> list[tuple[AspectReading, GapFound]]:
    """Those of which a difference can be demonstrated."""
    return [one for one in found if one[1].evidence is Evidence.DEMONSTRABLE]


def largest(found: Sequence[tuple[AspectReading, GapFound]]) -> list[tuple[AspectReading, GapFound]]:
    """Those whose gap is printed as that of the first is."""
    return [one for one in found if printed_gap_of(one) == printed_gap_of(found[0])]


def printed_gap_of(one: tuple[AspectReading, GapFound]) -> float:
    """S as it is printed."""
    return float(one[1].figure.printed().gap)


def by_gap(reading: CellReading) -> list[tuple[AspectReading, GapFound]]:
    """The aspects of one cell with a gap, the largest as printed first: in one order on the whole page."""
    found = [(aspect, aspect.gap) for aspect in reading.aspects if isinstance(aspect.gap, GapFound)]
    return sorted(found, key=lambda one: (-one[1].figure.printed().gap, one[0].aspect.id))


def aspect_pairs(reading: CellReading, language: Language) -> list[DumbbellRow]:
    """The aspects of one cell as they are drawn, the largest gap first."""
    return [pair(aspect.aspect.name[language], gap, aspect.aspect.norm) for aspect, gap in by_gap(reading)]


def aspect_parts(reading: CellReading, language: Language) -> list[Parted]:
    """The aspects that have a norm, split by it; the largest gap first."""
    return [parted(aspect.aspect.name[language], split) for aspect, split in splits_of(reading)]


def with_deals(name: str, found: GapFound, language: Language) -> str:
    """The name of a group with how many deals it has, for a picture that stands alone."""
    return f"{name} (n {number(found.basis.deals, language, 0)})"


def split_title(printed: PrintedGap, language: Language) -> str:
    """On which side of the norm expectation and delivery stood, in figures."""
    over, under = float(printed.overpromise or 0), float(printed.underdelivery or 0)
    v, r = number(abs(over), language), number(abs(under), language)
    expected = (
        pick(language, f"verwachting {v} boven onze norm", f"expectation {v} above our norm")
        if over > 0
        else pick(language, f"verwachting {v} onder onze norm", f"expectation {v} below our norm")
        if over < 0
        else pick(language, "verwachting op onze norm", "expectation at our norm")
    )
    delivered = (
        pick(language, f"levering {r} eronder", f"delivery {r} below it")
        if under > 0
        else pick(language, f"levering {r} erboven", f"delivery {r} above it")
        if under < 0
        else pick(language, "levering erop", "delivery at it")
    )
    return f"{expected}, {delivered}"


def parted(name: str, split: SplitFound | BesideNorm) -> Parted:
    """Both sides of a gap as they are drawn: grey where no difference from the norm can be shown."""
    sides = (split.overpromise, split.underdelivery) if isinstance(split, SplitFound) else ()
    faint = [one in (Evidence.AMONG_MANY, Evidence.NONE) for one in sides]
    over, under = split.printed.overpromise or 0, split.printed.underdelivery or 0
    return Parted(name, float(over), float(under), *faint)


def splits_of(reading: CellReading) -> Iterable[tuple[AspectReading, SplitFound]]:
    """Every aspect that was split by its norm, with the split; the largest gap first."""
    for aspect, _ in by_gap(reading):
        for finding in aspect.findings:
            if isinstance(finding, SplitFound):
                yield aspect, finding


def shared_axis(survey: PublishedSurvey, pairs: Iterable[DumbbellRow]) -> Axis:
    """One stretch of the survey's scale for all these pairs."""
    return Axis.around((value for one in pairs for value in one.reach), survey.scale.low, survey.scale.high)


def gap_head(language: Language, first: str, last: str = "") -> list[str]:
    """The head of a table of gaps; `last` where its rows do not end with a number of deals."""
    return pick_all(
        language,
        [first, "Verwacht (V)", "Gekregen (R)", "Kloof (S = V − R)", "95%-interval", last or "Deals"],
        [first, "Expected (V)", "Received (R)", "Gap (S = V − R)", "95% interval", last or "Deals"],
    )


def gap_row(name: str, found: GapFound, language: Language) -> list[str]:
    """One row under `gap_head`."""
    return row_of(name, found.figure, found.basis.deals, language)


def row_of(name: str, gap: Gap, last: int, language: Language) -> list[str]:
    """A gap under `gap_head`, with the whole number of its last column."""
    printed = gap.printed()
    return [
        name,
        number(float(printed.expectation), language),
        number(float(printed.reality), language),
        signed(float(printed.gap), language),
        ends(gap.difference, language),
        number(last, language, 0),
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
