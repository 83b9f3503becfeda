"""The pages about all surveys together: what the home page says, and the first page of the findings."""

from collections.abc import Sequence

from markupsafe import Markup

from kloof.domain.findings import AspectReading, GapFound
from kloof.domain.notation import date, signed
from kloof.domain.releases.document import Level, ReleaseDocument
from kloof.domain.releases.format_1 import of_this_format
from kloof.domain.text import Language
from kloof.publish.pages.figures import by_gap, pick_all
from kloof.publish.pages.markup import links
from kloof.publish.pages.section_pages import equation_picture
from kloof.publish.pages.site_data import SiteData, SurveySection
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def home(writer: SiteWriter, data: SiteData | None) -> str:
    """What stands on the company's own first page, in place of `<!-- kloof: home -->`."""
    values: dict[str, object] = {"told": [], "release": None, "archive": bool(data)}
    if data is not None and data.latest is not None:
        here = PageRef(writer, "index", folder="")
        told = [_told(writer, here, section) for section in _with_figures(data)]
        changed = _changed(writer, data, data.latest)
        values |= {"told": told, "release": data.latest, "changed": changed}
    return writer.fragment("home", "index", **values)


def write_first_page(writer: SiteWriter, data: SiteData | None) -> None:
    """`findings/`: every survey with its pages, or that there is no release yet."""
    title = pick(writer.language, "De cijfers", "The findings")
    values: dict[str, object] = {"release": None, "archive": bool(data)}
    if data is not None and data.latest is not None:
        here = PageRef(writer, "index")
        told = [_told(writer, here, section) for section in data.sections]
        values |= {"release": data.latest, "told": told, "about_links": _about_links(here, data)}
    writer.page("index", "index", title, **values)


def _with_figures(data: SiteData) -> list[SurveySection]:
    return [s for s in data.sections if s.company and isinstance(s.company.overall, GapFound)]


def _told(writer: SiteWriter, here: PageRef, section: SurveySection) -> dict[str, object]:
    return {
        "title": section.title(writer.language),
        "anchor": section.slug,
        "picture": equation_picture(writer, here, section),
        "lines": _three_sentences(writer, section),
        "address": here.to(f"{section.slug}/index"),
        "links": _subject_links(here, section),
    }


def _three_sentences(writer: SiteWriter, section: SurveySection) -> list[Markup]:
    company = section.company
    if company is None:
        return [writer.t("Hierover is nog niets gepubliceerd.", "Nothing has been published about this yet.")]
    lines = [writer.say(company.overall)]
    found = by_gap(company)
    if len(found) > 1 and isinstance(company.overall, GapFound):
        # Where the mean hides differences, the sentence about it has named their ends; where none can be shown, the
        # ends are chance.
        told = company.overall.apart or not (company.summary.short or company.summary.better)
        lines += [writer.say(company.summary), *([] if told else [_extremes(writer, found)])]
    return [line for line in lines if line]


def _extremes(writer: SiteWriter, found: Sequence[tuple[AspectReading, GapFound]]) -> Markup:
    (most, largest), (least, smallest) = found[0], found[-1]
    above, below = float(largest.figure.printed().gap), float(smallest.figure.printed().gap)
    if above == below:
        return Markup()
    return writer.t(
        "De kloof loopt van {s_least} ({least}) tot {s_most} ({most}).",
        "The gap runs from {s_least} ({least}) to {s_most} ({most}).",
        most=_inside(most, writer.language),
        s_most=signed(above, writer.language),
        least=_inside(least, writer.language),
        s_least=signed(below, writer.language),
    )


def _inside(reading: AspectReading, language: Language) -> str:
    name = reading.aspect.name[language]
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def _changed(writer: SiteWriter, data: SiteData, now: ReleaseDocument) -> Markup:
    of_this = of_this_format(data.releases)
    if len(data.releases) < 2:
        return writer.t("Dit is de eerste publicatie.", "This is the first release.")
    if len(of_this) < 2:
        return writer.t(
            "Dit is de eerste publicatie van een nieuwe rekenmethode. Met de publicaties ervoor is zij niet te "
            "vergelijken.",
            "This is the first release of a new way of computing. It cannot be compared with those before it.",
        )
    before = of_this[-2]
    moved = [cell for cell in now.cells if cell.level is Level.COMPANY and cell.as_of.release == now.number]
    if not moved:
        return writer.t(
            "Sinds de vorige publicatie ({day}) zijn de cijfers van het hele bedrijf niet veranderd.",
            "Since the previous release ({day}) the figures of the whole company have not changed.",
            day=date(before.published_on, writer.language),
        )
    lines = [_change(writer, now, section) for section in _with_figures(data)]
    return Markup("\n\n").join(line for line in lines if line)


def _change(writer: SiteWriter, now: ReleaseDocument, section: SurveySection) -> Markup:
    if not section.history or section.history[-1].release.number != now.number:
        return Markup()
    name = writer.t("**{survey}.** ", "**{survey}.** ", survey=section.title(writer.language))
    if section.change is not None:
        return name + writer.say(section.change)
    if len(section.history) == 1:
        return name + writer.t(
            "Dit zijn de eerste cijfers hierover.", "These are the first figures about this."
        )
    return name + writer.t(
        "Klanten hebben antwoorden teruggetrokken of verbeterd. Daarom vergelijken we deze keer niet met de "
        "publicatie ervoor.",
        "Customers took answers back or corrected them. So this time there is no comparison with the release before.",
    )


def _subject_links(here: PageRef, section: SurveySection) -> Markup:
    pages = section_pages(section, here.writer.language)
    return links([(here.to(path), name, "") for path, name in pages], leaf_through=True)


def section_pages(section: SurveySection, language: Language) -> list[tuple[str, str]]:
    """The pages of one survey that there are, as path under findings/ and name in the menu."""
    slug = section.slug
    pages = [(f"{slug}/index", pick(language, "Alle aspecten", "All aspects"))]
    if section.company is not None:
        pages += [
            (f"{slug}/norm", pick(language, "Naast onze norm", "Beside our norm")),
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
