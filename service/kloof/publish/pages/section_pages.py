"""The overview of one survey, and what its other pages share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from kloof.domain.findings import CellReading, GapFound, NotEnough
from kloof.domain.notation import number
from kloof.domain.releases.document import Cell, Level, PracticeCell, PublishedSurvey
from kloof.domain.text import Language, Text
from kloof.publish.charts.drawing import Drawing
from kloof.publish.charts.dumbbell import DumbbellRow, dumbbells
from kloof.publish.charts.equation import equation
from kloof.publish.pages.figures import (
    aspect_pairs,
    aspects_title,
    by_gap,
    gap_head,
    gap_row,
    gap_table,
    gap_title,
    pair,
    shared_axis,
)
from kloof.publish.pages.markup import table, to
from kloof.publish.pages.site_data import SurveySection
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


@dataclass(frozen=True, slots=True)
class LevelName:
    """What groups of one level are called, together and one by one."""

    several: Text
    one: Text


LEVELS: Final = {
    Level.PRODUCT: LevelName(Text(nl="Producten", en="Products"), Text(nl="Product", en="Product")),
    Level.REGION: LevelName(Text(nl="Regio’s", en="Regions"), Text(nl="Regio", en="Region")),
    Level.TEAM: LevelName(Text(nl="Teams", en="Teams"), Text(nl="Team", en="Team")),
}


def write_overview(writer: SiteWriter, section: SurveySection) -> None:
    """The survey's first page."""
    company, language = section.company, writer.language
    here = PageRef(writer, f"{section.slug}/index")
    values: dict[str, object] = {"overall": None, "not_enough": None}
    if company is not None and isinstance(company.overall, NotEnough):
        values["not_enough"] = company.overall
    elif company is not None:
        values = _overview(writer, here, section, company)
    about = pick(language, "Verwacht en gekregen, per aspect", "Expected and received, by aspect")
    writer.page(f"{section.slug}/index", "subject", section.title(language), about, **values)


def _overview(
    writer: SiteWriter, here: PageRef, section: SurveySection, company: CellReading
) -> dict[str, object]:
    language = writer.language
    return {
        "overall": company.overall,
        "not_enough": None,
        "equation": equation_picture(writer, here, section),
        "summary": writer.say(company.summary),
        "dumbbells": here.picture(
            aspects_drawing(section, company, aspect_pairs(company, language), language),
            f"{section.slug}-aspects",
            about(writer, section, counted(company.cell, language)),
        ),
        "table": aspects_table(here, section, company),
        "not_enough_aspects": [r.gap for r in company.aspects if isinstance(r.gap, NotEnough)],
    }


def aspects_drawing(
    section: SurveySection, company: CellReading, rows: Sequence[DumbbellRow], language: Language
) -> Drawing:
    """V and R of the company's aspects, or of those that are given; its title says which gap is the largest."""
    return dumbbells(
        rows, shared_axis(section.survey, rows), aspects_title(by_gap(company), language), language
    )


def aspects_table(here: PageRef, section: SurveySection, company: CellReading) -> Markup:
    """All aspects in figures, the largest gap first; each name leads to its page."""
    language = here.writer.language
    rows = [
        gap_row(
            to(here.to(f"{section.slug}/aspects/{reading.aspect.id}"), reading.aspect.name[language]),
            gap,
            language,
        )
        for reading, gap in by_gap(company)
    ]
    caption = pick(language, "Verwacht en gekregen, per aspect", "Expected and received, by aspect")
    return table(caption, gap_head(language, "Aspect"), rows)


def titled(section: SurveySection, title: str, language: Language) -> str:
    """The title of a page of this survey."""
    return f"{section.title(language)}: {title[0].lower()}{title[1:]}"


def equation_picture(writer: SiteWriter, here: PageRef, section: SurveySection) -> Markup:
    """V − R = S over all aspects of the survey; the company's cell has a gap."""
    company, language = section.company, writer.language
    if company is None or not isinstance(company.overall, GapFound):
        return Markup()
    whole = pair(pick(language, "Alle aspecten samen", "All aspects together"), company.overall)
    drawing = equation(
        whole, shared_axis(section.survey, [whole]), gap_title(company.overall, language), language
    )
    rests = pick(language, "alle aspecten samen · ", "all aspects together · ")
    rests += counted(company.cell, language)
    picture = here.picture(drawing, f"{section.slug}-whole", about(writer, section, rests))
    return below(picture, gap_table(whole.name, company.overall, language))


def below(picture: Markup, content: Markup) -> Markup:
    """A picture, and its figures under it."""
    return picture + Markup("\n\n") + content


def about(writer: SiteWriter, section: SurveySection, rests: str, *, marks: bool = True) -> str:
    """What a picture is about, for who sees it by itself: the survey, what it rests on, the day and the scale."""
    known = [section.title(writer.language), rests, writer.day]
    return " · ".join([*known, span(section.survey, writer.language)] if marks else known)


def span(survey: PublishedSurvey, language: Language) -> str:
    """`scale 0 to 10`."""
    scale = survey.scale
    return pick(language, f"schaal {scale.low} tot {scale.high}", f"scale {scale.low} to {scale.high}")


def by_name(language: Language) -> str:
    """What a picture of groups says in place of a number: each group has its own, and none stands above another."""
    return pick(language, "op naam, met n deals per groep", "by name, with n deals in each group")


def counted(cell: Cell | PracticeCell, language: Language) -> str:
    """`63 deals of at least 55 customers`."""
    deals, customers = number(cell.n, language, 0), number(cell.customers, language, 0)
    if not cell.customers:
        return f"{deals} deals"
    return pick(
        language,
        f"{deals} deals van minstens {customers} klanten",
        f"{deals} deals of at least {customers} customers",
    )
