"""Products, regions and teams, by name; and which of them are not published."""

from markupsafe import Markup

from kloof.domain.findings import GapFound, Withheld
from kloof.domain.notation import number, percent
from kloof.domain.releases.document import Level, Place, ResponseCounts
from kloof.domain.statistics import LEAST_ASKED
from kloof.domain.text import Language
from kloof.publish.charts.dumbbell import dumbbells
from kloof.publish.pages.figures import gap_head, gap_row, pair, pick_all, shared_axis, with_deals
from kloof.publish.pages.markup import table
from kloof.publish.pages.section_pages import LEVELS, about, by_name, titled
from kloof.publish.pages.site_data import SurveySection, named
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_groups(writer: SiteWriter, section: SurveySection) -> None:
    """Products, regions and teams; and which groups have deals and are not published."""
    language, path = writer.language, f"{section.slug}/groups"
    here = PageRef(writer, path)
    groups = [group for level in LEVELS if (group := _group(here, section, level))]
    title = pick(language, "Producten, regio’s en teams", "Products, regions and teams")
    values = {
        "withheld": sorted(_place(place, language) for place in section.withheld),
        "reason": Withheld(),
        "deals": _deals(section, language),
    }
    writer.page(path, "groups", titled(section, title, language), "", groups=groups, **values)


def _deals(section: SurveySection, language: Language) -> Markup | None:
    """How far the deals of each group came, also where nothing of it is published."""
    head = pick_all(
        language,
        ["Groep", "Deals gestart", "Beide antwoorden", "Daarvan gepubliceerd", "Deel met beide antwoorden"],
        ["Group", "Deals started", "Both answers", "Of them published", "Share with both answers"],
    )
    rows = [
        [
            _place(counts, language),
            number(counts.deals_started, language, 0),
            number(counts.pairs, language, 0),
            number(counts.pairs_published, language, 0),
            _share_of(counts, language),
        ]
        for counts in section.response
        if counts.level is not Level.COMPANY
    ]
    caption = pick(language, "Deals per groep, afgerond op vijf", "Deals of each group, to the nearest five")
    return table(caption, head, rows) if rows else None


def _share_of(counts: ResponseCounts, language: Language) -> str:
    if counts.deals_started < LEAST_ASKED:
        return "–"
    return percent(min(1.0, counts.pairs / counts.deals_started), language)


def _group(here: PageRef, section: SurveySection, level: Level) -> dict[str, object] | None:
    parts = section.of_level(level)
    found = [(named(part.cell), part.overall) for part in parts if isinstance(part.overall, GapFound)]
    if not found:
        return None
    language, title = here.writer.language, LEVELS[level].several[here.writer.language]
    pairs = [pair(with_deals(name, gap, language), gap) for name, gap in found]
    caption = title + pick(language, ": verwacht en gekregen", ": expected and received")
    drawing = dumbbells(pairs, shared_axis(section.survey, pairs), caption, language)
    rows = [gap_row(name, gap, language) for name, gap in found]
    return {
        "title": title,
        "anchor": level.value,
        "picture": here.picture(
            drawing,
            f"{section.slug}-{level.value}",
            about(here.writer, section, by_name(language)),
        ),
        "table": table(caption, gap_head(language, LEVELS[level].one[language]), rows),
    }


def _place(place: Place, language: Language) -> str:
    return named(place) or pick(language, "het hele bedrijf", "the whole company")
