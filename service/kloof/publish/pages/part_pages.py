"""The other pages of a survey: promises, groups, practices, and late or on time."""

from collections.abc import Iterator

from markupsafe import Markup

from kloof.domain.deals.lateness import LATE, Lateness
from kloof.domain.findings import (
    Evidence,
    GapFound,
    NotEnough,
    PracticeFound,
    PracticeReading,
    PromisesFound,
    Withheld,
)
from kloof.domain.findings.deliveries import Delivered, Received
from kloof.domain.findings.practice_words import PRACTICES
from kloof.domain.notation import number, percent, signed
from kloof.domain.releases.document import Level, Place, ResponseCounts
from kloof.domain.statistics import LEAST_ASKED, Gap
from kloof.domain.text import Language, Text
from kloof.publish.charts.dumbbell import DumbbellRow, dumbbells
from kloof.publish.charts.shares import Piece, cut_bar
from kloof.publish.pages.figures import (
    coarse,
    ends,
    gap_head,
    gap_row,
    pair,
    pick_all,
    share_ends,
    shared_axis,
)
from kloof.publish.pages.markup import capital, table
from kloof.publish.pages.section_pages import LEVELS, below, counted, titled
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
    language = here.writer.language
    names = pick_all(language, ["nagekomen", "deels", "niet"], ["kept", "partly", "not"])
    shares = (found.figure.kept, found.figure.partly, found.figure.broken)
    title = pick(language, "Wat er van beloften kwam", "What came of promises")
    words = [coarse(share, language) for share in shares]
    pieces = [
        Piece(name, share / sum(shares), said) for name, share, said in zip(names, shares, words, strict=True)
    ]
    head = pick_all(language, ["Uitkomst", "Deel", "95%-interval"], ["Outcome", "Share", "95% interval"])
    within = [share_ends(one, language) for one in (found.kept, found.partly, found.broken)]
    rows = [list(row) for row in zip(names, words, within, strict=True)]
    picture = here.picture(cut_bar(pieces, title), f"{section.slug}-promises")
    return {"picture": picture, "table": table(title, head, rows)}


def _promise_groups(section: SurveySection, language: Language) -> Iterator[dict[str, object]]:
    head = pick_all(
        language,
        ["Groep", "Nagekomen", "95%-interval", "Deels", "Niet", "Beloften"],
        ["Group", "Kept", "95% interval", "Partly", "Not", "Promises"],
    )
    for level, level_name in LEVELS.items():
        rows = [
            [named(part.cell), *_in_table(part.promises, language)]
            for part in section.of_level(level)
            if isinstance(part.promises, PromisesFound)
        ]
        if rows:
            title = level_name.several[language]
            caption = title + pick(language, ": beloften nagekomen", ": promises kept")
            yield {"title": title, "anchor": level.value, "table": table(caption, head, rows)}


def _in_table(found: PromisesFound, language: Language) -> list[str]:
    told = found.figure
    kept, partly, broken = (coarse(share, language) for share in (told.kept, told.partly, told.broken))
    known = "–" if told.known is None else number(told.known, language, 0)
    return [kept, share_ends(found.kept, language), partly, broken, known]


def write_groups(writer: SiteWriter, section: SurveySection) -> None:
    """Products, regions and teams; and which groups have deals and are not published."""
    language, path = writer.language, f"{section.slug}/groups"
    here = PageRef(writer, path)
    groups = [group for level in LEVELS if (group := _group(here, section, level))]
    title = pick(language, "Producten, regio's en teams", "Products, regions and teams")
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


def _place(place: Place, language: Language) -> str:
    return named(place) or pick(language, "het hele bedrijf", "the whole company")


def write_practices(writer: SiteWriter, section: SurveySection) -> None:
    """Deals with a practice beside deals without; no page where no such table passed the certificate."""
    if not section.practices:
        return
    title = pick(writer.language, "Werkwijzen", "Practices")
    tables = [_comparison(reading, writer.language) for reading in section.practices]
    path = f"{section.slug}/practices"
    writer.page(path, "practices", titled(section, title, writer.language), "", tables=tables)


def _comparison(reading: PracticeReading, language: Language) -> dict[str, object]:
    """Deals with beside deals without: a sentence for each difference that can be demonstrated, and a table of all."""
    found = reading.findings
    return {
        "title": _practice(reading.done.practice, language),
        "anchor": reading.done.practice.replace("_", "-"),
        "arms": _arms(reading, language),
        "findings": [one for one in found if not _unclear(one)],
        "unclear": sum(_unclear(one, Evidence.AMONG_MANY, Evidence.NONE) for one in found),
        "outside": sum(_unclear(one, Evidence.AMONG_MANY) for one in found),
        "unknown": any(_unclear(one, Evidence.UNKNOWN) for one in found),
        "table": _compared(reading, language),
    }


def _arms(reading: PracticeReading, language: Language) -> str:
    """How many deals stand on each side."""
    done, not_done = counted(reading.done, language), counted(reading.not_done, language)
    late = pick(language, f"Te laat: {done}. Op tijd: {not_done}.", f"Late: {done}. On time: {not_done}.")
    plain = pick(language, f"Met: {done}. Zonder: {not_done}.", f"With: {done}. Without: {not_done}.")
    return late if reading.done.practice == LATE else plain


def _unclear(finding: PracticeFound | NotEnough, *kinds: Evidence) -> bool:
    """Whether no difference can be demonstrated; those stand in the table, not each in a sentence."""
    if not isinstance(finding, PracticeFound) or finding.evidence is Evidence.DEMONSTRABLE:
        return False
    return not kinds or finding.evidence in kinds


def _compared(reading: PracticeReading, language: Language) -> Markup:
    head = pick_all(
        language,
        ["Aspect", "Verschil in V", "Verschil in R", "Verschil in S", "95%-interval van S"],
        ["Aspect", "Difference in V", "Difference in R", "Difference in S", "95% interval of S"],
    )
    rows = []
    for finding in reading.findings:
        if isinstance(finding, PracticeFound):
            printed, gap = finding.figure.printed, finding.figure.gap
            values = (printed.expectation, printed.reality, printed.gap)
            name = finding.about[language] if finding.about else ""
            shown = [signed(float(value), language) for value in values]
            rows.append([name, *shown, ends(gap, language)])
    name = _practice(reading.done.practice, language)
    return table(name + pick(language, ": met min zonder", ": with minus without"), head, rows)


def _practice(practice: str, language: Language) -> str:
    return capital(PRACTICES[practice][language])


_DELIVERED = {
    (Lateness.ON_TIME, True): Text(nl="Op tijd", en="On time"),
    (Lateness.ON_TIME, False): Text(nl="Op tijd", en="On time"),
    (Lateness.LATE, True): Text(nl="Tot twee weken te laat", en="Up to two weeks late"),
    (Lateness.LATE, False): Text(nl="Te laat", en="Late"),
    (Lateness.TWO_WEEKS_LATE, True): Text(nl="Meer dan twee weken te laat", en="More than two weeks late"),
}


def write_deliveries(writer: SiteWriter, section: SurveySection) -> None:
    """No page where no table of late deals passed the certificate."""
    shown = [(one, one.overall) for one in section.deliveries if isinstance(one.overall, Received)]
    if len(shown) < 2:
        return
    language, path = writer.language, f"{section.slug}/on-time"
    title = pick(language, "Op tijd of te laat", "On time or late")
    here = PageRef(writer, path)
    rows = [_drawn(_delivered(one, language), found.gap) for one, found in shown]
    drawing = dumbbells(rows, shared_axis(section.survey, rows), title, language)
    head = _delivered_head(language, pick(language, "Levering", "Delivery"))
    lines = [_delivered_row(_delivered(one, language), found, one.deals, language) for one, found in shown]
    writer.page(
        path,
        "on_time",
        titled(section, title, language),
        "",
        picture=below(here.picture(drawing, f"{section.slug}-on-time"), table(title, head, lines)),
        these_sellers=any(one.these_sellers for one, _ in shown),
        compared=[_comparison(reading, language) for reading in section.lateness],
        tables=list(_delivered_aspects(section, language)),
    )


def _delivered_aspects(section: SurveySection, language: Language) -> Iterator[dict[str, object]]:
    head = _delivered_head(language, "Aspect")
    for one in section.deliveries:
        name = _delivered(one, language)
        rows = [
            _delivered_row(aspect.name[language], found, one.deals, language)
            for aspect, found in one.aspects
            if isinstance(found, Received)
        ]
        anchor = one.lateness.name.lower().replace("_", "-")
        caption = f"{name}{pick(language, ', per aspect', ', by aspect')}"
        yield {"title": name, "anchor": anchor, "table": table(caption, head, rows)}


def _delivered(one: Delivered, language: Language) -> str:
    return _DELIVERED[one.lateness, one.later_apart][language]


def _drawn(name: str, gap: Gap) -> DumbbellRow:
    printed, interval = gap.printed(), gap.difference.interval
    drawn = None if interval is None else (interval.low, interval.high)
    return DumbbellRow(name, float(printed.expectation), float(printed.reality), drawn)


def _delivered_head(language: Language, first: str) -> list[str]:
    """As of every table of gaps, with an interval of what was received too."""
    name, v, r, s, interval, deals = gap_head(language, first)
    return [name, v, r, interval, s, interval, deals]


def _delivered_row(name: str, found: Received, deals: int, language: Language) -> list[str]:
    printed = found.gap.printed()
    return [
        name,
        number(float(printed.expectation), language),
        number(float(printed.reality), language),
        ends(found.reality, language),
        signed(float(printed.gap), language),
        ends(found.gap.difference, language),
        number(deals, language, 0),
    ]
