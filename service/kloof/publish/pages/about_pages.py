"""The pages about the figures themselves: method, privacy, data, releases and accessibility."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from markupsafe import Markup

from kloof.domain import statistics
from kloof.domain.findings import from_release
from kloof.domain.notation import date, number, signed
from kloof.domain.releases.document import Level, PublishedSurvey, ReleaseDocument
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.releases.guarantee import Guarantee
from kloof.domain.statistics import Gap
from kloof.domain.text import Language, Text
from kloof.publish.dictionary import FILES, MEANINGS
from kloof.publish.formulas import FORMULAS
from kloof.publish.pages.figures import gap_head, pick_all
from kloof.publish.pages.markup import facts, links, table
from kloof.publish.pages.section_pages import counted
from kloof.publish.pages.site_data import SiteData
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.pages.worked_example import worked_example
from kloof.publish.release_files import release_folder
from kloof.publish.schema import TABLES
from kloof.publish.words import pick


def write_about(writer: SiteWriter, data: SiteData, contact: str | None) -> None:
    """All of them that there is something to say on, and one page for each release."""
    language = writer.language
    if data.latest is not None:
        _write_method(writer, data.latest.guarantee)
        writer.page("privacy", "privacy", "Privacy", guarantee=data.latest.guarantee)
        _write_data(writer, data.latest, data.files_of(data.latest))
    releases = sorted(data.releases, key=lambda release: -release.number)
    title = pick(language, "Alle publicaties", "All releases")
    writer.page("releases/index", "releases", title, releases=releases)
    for release in releases:
        if isinstance(release, ReleaseDocument):
            _write_release(writer, release, data.files_of(release))
        else:
            _write_earlier(writer, release, data.files_of(release))
    title = pick(language, "Toegankelijkheid", "Accessibility")
    company = data.releases[-1].company
    writer.page("accessibility", "accessibility", title, contact=contact, company=company)


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
        attacks=_attacks(guarantee, language),
        example=worked_example(writer),
        three=lambda value: number(value, language, 3),
        table=table(
            pick(language, "De cijfers op deze site", "The figures on this site"), head, rows, figures_from=9
        ),
    )


_ATTACKS: Final = {
    "insider who knows V and their own customers": Text(
        nl="Een verkoper, die V en de eigen klanten kent",
        en="A salesperson, who knows V and their own customers",
    ),
    "two colleagues": Text(nl="Twee verkopers samen", en="Two salespeople together"),
    "all but one of a block": Text(
        nl="Wie alle antwoorden van een blok kent op één na",
        en="Someone who knows all answers of a block but one",
    ),
    "all but one of a block and of each practice table": Text(
        nl="Wie alle antwoorden op één na kent, ook van elke werkwijze",
        en="Someone who knows all answers but one, also of each practice",
    ),
    "all but one of a block whose shares stand alone": Text(
        nl="Wie alle antwoorden op één na kent van een blok met eigen procenten",
        en="Someone who knows all answers but one of a block with shares of its own",
    ),
}
"""What each attack is called, by the name that a release gives it; a new one is called by that."""


def _attack(name: str, language: Language) -> str:
    return _ATTACKS[name][language] if name in _ATTACKS else name


def _attacks(guarantee: Guarantee, language: Language) -> Markup | None:
    if not guarantee.attacks:
        return None
    head = pick_all(
        language,
        ["Aanval", "Geprobeerd", "Eén antwoord mogelijk", "Hooguit twee mogelijk"],
        ["Attack", "Tried", "One answer possible", "At most two possible"],
    )
    rows = [
        [
            _attack(one.name, language),
            *(number(count, language, 0) for count in (one.tried, one.certain, one.two_left)),
        ]
        for one in guarantee.attacks
    ]
    return table(pick(language, "De aanvallen op deze publicatie", "The attacks on this release"), head, rows)


def certificate(guarantee: Guarantee, language: Language) -> Markup:
    """The guarantee in large figures."""
    names = pick_all(
        language,
        [
            "Minimaal aantal klanten (k)",
            "Minimaal aantal verkopers (m)",
            "Meeste invloed van één klant",
            "Gepubliceerde groepen",
        ],
        [
            "Least number of customers (k)",
            "Least number of salespeople (m)",
            "Most influence of one customer",
            "Published groups",
        ],
    )
    figures = (
        number(guarantee.k, language, 0),
        number(guarantee.m, language, 0),
        number(guarantee.max_leverage, language, 3),
        number(guarantee.sets, language, 0),
    )
    return facts(list(zip(names, figures, strict=True)))


def _write_data(writer: SiteWriter, release: ReleaseDocument, offered: Collection[str]) -> None:
    language = writer.language
    head = pick_all(language, ["Kolom", "Soort", "Betekenis"], ["Column", "Type", "Meaning"])
    title = pick(language, "Gegevens", "Data")
    tables, told = [], set[str]()
    for file in (name for name in TABLES if name in offered):
        fields = {name: field for name, field in TABLES[file].fields.items() if name not in told}
        rows = [[name, str(field["type"]), MEANINGS[name][language]] for name, field in fields.items()]
        if rows:
            tables.append(table(_columns(file, language, others=bool(told)), head, rows, figures_from=9))
        told.update(fields)
    files = _files(PageRef(writer, "data"), release, offered)
    writer.page("data", "data", title, files=files, dictionary=Markup("\n\n").join(tables))


def _columns(file: str, language: Language, *, others: bool) -> str:
    if others:
        return pick(language, f"Wat daarnaast in {file} staat", f"What {file} holds besides")
    return pick(language, f"De kolommen van {file}", f"The columns of {file}")


def _files(here: PageRef, release: AnyRelease, offered: Collection[str]) -> Markup:
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


def _write_earlier(writer: SiteWriter, release: AnyRelease, offered: Collection[str]) -> None:
    """A release of an earlier engine: its files, and that nothing is compared with it."""
    language = writer.language
    path = f"releases/{release_folder_name(release.number)}"
    title = pick(language, f"Publicatie {release.number}", f"Release {release.number}")
    files = _files(PageRef(writer, path), release, offered)
    writer.page(path, "earlier_release", title, release=release, files=files)


def _survey(release: ReleaseDocument, survey: PublishedSurvey, language: Language) -> dict[str, object]:
    title = f"{survey.title[language]} ({pick(language, 'versie', 'version')} {survey.version})"
    cell = next(release.cells_of(survey.key, Level.COMPANY), None)
    found: dict[str, object] = {"title": title, "anchor": f"{survey.id}-{survey.version}", "table": None}
    if cell is None:
        return found
    head = gap_head(language, "Aspect")
    rows = []
    for aspect in survey.aspects:
        gap = statistics.gap(from_release.sums(release, cell, aspect.id))
        if isinstance(gap, Gap):
            printed = gap.printed()
            sides = [number(float(side), language) for side in (printed.expectation, printed.reality)]
            rows.append([aspect.name[language], *sides, signed(float(printed.gap), language)])
    caption = pick(language, "Verwacht en gekregen op ", "Expected and received on ") + date(
        cell.as_of.date, language
    )
    said = {"counted": counted(cell, language), "day": cell.as_of.date}
    return found | said | {"table": table(caption, head[:4], rows)}
