"""The overview of one survey, and what its other pages share."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from kloof.domain.findings import CellReading, GapFound, NotEnough
from kloof.domain.notation import number, signed
from kloof.domain.releases.document import Cell, Level, PracticeCell
from kloof.domain.text import Language, Text
from kloof.publish.charts.dumbbell import dumbbells
from kloof.publish.charts.equation import equation
from kloof.publish.pages.figures import (
    aspect_pairs,
    by_gap,
    gap_head,
    gap_row,
    gap_table,
    pair,
    shared_axis,
)
from kloof.publish.pages.markup import links, table
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
    Level.REGION: LevelName(Text(nl="Regio's", en="Regions"), Text(nl="Regio", en="Region")),
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
    pairs = aspect_pairs(company, language)
    title = pick(language, "Verwacht en gekregen, per aspect", "Expected and received, by aspect")
    picture = dumbbells(pairs, shared_axis(section.survey, pairs), title, language)
    rows = [gap_row(reading.aspect.name[language], gap, language) for reading, gap in by_gap(company)]
    head = gap_head(language, pick(language, "Aspect", "Aspect"))
    return {
        "overall": company.overall,
        "not_enough": None,
        "equation": equation_picture(writer, here, section),
        "summary": writer.say(company.summary),
        "dumbbells": here.picture(picture, f"{section.slug}-aspects", basis(company, language)),
        "table": table(title, head, rows),
        "not_enough_aspects": [r.gap for r in company.aspects if isinstance(r.gap, NotEnough)],
        "aspect_links": _aspect_links(here, section, language),
    }


def titled(section: SurveySection, title: str, language: Language) -> str:
    """The title of a page of this survey."""
    return f"{section.title(language)}: {title[0].lower()}{title[1:]}"


def equation_picture(writer: SiteWriter, here: PageRef, section: SurveySection) -> Markup:
    """V − R = S over all aspects of the survey; the company's cell has a gap."""
    company, language = section.company, writer.language
    if company is None or not isinstance(company.overall, GapFound):
        return Markup()
    whole = pair(pick(language, "Alle aspecten samen", "All aspects together"), company.overall)
    axis = shared_axis(section.survey, [whole])
    title = f"{section.title(language)}: V − R = S"
    caption = pick(language, "Gemiddeld over alle aspecten. ", "Averaged over all aspects. ")
    drawing = equation(whole, axis, title, language)
    caption += basis(company, language)
    picture = here.picture(drawing, f"{section.slug}-whole", caption)
    return below(picture, gap_table(whole.name, company.overall, language))


def below(picture: Markup, content: Markup) -> Markup:
    """A picture, and its figures under it."""
    return picture + Markup("\n\n") + content


def basis(reading: CellReading, language: Language) -> str:
    """What the figures of a cell rest on."""
    return f"{counted(reading.cell, language)}."


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


def _aspect_links(here: PageRef, section: SurveySection, language: Language) -> Markup:
    gaps = by_gap(section.company) if section.company else []
    items = [
        (
            here.to(f"{section.slug}/aspects/{reading.aspect.id}"),
            reading.aspect.name[language],
            pick(language, "kloof ", "gap ") + signed(float(gap.figure.printed().gap), language),
        )
        for reading, gap in gaps
    ]
    return links(items, leaf_through=True)
