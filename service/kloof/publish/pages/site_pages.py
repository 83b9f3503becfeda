"""The pages about all surveys together: what the home page says, and the first page of the findings."""

from collections.abc import Sequence

from markupsafe import Markup

from kloof.domain.findings import AspectReading, GapFound
from kloof.domain.notation import date, interval, number, signed
from kloof.domain.releases.document import Level, ReleaseDocument
from kloof.domain.statistics import TooFew, overall_gap
from kloof.domain.text import Language
from kloof.publish.pages.book import PageRef, SiteWriter
from kloof.publish.pages.edition import SiteData, SurveySection
from kloof.publish.pages.figures import pick_all
from kloof.publish.pages.markup import links
from kloof.publish.pages.subject_pages import equation_picture, summary
from kloof.publish.words import pick


def home(book: SiteWriter, edition: SiteData | None) -> str:
    """What stands on the company's own first page, in place of `<!-- kloof: home -->`."""
    values: dict[str, object] = {"told": []}
    if edition is not None:
        here = PageRef(book, "index", folder="")
        told = [_told(book, here, subject) for subject in _with_figures(edition)]
        values = {"told": told, "release": edition.latest, "changed": _changed(book, edition)}
    return book.fragment("home", "index", **values)


def write_first_page(book: SiteWriter, edition: SiteData | None) -> None:
    """`findings/`: every survey with its pages, or that there is no release yet."""
    title = pick(book.language, "De cijfers", "The findings")
    values: dict[str, object] = {"release": None}
    if edition is not None:
        here = PageRef(book, "index")
        told = [_told(book, here, subject) for subject in edition.subjects]
        values = {"release": edition.latest, "told": told, "about_links": _about_links(here)}
    book.page("index", "index", title, **values)


def _with_figures(edition: SiteData) -> list[SurveySection]:
    return [s for s in edition.subjects if s.company and isinstance(s.company.overall, GapFound)]


def _told(book: SiteWriter, here: PageRef, subject: SurveySection) -> dict[str, object]:
    return {
        "title": subject.title(book.language),
        "anchor": subject.slug,
        "picture": equation_picture(book, here, subject),
        "lines": _three_sentences(book, subject),
        "address": here.to(f"{subject.slug}/index"),
        "links": _subject_links(here, subject),
    }


def _three_sentences(book: SiteWriter, subject: SurveySection) -> list[Markup]:
    company = subject.company
    if company is None:
        return [book.t("Hierover is nog niets gepubliceerd.", "Nothing has been published about this yet.")]
    lines = [book.say(company.overall)]
    found = [r for r in company.aspects if isinstance(r.gap, GapFound)]
    if found:
        lines += [summary(book, company), _extremes(book, found)]
    return lines


def _extremes(book: SiteWriter, found: Sequence[AspectReading]) -> Markup:
    def gap(reading: AspectReading) -> float:
        return reading.gap.figure.difference.mean if isinstance(reading.gap, GapFound) else 0.0

    most, least = max(found, key=gap), min(found, key=gap)
    if most is least:
        return Markup()
    return book.t(
        "Het grootst is de kloof bij {most} ({s_most}), het kleinst bij {least} ({s_least}).",
        "The gap is largest for {most} ({s_most}) and smallest for {least} ({s_least}).",
        most=_inside(most, book.language),
        s_most=signed(gap(most), book.language),
        least=_inside(least, book.language),
        s_least=signed(gap(least), book.language),
    )


def _inside(reading: AspectReading, language: Language) -> str:
    name = reading.aspect.name[language]
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def _changed(book: SiteWriter, edition: SiteData) -> Markup:
    if len(edition.releases) < 2:
        return book.t("Dit is de eerste publicatie.", "This is the first release.")
    before, now = edition.releases[-2:]
    moved = [cell for cell in now.cells if cell.level is Level.COMPANY and cell.as_of.release == now.number]
    if not moved:
        return book.t(
            "Sinds de vorige publicatie ({day}) zijn de cijfers van het hele bedrijf niet veranderd.",
            "Since the previous release ({day}) the figures of the whole company have not changed.",
            day=date(before.published_on, book.language),
        )
    lines = [_change(book, before, subject) for subject in _with_figures(edition)]
    return Markup("\n\n").join(line for line in lines if line)


def _change(book: SiteWriter, before: ReleaseDocument, subject: SurveySection) -> Markup:
    then = [moved for moved in subject.history if moved.release.number <= before.number]
    if not then or len(then) == len(subject.history) or subject.company is None:
        return Markup()
    old, new = then[-1].cell, subject.company.cell
    was, now = overall_gap([*old.aspects.values()]), overall_gap([*new.aspects.values()])
    if isinstance(was, TooFew) or isinstance(now, TooFew):
        return Markup()
    return book.t(
        "{survey}: op {day} verwachtten klanten gemiddeld {v_old} en kregen zij {r_old}, kloof {s_old} "
        "(95%-interval {i_old}; {old} deals). Nu is dat {v} en {r}, kloof {s} (95%-interval {i}; {new} deals). "
        "Overlappen de intervallen, dan kan het verschil toeval zijn.",
        "{survey}: on {day} customers expected {v_old} on average and received {r_old}, gap {s_old} "
        "(95% interval {i_old}; {old} deals). Now that is {v} and {r}, gap {s} (95% interval {i}; {new} deals). "
        "Where the intervals overlap, the difference can be chance.",
        survey=subject.title(book.language),
        day=date(old.as_of.date, book.language),
        v_old=number(was.expectation, book.language),
        r_old=number(was.reality, book.language),
        s_old=signed(was.difference.mean, book.language),
        i_old=interval(was.difference.interval.low, was.difference.interval.high, book.language),
        old=number(old.deals, book.language, 0),
        v=number(now.expectation, book.language),
        r=number(now.reality, book.language),
        s=signed(now.difference.mean, book.language),
        i=interval(now.difference.interval.low, now.difference.interval.high, book.language),
        new=number(new.deals, book.language, 0),
    )


def _subject_links(here: PageRef, subject: SurveySection) -> Markup:
    pages = subject_pages(subject, here.book.language)
    return links([(here.to(path), name, "") for path, name in pages], leaf_through=True)


def subject_pages(subject: SurveySection, language: Language) -> list[tuple[str, str]]:
    """The pages of one survey that there are, as path under findings/ and name in the menu."""
    slug = subject.slug
    pages = [(f"{slug}/index", pick(language, "Alle aspecten", "All aspects"))]
    if subject.company is not None:
        pages += [
            (f"{slug}/norm", pick(language, "Naast onze norm", "Beside our norm")),
            (f"{slug}/promises", pick(language, "Beloften nagekomen", "Promises kept")),
            (f"{slug}/before-you-promise", pick(language, "Voordat je iets belooft", "Before you promise")),
        ]
    pages.append((f"{slug}/groups", pick(language, "Producten en teams", "Products and teams")))
    if subject.practices:
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
    pages = about_pages(here.book.language)
    return links([(here.to(path), name, line) for path, name, line in pages], leaf_through=True)
