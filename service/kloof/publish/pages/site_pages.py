"""The pages about all surveys together: what the home page says, and the first page of the findings."""

from collections.abc import Sequence

from markupsafe import Markup

from kloof.domain.findings import AspectReading, GapFound
from kloof.domain.notation import date, interval, number, signed
from kloof.domain.releases.document import Level, ReleaseDocument
from kloof.domain.statistics import TooFew, overall_gap
from kloof.domain.text import Language
from kloof.publish.pages.figures import pick_all
from kloof.publish.pages.markup import links
from kloof.publish.pages.section_pages import equation_picture, summary
from kloof.publish.pages.site_data import SiteData, SurveySection
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def home(writer: SiteWriter, data: SiteData | None) -> str:
    """What stands on the company's own first page, in place of `<!-- kloof: home -->`."""
    values: dict[str, object] = {"told": []}
    if data is not None:
        here = PageRef(writer, "index", folder="")
        told = [_told(writer, here, section) for section in _with_figures(data)]
        values = {"told": told, "release": data.latest, "changed": _changed(writer, data)}
    return writer.fragment("home", "index", **values)


def write_first_page(writer: SiteWriter, data: SiteData | None) -> None:
    """`findings/`: every survey with its pages, or that there is no release yet."""
    title = pick(writer.language, "De cijfers", "The findings")
    values: dict[str, object] = {"release": None}
    if data is not None:
        here = PageRef(writer, "index")
        told = [_told(writer, here, section) for section in data.sections]
        values = {"release": data.latest, "told": told, "about_links": _about_links(here)}
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
    found = [r for r in company.aspects if isinstance(r.gap, GapFound)]
    if found:
        lines += [summary(writer, company), _extremes(writer, found)]
    return lines


def _extremes(writer: SiteWriter, found: Sequence[AspectReading]) -> Markup:
    def gap(reading: AspectReading) -> float:
        return reading.gap.figure.difference.mean if isinstance(reading.gap, GapFound) else 0.0

    most, least = max(found, key=gap), min(found, key=gap)
    if most is least:
        return Markup()
    return writer.t(
        "Het grootst is de kloof bij {most} ({s_most}), het kleinst bij {least} ({s_least}).",
        "The gap is largest for {most} ({s_most}) and smallest for {least} ({s_least}).",
        most=_inside(most, writer.language),
        s_most=signed(gap(most), writer.language),
        least=_inside(least, writer.language),
        s_least=signed(gap(least), writer.language),
    )


def _inside(reading: AspectReading, language: Language) -> str:
    name = reading.aspect.name[language]
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def _changed(writer: SiteWriter, data: SiteData) -> Markup:
    if len(data.releases) < 2:
        return writer.t("Dit is de eerste publicatie.", "This is the first release.")
    before, now = data.releases[-2:]
    moved = [cell for cell in now.cells if cell.level is Level.COMPANY and cell.as_of.release == now.number]
    if not moved:
        return writer.t(
            "Sinds de vorige publicatie ({day}) zijn de cijfers van het hele bedrijf niet veranderd.",
            "Since the previous release ({day}) the figures of the whole company have not changed.",
            day=date(before.published_on, writer.language),
        )
    lines = [_change(writer, before, section) for section in _with_figures(data)]
    return Markup("\n\n").join(line for line in lines if line)


def _change(writer: SiteWriter, before: ReleaseDocument, section: SurveySection) -> Markup:
    then = [moved for moved in section.history if moved.release.number <= before.number]
    if not then or len(then) == len(section.history) or section.company is None:
        return Markup()
    old, new = then[-1].cell, section.company.cell
    was, now = overall_gap([*old.aspects.values()]), overall_gap([*new.aspects.values()])
    if isinstance(was, TooFew) or isinstance(now, TooFew):
        return Markup()
    return writer.t(
        "{survey}: op {day} verwachtten klanten gemiddeld {v_old} en kregen zij {r_old}, kloof {s_old} "
        "(95%-interval {i_old}; {old} deals). Nu is dat {v} en {r}, kloof {s} (95%-interval {i}; {new} deals). "
        "Overlappen de intervallen, dan kan het verschil toeval zijn.",
        "{survey}: on {day} customers expected {v_old} on average and received {r_old}, gap {s_old} "
        "(95% interval {i_old}; {old} deals). Now that is {v} and {r}, gap {s} (95% interval {i}; {new} deals). "
        "Where the intervals overlap, the difference can be chance.",
        survey=section.title(writer.language),
        day=date(old.as_of.date, writer.language),
        v_old=number(was.expectation, writer.language),
        r_old=number(was.reality, writer.language),
        s_old=signed(was.difference.mean, writer.language),
        i_old=interval(was.difference.interval.low, was.difference.interval.high, writer.language),
        old=number(old.deals, writer.language, 0),
        v=number(now.expectation, writer.language),
        r=number(now.reality, writer.language),
        s=signed(now.difference.mean, writer.language),
        i=interval(now.difference.interval.low, now.difference.interval.high, writer.language),
        new=number(new.deals, writer.language, 0),
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
    return [*pages, (f"{slug}/answered", pick(language, "Wie er antwoordden", "Who answered"))]


def about_pages(language: Language) -> list[tuple[str, str, str]]:
    """The pages about the figures themselves: path, name, and one line."""
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
    return list(zip(paths, names, lines, strict=True))


def _about_links(here: PageRef) -> Markup:
    pages = about_pages(here.writer.language)
    return links([(here.to(path), name, line) for path, name, line in pages], leaf_through=True)
