"""The three pictures of the first page: where the gap is, on which side of the norm, and what changed."""

from typing import Final

from markupsafe import Markup

from kloof.domain.findings import CellReading, ChangeFound, Evidence, SplitFound
from kloof.domain.notation import month, month_name, number
from kloof.domain.statistics import Difference, Gap
from kloof.domain.text import Language
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.charts.slope import slope
from kloof.publish.charts.split import stacked
from kloof.publish.pages.figures import by_gap, gap_head, pair, parted, row_of, shared_axis, splits_of
from kloof.publish.pages.markup import capital, folded, table
from kloof.publish.pages.norm_pages import sides_title, split_table
from kloof.publish.pages.section_pages import about, aspects_drawing, aspects_table, counted, span
from kloof.publish.pages.site_data import SurveySection
from kloof.publish.pages.site_writer import PageRef
from kloof.publish.words import pick

MOST_ROWS: Final = 8
"""Aspects in a picture of the first page; its table, and the page about all of them, have the others too."""

_PARTS: Final = (
    (0.18, "bijna niets", "hardly any"),
    (0.29, "ongeveer een kwart", "about a quarter"),
    (0.41, "ongeveer een derde", "about a third"),
    (0.59, "ongeveer de helft", "about half"),
    (0.71, "ongeveer twee derde", "about two thirds"),
    (0.82, "ongeveer driekwart", "about three quarters"),
    (1.01, "bijna alles", "nearly all"),
)
"""Up to which share a part of a gap is called so."""


def where(here: PageRef, section: SurveySection, company: CellReading) -> Markup:
    """V and R by aspect, the largest gap first."""
    language = here.writer.language
    found = by_gap(company)
    rows = [pair(aspect.aspect.name[language], gap, aspect.aspect.norm) for aspect, gap in found[:MOST_ROWS]]
    return here.picture(
        aspects_drawing(section, company, rows, language),
        f"{section.slug}-where",
        about(here.writer, section, _of_all(company, len(found), language)),
        _as_table(aspects_table(here, section, company), language),
        question=pick(language, "Waar zit de kloof?", "Where is the gap?"),
        here=_on_the_page(section, len(found), language),
    )


def _of_all(company: CellReading, n: int, language: Language) -> str:
    return " · ".join([counted(company.cell, language), *_only_largest(n, language)])


def _on_the_page(section: SurveySection, n: int, language: Language) -> str:
    return " · ".join([capital(span(section.survey, language)), *_only_largest(n, language)])


def _only_largest(n: int, language: Language) -> list[str]:
    if n <= MOST_ROWS:
        return []
    return [pick(language, f"de {MOST_ROWS} grootste van {n}", f"the largest {MOST_ROWS} of {n}")]


def sides(here: PageRef, section: SurveySection, company: CellReading) -> Markup:
    """Expectation above the norm and delivery below it, by aspect; nothing where none has a norm."""
    language = here.writer.language
    found = list(splits_of(company))
    if not found:
        return Markup()
    parts = [parted(aspect.aspect.name[language], split) for aspect, split in found[:MOST_ROWS]]
    title = _share_of_largest(company, language) or sides_title(company, language)
    caption = pick(
        language, "Verwachting en levering naast onze norm", "Expectation and delivery beside our norm"
    )
    return here.picture(
        stacked(parts, title, language),
        f"{section.slug}-sides",
        about(here.writer, section, _of_all(company, len(found), language)),
        _as_table(split_table(found, caption, language), language),
        question=pick(language, "Verkoop of uitvoering?", "Sales or delivery?"),
        here=_on_the_page(section, len(found), language),
    )


def _share_of_largest(company: CellReading, language: Language) -> str:
    """Which part of the largest gap is expectation above the norm; only where both sides can be demonstrated."""
    for aspect, split in splits_of(company):
        over, under = float(split.printed.overpromise or 0), float(split.printed.underdelivery or 0)
        if not _both_add(split) or over + under <= 0:
            return ""
        name, share = aspect.aspect.name[language], over / (over + under)
        words = next(words for words in _PARTS if share <= words[0])
        return pick(
            language,
            f"{name}: {words[1]} van de kloof is verwachting boven onze norm, de rest levering eronder",
            f"{name}: {words[2]} of the gap is expectation above our norm, the rest delivery below it",
        )
    return ""


def _both_add(split: SplitFound) -> bool:
    figure = split.figure
    return all(
        evidence is Evidence.DEMONSTRABLE and side.mean > 0
        for evidence, side in (
            (split.overpromise, figure.overpromise),
            (split.underdelivery, figure.underdelivery),
        )
    )


def changed(here: PageRef, section: SurveySection, change: ChangeFound) -> Markup:
    """Those who came in with a release beside those who came in with the one before it."""
    language = here.writer.language
    since = month(change.since, language)
    before = _moment(change.before, _before(change, language))
    after = _moment(change.new, pick(language, f"sinds {since}", f"since {since}"))
    both = number(change.new.difference.n + change.before.difference.n, language, 0)
    caption = (
        pick(language, "Nieuwe deals naast die daarvoor", "New deals beside those before")
        if change.before_since is None
        else pick(
            language,
            "Nieuwe deals naast die van de publicatie daarvoor",
            "New deals beside those of the release before",
        )
    )
    rows = [
        row_of(one.name, gap, gap.difference.n, language)
        for one, gap in ((before, change.before), (after, change.new))
    ]
    head = gap_head(language, pick(language, "Deals", "Deals"))
    return here.picture(
        slope(
            before, after, shared_axis(section.survey, (before, after)), _verdict(change, language), language
        ),
        f"{section.slug}-changed",
        about(here.writer, section, f"{both} deals"),
        _as_table(table(caption, head, rows), language),
        question=pick(language, "Wat veranderde?", "What changed?"),
        here=capital(span(section.survey, language)),
    )


def _before(change: ChangeFound, language: Language) -> str:
    until = month(change.since, language)
    if change.before_since is None:
        return pick(language, f"tot {until}", f"until {until}")
    if month(change.before_since, language) == until:
        return until
    return f"{month_name(change.before_since, language)} – {until}"


def _moment(gap: Gap, name: str) -> DumbbellRow:
    printed = gap.printed()
    v, r = float(printed.expectation), float(printed.reality)
    return DumbbellRow(name, v, r, deals=gap.difference.n)


def _verdict(change: ChangeFound, language: Language) -> str:
    if not isinstance(change.figure, Difference) or change.evidence is Evidence.UNKNOWN:
        return pick(
            language,
            "Of er iets veranderde, is nog niet te zeggen",
            "Whether anything changed cannot be said yet",
        )
    if change.evidence is not Evidence.DEMONSTRABLE:
        return pick(
            language, "Bij nieuwe deals is geen verandering te zien", "No change to be seen among new deals"
        )
    if change.figure.value > 0:
        return pick(
            language,
            "Bij nieuwe deals is de kloof aantoonbaar groter",
            "Among new deals the gap is demonstrably larger",
        )
    return pick(
        language,
        "Bij nieuwe deals is de kloof aantoonbaar kleiner",
        "Among new deals the gap is demonstrably smaller",
    )


def _as_table(content: Markup, language: Language) -> Markup:
    return folded(pick(language, "De cijfers als tabel", "The figures as a table"), content)
