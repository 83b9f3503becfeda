"""The pages about all surveys together: what the home page says, and the first page of the findings."""

from markupsafe import Markup

from kloof.domain.text import Language
from kloof.publish.pages.figures import pick_all
from kloof.publish.pages.markup import links
from kloof.publish.pages.site_data import SiteData, SurveySection
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_first_page(writer: SiteWriter, data: SiteData | None) -> None:
    """`findings/`: every survey with its pages, or that there is no release yet."""
    title = pick(writer.language, "De cijfers", "The findings")
    values: dict[str, object] = {"release": None, "archive": bool(data)}
    if data is not None and data.latest is not None:
        here = PageRef(writer, "index")
        told = [_told(writer, here, section) for section in data.sections]
        values |= {"release": data.latest, "told": told, "about_links": _about_links(here, data)}
    writer.page("index", "index", title, **values)


def _told(writer: SiteWriter, here: PageRef, section: SurveySection) -> dict[str, object]:
    company = section.company
    nothing = writer.t("Hierover is nog niets gepubliceerd.", "Nothing has been published about this yet.")
    return {
        "title": section.title(writer.language),
        "anchor": section.slug,
        "line": nothing if company is None else writer.say(company.overall),
        "links": _subject_links(here, section),
    }


def _subject_links(here: PageRef, section: SurveySection) -> Markup:
    pages = section_pages(section, here.writer.language)
    return links([(here.to(path), name, "") for path, name in pages], leaf_through=True)


def section_pages(section: SurveySection, language: Language) -> list[tuple[str, str]]:
    """The pages of one survey that there are, as path under findings/ and name in the menu."""
    slug = section.slug
    pages = [(f"{slug}/index", pick(language, "Alle aspecten", "All aspects"))]
    if section.company is not None:
        pages += [
            (f"{slug}/norm", pick(language, "Naast onze norm", "Against our norm")),
            (f"{slug}/promises", pick(language, "Beloften nagekomen", "Promises kept")),
            (f"{slug}/before-you-promise", pick(language, "Voordat je iets belooft", "Before you promise")),
        ]
    pages.append((f"{slug}/groups", pick(language, "Producten en teams", "Products and teams")))
    if section.practices:
        pages.append((f"{slug}/practices", pick(language, "Werkwijzen", "Practices")))
    if len(section.deliveries) > 1:
        pages.append((f"{slug}/on-time", pick(language, "Op tijd of te laat", "On time or late")))
    return [*pages, (f"{slug}/answered", pick(language, "Wie heeft geantwoord", "Who answered"))]


def about_pages(data: SiteData, language: Language) -> list[tuple[str, str, str]]:
    """The pages about the figures themselves: path, name, and one line. Without figures, those that remain."""
    names = pick_all(
        language,
        ["Zo meten we", "Privacy", "Gegevens", "Publicaties", "Toegankelijkheid"],
        ["How we measure", "Privacy", "Data", "Releases", "Accessibility"],
    )
    lines = pick_all(
        language,
        [
            "Formules, zekerheid, en wat dit niet kan zeggen",
            "Waarom niemand te herkennen is",
            "Alle bestanden, om na te rekenen",
            "Elke publicatie, op een vast adres",
            "Voor iedereen leesbaar",
        ],
        [
            "Formulas, certainty, and what this cannot say",
            "Why nobody can be recognised",
            "All files, to recompute",
            "Each release, at a permanent address",
            "Readable for everybody",
        ],
    )
    paths = ("method", "privacy", "data", "releases/index", "accessibility")
    pages = list(zip(paths, names, lines, strict=True))
    return pages if data.latest is not None else pages[3:]


def _about_links(here: PageRef, data: SiteData) -> Markup:
    pages = about_pages(data, here.writer.language)
    return links([(here.to(path), name, line) for path, name, line in pages], leaf_through=True)
