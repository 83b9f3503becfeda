"""The other pages of a survey: promises, groups and practices."""

from collections.abc import Iterator

from markupsafe import Markup

from kloof.domain.findings import (
    Evidence,
    GapFound,
    NotEnough,
    PracticeFound,
    PracticeReading,
    PromisesFound,
    Withheld,
    sentence,
)
from kloof.domain.findings.wording import PRACTICES
from kloof.domain.notation import interval, number, percent, percent_interval, signed
from kloof.domain.releases.document import Level, WithheldCell
from kloof.domain.text import Language
from kloof.publish.charts.dumbbell import dumbbells
from kloof.publish.charts.shares import Piece, cut_bar
from kloof.publish.pages.figures import gap_head, gap_row, pair, pick_all, shared_axis
from kloof.publish.pages.markup import table
from kloof.publish.pages.section_pages import LEVELS, titled
from kloof.publish.pages.site_data import SurveySection, named
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_promises(writer: SiteWriter, section: SurveySection) -> None:
    """What came of what was promised."""
    if section.company is None:
        return
    language, path = writer.language, f"{section.slug}/promises"
    found = section.company.promises
    values: dict[str, object] = {"picture": None}
    if isinstance(found, PromisesFound):
        values = _promises(PageRef(writer, path), section, found)
    title = pick(language, "Beloften nagekomen", "Promises kept")
    groups = list(_promise_groups(section, language))
    writer.page(path, "promises", titled(section, title, language), "", found=found, groups=groups, **values)


def _promises(here: PageRef, section: SurveySection, found: PromisesFound) -> dict[str, object]:
    language, figure = here.writer.language, found.figure
    names = pick_all(language, ["nagekomen", "deels", "niet"], ["kept", "partly", "not"])
    shares = (figure.kept, figure.partly, figure.broken)
    title = pick(language, "Wat er van beloften kwam", "What came of promises")
    pieces = [Piece(name, share.share) for name, share in zip(names, shares, strict=True)]
    head = pick_all(
        language,
        ["Uitkomst", "Beloften", "Deel", "95%-interval"],
        ["Outcome", "Promises", "Share", "95% interval"],
    )
    rows = [
        [
            name,
            number(share.count, language, 0),
            percent(share.share, language),
            percent_interval(share.interval.low, share.interval.high, language),
        ]
        for name, share in zip(names, shares, strict=True)
    ]
    picture = here.picture(cut_bar(pieces, title, language), f"{section.slug}-promises")
    return {"picture": picture, "table": table(title, head, rows)}


def _promise_groups(section: SurveySection, language: Language) -> Iterator[dict[str, object]]:
    head = pick_all(
        language,
        ["Groep", "Bekend", "Nagekomen", "95%-interval"],
        ["Group", "Known", "Kept", "95% interval"],
    )
    for level, level_name in LEVELS.items():
        rows = []
        for part in section.of_level(level):
            if isinstance(part.promises, PromisesFound):
                kept = part.promises.figure.kept
                ends = percent_interval(kept.interval.low, kept.interval.high, language)
                rows.append(
                    [named(part.cell), number(kept.n, language, 0), percent(kept.share, language), ends]
                )
        if rows:
            title = level_name.several[language]
            caption = title + pick(language, ": beloften nagekomen", ": promises kept")
            yield {"title": title, "anchor": level.value, "table": table(caption, head, rows)}


def write_groups(writer: SiteWriter, section: SurveySection) -> None:
    """Products, regions and teams; and what is withheld, with the reason in words."""
    language, path = writer.language, f"{section.slug}/groups"
    here = PageRef(writer, path)
    groups = [group for level in LEVELS if (group := _group(here, section, level))]
    title = pick(language, "Producten, regio's en teams", "Products, regions and teams")
    withheld = list(_withheld(section, language))
    writer.page(path, "groups", titled(section, title, language), "", groups=groups, withheld=withheld)


def _group(here: PageRef, section: SurveySection, level: Level) -> dict[str, object] | None:
    parts = section.of_level(level)
    found = [(named(part.cell), part.overall) for part in parts if isinstance(part.overall, GapFound)]
    if not found:
        return None
    language, title = here.writer.language, LEVELS[level].several[here.writer.language]
    pairs = [pair(name, gap) for name, gap in found]
    drawing = dumbbells(pairs, shared_axis(section.survey, pairs), title, language)
    caption = title + pick(language, ": verwacht en gekregen", ": expected and received")
    rows = [gap_row(name, gap, language) for name, gap in found]
    return {
        "title": title,
        "anchor": level.value,
        "picture": here.picture(drawing, f"{section.slug}-{level.value}"),
        "table": table(caption, gap_head(language, LEVELS[level].one[language]), rows),
    }


def _withheld(section: SurveySection, language: Language) -> Iterator[tuple[str, str]]:
    for reason in dict.fromkeys(place.reason for place in section.withheld):
        places = [_place(place, language) for place in section.withheld if place.reason is reason]
        yield sentence(Withheld(reason), language), ", ".join(sorted(places))


def _place(place: WithheldCell, language: Language) -> str:
    return named(place) or pick(language, "het hele bedrijf", "the whole company")


def write_practices(writer: SiteWriter, section: SurveySection) -> None:
    """Deals with a practice beside deals without; no page where no such table passed the certificate."""
    if not section.practices:
        return
    language = writer.language
    tables = [
        {
            "title": _practice(reading.done.practice, language),
            "anchor": reading.done.practice.replace("_", "-"),
            "done": reading.done.customers,
            "not_done": reading.not_done.customers,
            "findings": [one for one in reading.findings if not _unclear(one)],
            "unclear": sum(_unclear(one) for one in reading.findings),
            "table": _compared(reading, language),
        }
        for reading in section.practices
    ]
    title = pick(language, "Werkwijzen", "Practices")
    writer.page(f"{section.slug}/practices", "practices", titled(section, title, language), "", tables=tables)


def _unclear(finding: PracticeFound | NotEnough) -> bool:
    """Whether no difference can be demonstrated; those stand in the table, not each in a sentence."""
    return isinstance(finding, PracticeFound) and finding.evidence is not Evidence.DEMONSTRABLE


def _compared(reading: PracticeReading, language: Language) -> Markup:
    head = pick_all(
        language,
        ["Aspect", "Verschil in V", "Verschil in R", "Verschil in S", "95%-interval van S"],
        ["Aspect", "Difference in V", "Difference in R", "Difference in S", "95% interval of S"],
    )
    rows = []
    for finding in reading.findings:
        if isinstance(finding, PracticeFound):
            figure = finding.figure
            values = (figure.expectation.value, figure.reality.value, figure.gap.value)
            ends = interval(figure.gap.interval.low, figure.gap.interval.high, language)
            name = finding.about[language] if finding.about else ""
            rows.append([name, *(signed(value, language) for value in values), ends])
    name = _practice(reading.done.practice, language)
    return table(name + pick(language, ": met min zonder", ": with minus without"), head, rows)


def _practice(practice: str, language: Language) -> str:
    words = PRACTICES[practice][language]
    return words[0].upper() + words[1:]
