"""The pages about the figures themselves: method, privacy, data, releases and accessibility."""

from collections.abc import Collection
from pathlib import Path

from markupsafe import Markup

from kloof.domain.notation import date, number, signed
from kloof.domain.releases.document import Guarantee, Level, PublishedSurvey, ReleaseDocument
from kloof.domain.text import Language
from kloof.publish.pages.dictionary import FILES, FORMULAS, MEANINGS
from kloof.publish.pages.figures import gap_head, pick_all
from kloof.publish.pages.markup import facts, links, table
from kloof.publish.pages.site_data import SiteData
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.release_files import release_folder
from kloof.publish.schema import TABLES
from kloof.publish.words import pick


def write_about(writer: SiteWriter, data: SiteData, contact: str | None) -> None:
    """All of them, and one page for each release."""
    language, guarantee = writer.language, data.latest.guarantee
    _write_method(writer, guarantee)
    writer.page("privacy", "privacy", "Privacy", guarantee=guarantee)
    _write_data(writer, data)
    releases = sorted(data.releases, key=lambda release: -release.number)
    writer.page(
        "releases/index", "releases", pick(language, "Alle publicaties", "All releases"), releases=releases
    )
    for release in releases:
        _write_release(writer, release, data.files_of(release))
    title = pick(language, "Toegankelijkheid", "Accessibility")
    writer.page("accessibility", "accessibility", title, contact=contact, company=data.latest.company)


def _write_method(writer: SiteWriter, guarantee: Guarantee) -> None:
    language = writer.language
    title = pick(language, "Zo meten we", "How we measure")
    head = pick_all(
        language,
        ["Cijfer", "Zo berekend", "Vanaf"],
        ["Figure", "How it is computed", "From"],
    )
    rows = [[formula.name[language], formula.how[language], formula.least[language]] for formula in FORMULAS]
    writer.page(
        "method",
        "method",
        title,
        guarantee=guarantee,
        certificate=certificate(guarantee, language),
        three=lambda value: number(value, language, 3),
        table=table(
            pick(language, "De cijfers op deze site", "The figures on this site"), head, rows, figures_from=9
        ),
    )


def certificate(guarantee: Guarantee, language: Language) -> Markup:
    """The guarantee in large figures."""
    names = pick_all(
        language,
        ["k: minste klanten", "m: minste verkopers", "Grootste hefboom", "Gepubliceerde groepen"],
        ["k: fewest customers", "m: fewest salespeople", "Largest leverage", "Published sets"],
    )
    figures = (
        number(guarantee.k, language, 0),
        number(guarantee.m, language, 0),
        number(guarantee.max_leverage, language, 3),
        number(guarantee.sets, language, 0),
    )
    return facts(list(zip(names, figures, strict=True)))


def _write_data(writer: SiteWriter, data: SiteData) -> None:
    language = writer.language
    head = pick_all(language, ["Kolom", "Soort", "Betekenis"], ["Column", "Type", "Meaning"])
    title = pick(language, "Gegevens", "Data")
    offered, tables, told = data.files_of(data.latest), [], set[str]()
    for file in (name for name in TABLES if name in offered):
        fields = {name: field for name, field in TABLES[file].fields.items() if name not in told}
        rows = [[name, str(field["type"]), MEANINGS[name][language]] for name, field in fields.items()]
        tables.append(table(_columns(file, language, others=bool(told)), head, rows, figures_from=9))
        told.update(fields)
    files = _files(PageRef(writer, "data"), data.latest, offered)
    writer.page("data", "data", title, files=files, dictionary=Markup("\n\n").join(tables))


def _columns(file: str, language: Language, *, others: bool) -> str:
    if others:
        return pick(language, f"Wat daarnaast in {file} staat", f"What {file} holds besides")
    return pick(language, f"De kolommen van {file}", f"The columns of {file}")


def _files(here: PageRef, release: ReleaseDocument, offered: Collection[str]) -> Markup:
    folder = release_folder_name(release.number)
    return links(
        [
            (here.file(f"releases/{folder}/{name}"), name, about[here.writer.language])
            for name, about in FILES.items()
            if name in offered
        ]
    )


def release_folder_name(number: int) -> str:
    """The name of a release's folder, which is also its address."""
    return release_folder(Path(), number).name


def _write_release(writer: SiteWriter, release: ReleaseDocument, offered: Collection[str]) -> None:
    language = writer.language
    path = f"releases/{release_folder_name(release.number)}"
    title = pick(language, f"Publicatie {release.number}", f"Release {release.number}")
    surveys = [_survey(release, survey, language) for survey in release.surveys]
    writer.page(
        path,
        "release",
        title,
        release=release,
        surveys=surveys,
        certificate=certificate(release.guarantee, language),
        files=_files(PageRef(writer, path), release, offered),
    )


def _survey(release: ReleaseDocument, survey: PublishedSurvey, language: Language) -> dict[str, object]:
    title = f"{survey.title[language]} ({pick(language, 'versie', 'version')} {survey.version})"
    cell = next(release.cells_of(survey.key, Level.COMPANY), None)
    found: dict[str, object] = {"title": title, "anchor": f"{survey.id}-{survey.version}", "table": None}
    if cell is None:
        return found
    head = gap_head(language, "Aspect")
    rows = []
    for aspect in survey.aspects:
        moments = cell.aspects[aspect.id]
        v, r = moments.expectation.mean, moments.reality.mean
        figures = [number(v, language), number(r, language), signed(v - r, language)]
        rows.append([aspect.name[language], *figures, number(moments.n, language, 0)])
    caption = pick(language, "Verwacht en gekregen op ", "Expected and received on ") + date(
        cell.as_of.date, language
    )
    return found | {"cell": cell, "table": table(caption, [*head[:4], head[5]], rows)}
