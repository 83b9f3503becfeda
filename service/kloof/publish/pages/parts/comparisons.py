"""Deals beside other deals: with and without a practice, and delivered on time or late."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from kloof.domain.deals.lateness import LATE, Lateness
from kloof.domain.findings import Evidence, NotEnough, PracticeFound, PracticeReading
from kloof.domain.findings.deliveries import Delivered, Received
from kloof.domain.findings.practice_words import PRACTICES
from kloof.domain.notation import number, signed
from kloof.domain.statistics import Gap
from kloof.domain.text import Language, Text
from kloof.publish.charts.dumbbell import DumbbellRow, dumbbells
from kloof.publish.pages.figures import by_gap, ends, gap_head, pick_all, shared_axis
from kloof.publish.pages.markup import capital, table
from kloof.publish.pages.section_pages import about, below, counted, titled
from kloof.publish.pages.site_data import SurveySection
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_practices(writer: SiteWriter, section: SurveySection) -> None:
    """Deals with a practice beside deals without; no page where no such table passed the certificate."""
    if not section.practices:
        return
    title = pick(writer.language, "Werkwijzen", "Practices")
    tables = [_comparison(section, reading, writer.language) for reading in section.practices]
    path = f"{section.slug}/practices"
    writer.page(path, "practices", titled(section, title, writer.language), "", tables=tables)


def _comparison(section: SurveySection, reading: PracticeReading, language: Language) -> dict[str, object]:
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
        "table": _compared(section, reading, language),
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


def _compared(section: SurveySection, reading: PracticeReading, language: Language) -> Markup:
    head = pick_all(
        language,
        ["Aspect", "Verschil in V", "Verschil in R", "Verschil in S", "95%-interval van S"],
        ["Aspect", "Difference in V", "Difference in R", "Difference in S", "95% interval of S"],
    )
    rows = []
    for finding in _in_order(section, reading.findings):
        if isinstance(finding, PracticeFound):
            printed, gap = finding.figure.printed, finding.figure.gap
            values = (printed.expectation, printed.reality, printed.gap)
            name = finding.about[language] if finding.about else ""
            shown = [signed(float(value), language) for value in values]
            rows.append([name, *shown, ends(gap, language)])
    name = _practice(reading.done.practice, language)
    return table(name + pick(language, ": met min zonder", ": with minus without"), head, rows)


def _in_order(
    section: SurveySection, found: Sequence[PracticeFound | NotEnough]
) -> list[PracticeFound | NotEnough]:
    """The aspects as on every other page of the survey: the largest gap of the company first."""
    names = [aspect.aspect.name for aspect, _ in by_gap(section.company)] if section.company else []
    return sorted(found, key=lambda one: names.index(one.about) if one.about in names else len(names))


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
    rows = [
        _drawn(f"{_delivered(one, language)} (n {number(one.deals, language, 0)})", found.gap)
        for one, found in shown
    ]
    drawing = dumbbells(rows, shared_axis(section.survey, rows), _lateness_title(shown, language), language)
    each = about(writer, section, pick(language, "alle aspecten samen", "all aspects together"))
    head = _delivered_head(language, pick(language, "Levering", "Delivery"))
    lines = [_delivered_row(_delivered(one, language), found, one.deals, language) for one, found in shown]
    writer.page(
        path,
        "on_time",
        titled(section, title, language),
        "",
        picture=below(here.picture(drawing, f"{section.slug}-on-time", each), table(title, head, lines)),
        these_sellers=any(one.these_sellers for one, _ in shown),
        compared=[_comparison(section, reading, language) for reading in section.lateness],
        tables=list(_delivered_aspects(section, language)),
    )


def _lateness_title(shown: Sequence[tuple[Delivered, Received]], language: Language) -> str:
    """The gap of each kind of delivery; that they differ is said only below, where it can be demonstrated."""
    gap = pick(language, "kloof", "gap")
    return "; ".join(
        f"{_delivered(one, language)}: {gap} {signed(float(found.gap.printed().gap), language)}"
        for one, found in shown
    )


def _delivered_aspects(section: SurveySection, language: Language) -> Iterator[dict[str, object]]:
    head = _delivered_head(language, "Aspect")
    order = [aspect.aspect.id for aspect, _ in by_gap(section.company)] if section.company else []
    for one in section.deliveries:
        name = _delivered(one, language)
        told = [(aspect, found) for aspect, found in one.aspects if isinstance(found, Received)]
        told.sort(key=lambda pair: order.index(pair[0].id) if pair[0].id in order else len(order))
        rows = [_delivered_row(aspect.name[language], found, one.deals, language) for aspect, found in told]
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
