"""The page of one aspect: V and R with their interval, the norm, the answers, the course, and the groups."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from kloof.domain.findings import (
    AspectReading,
    CellReading,
    ClaimFound,
    GapFound,
    NotEnough,
    SplitFound,
)
from kloof.domain.notation import date, month, number, signed
from kloof.domain.releases.document import PublishedAspect
from kloof.domain.statistics import Gap
from kloof.domain.text import Language
from kloof.publish.charts.dumbbell import DumbbellRow, dumbbells
from kloof.publish.charts.equation import equation
from kloof.publish.charts.split import splits
from kloof.publish.charts.trend import trend
from kloof.publish.pages.figures import (
    ends,
    gap_head,
    gap_row,
    gap_table,
    gap_title,
    pair,
    parted,
    shared_axis,
    split_title,
    with_deals,
)
from kloof.publish.pages.markup import folded, table
from kloof.publish.pages.norm_pages import split_table
from kloof.publish.pages.section_pages import LEVELS, about, below, by_name, counted
from kloof.publish.pages.site_data import Moved, SurveySection, named
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_aspects(writer: SiteWriter, section: SurveySection) -> None:
    """A page for each aspect of the survey that the company has a figure for."""
    if section.company is None:
        return
    for reading in section.company.aspects:
        _write(writer, section, section.company, reading)


def _write(writer: SiteWriter, section: SurveySection, company: CellReading, reading: AspectReading) -> None:
    aspect, language = reading.aspect, writer.language
    path = f"{section.slug}/aspects/{aspect.id}"
    here = PageRef(writer, path)
    gap = reading.gap
    others = [f for f in reading.findings if not isinstance(f, SplitFound | ClaimFound)]
    writer.page(
        path,
        "aspect",
        aspect.name[language],
        f"{aspect.name[language]}: {pick(language, 'verwacht en gekregen', 'expected and received')}",
        aspect=aspect,
        scale=section.survey.scale,
        gap=gap,
        equation=_equation(here, section, company, reading) if isinstance(gap, GapFound) else "",
        split=next((f for f in reading.findings if isinstance(f, SplitFound)), None),
        split_picture=_split(here, section, company, reading),
        claim=next((f for f in reading.findings if isinstance(f, ClaimFound)), None),
        others=[] if isinstance(gap, NotEnough) else others,
        **_trend(here, section, aspect),
        groups=list(_groups(here, section, aspect)),
    )


def _equation(here: PageRef, section: SurveySection, company: CellReading, reading: AspectReading) -> Markup:
    assert isinstance(reading.gap, GapFound)  # noqa: S101 - the caller asked
    language = here.writer.language
    name = reading.aspect.name[language]
    one = pair(name, reading.gap, reading.aspect.norm)
    title = gap_title(reading.gap, language, name)
    drawing = equation(one, shared_axis(section.survey, [one]), title, language)
    rests = about(here.writer, section, counted(company.cell, language))
    picture = here.picture(drawing, f"{section.slug}-aspect-{reading.aspect.id}", rests)
    return below(picture, gap_table(name, reading.gap, language))


def _split(here: PageRef, section: SurveySection, company: CellReading, reading: AspectReading) -> Markup:
    language = here.writer.language
    for finding in reading.findings:
        if isinstance(finding, SplitFound):
            name = reading.aspect.name[language]
            part = parted(name, finding)
            title = f"{name}: {split_title(finding.printed, language)}"
            picture = here.picture(
                splits([part], title, language),
                f"{section.slug}-aspect-{reading.aspect.id}-norm",
                about(here.writer, section, counted(company.cell, language)),
            )
            whole = pick(language, "De cijfers als tabel", "The figures as a table")
            return below(picture, folded(whole, split_table([(reading, finding)], title, language)))
    return Markup()


def _trend(here: PageRef, section: SurveySection, aspect: PublishedAspect) -> dict[str, object]:
    """Of each release those who came in with it, and as a thin line everybody up to then."""
    language, name = here.writer.language, aspect.name[here.writer.language]
    came_in = list(section.came_in(aspect))
    if len(came_in) < 2:
        return {"trend": None, "trend_table": None}
    rows = [_at(gap, month(one.release.published_on, language)) for one, gap, _ in came_in]
    totals = [_at(total, row.name) for row, (_, _, total) in zip(rows, came_in, strict=True)]
    axis = shared_axis(section.survey, [*rows, *totals])
    each = pick(language, "per publicatie alleen de nieuwe deals", "of each release only the new deals")
    return {
        "trend": here.picture(
            trend(rows, axis, _course(name, rows, language), language, totals),
            f"{section.slug}-aspect-{aspect.id}-trend",
            about(here.writer, section, each),
        ),
        "trend_table": _trend_table(name, came_in, language),
    }


def _course(name: str, rows: Sequence[DumbbellRow], language: Language) -> str:
    first, last = rows[0], rows[-1]
    then, now = signed(first.gap, language), signed(last.gap, language)
    return pick(
        language,
        f"{name}: kloof {now} bij de nieuwe deals van {last.name}, {then} bij die van {first.name}",
        f"{name}: gap {now} among the new deals of {last.name}, {then} among those of {first.name}",
    )


def _trend_table(name: str, came_in: Sequence[tuple[Moved, Gap, Gap]], language: Language) -> Markup:
    head = gap_head(language, pick(language, "Publicatie", "Release"))
    rows = []
    for one, gap, _ in came_in:
        dated = _at(gap, f"{one.release.number} · {date(one.release.published_on, language)}")
        figures = [number(dated.v, language), number(dated.r, language), signed(dated.gap, language)]
        rows.append(
            [dated.name, *figures, ends(gap.difference, language), number(gap.difference.n, language, 0)]
        )
    return table(pick(language, f"{name}: per publicatie", f"{name}: release by release"), head, rows)


def _at(gap: Gap, name: str) -> DumbbellRow:
    printed = gap.printed()
    v, r = float(printed.expectation), float(printed.reality)
    return DumbbellRow(name, v, r, deals=gap.difference.n)


def _groups(here: PageRef, section: SurveySection, aspect: PublishedAspect) -> Iterator[dict[str, object]]:
    language = here.writer.language
    for level, level_name in LEVELS.items():
        found = [
            (named(part.cell), reading.gap)
            for part in section.of_level(level)
            for reading in part.aspects
            if reading.aspect.id == aspect.id and isinstance(reading.gap, GapFound)
        ]
        if found:
            title = level_name.several[language]
            pairs = [pair(with_deals(name, gap, language), gap, aspect.norm) for name, gap in found]
            whole = f"{aspect.name[language]}: {title.lower()}"
            drawing = dumbbells(pairs, shared_axis(section.survey, pairs), whole, language)
            yield {
                "title": title,
                "anchor": level.value,
                "picture": here.picture(
                    drawing,
                    f"{section.slug}-aspect-{aspect.id}-{level.value}",
                    about(here.writer, section, by_name(language)),
                ),
                "table": table(
                    whole,
                    gap_head(language, level_name.one[language]),
                    [gap_row(n, g, language) for n, g in found],
                ),
            }
