"""Overpromise against underdelivery: where each aspect, product, region and team stands; and the founding claim."""

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from kloof.domain.findings import AspectReading, CellReading, ClaimFound, Evidence, SplitFound
from kloof.domain.notation import interval, number, percent, percent_interval, signed
from kloof.domain.statistics import Split, overall_split
from kloof.domain.text import Language
from kloof.publish.charts.split import Parted, splits
from kloof.publish.pages.figures import aspect_parts, pick_all, splits_of
from kloof.publish.pages.markup import folded, table
from kloof.publish.pages.section_pages import LEVELS, basis, titled
from kloof.publish.pages.site_data import SurveySection, named
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_norm(writer: SiteWriter, section: SurveySection) -> None:
    """Overpromise against underdelivery: by aspect, by product, by region and by team; and the founding claim."""
    language = writer.language
    path = f"{section.slug}/norm"
    title = pick(
        language, "Verwachting en levering naast onze norm", "Expectation and delivery beside our norm"
    )
    here = PageRef(writer, path)
    parts = aspect_parts(section.company, language) if section.company else []
    values: dict[str, object] = {"picture": None}
    if section.company and parts:
        name = pick(
            language, "Verwachting en levering naast de norm", "Expectation and delivery beside the norm"
        )
        picture = here.picture(
            splits(parts, name, language), f"{section.slug}-norm", basis(section.company, language)
        )
        values = {
            "picture": picture,
            "summary": _summary(writer, section.company),
            "table": split_table(splits_of(section.company), name, language),
            **_claims(section.company, language),
            "groups": list(_groups(here, section)),
        }
    writer.page(path, "norm", titled(section, title, language), "", **values)


def _summary(writer: SiteWriter, company: CellReading) -> Markup:
    found = [split for _, split in splits_of(company)]
    sure = Evidence.DEMONSTRABLE
    over = sum(s.overpromise is sure and s.figure.overpromise.mean > 0 for s in found)
    under = sum(s.underdelivery is sure and s.figure.underdelivery.mean > 0 for s in found)
    return writer.t(
        "Bij {over} van de {n} aspecten met een norm lag de verwachting aantoonbaar boven de norm. Bij {under} lag "
        "de levering er aantoonbaar onder.",
        "On {over} of {n} aspects with a norm, expectation was demonstrably above the norm. On {under}, delivery "
        "was demonstrably below it.",
        over=over,
        under=under,
        n=len(found),
    )


def split_table(
    found: Iterable[tuple[AspectReading, SplitFound]], caption: str, language: Language
) -> Markup:
    """Both sides of the gap of these aspects, each with its interval; the largest gap first."""
    head = pick_all(
        language,
        ["Aspect", "Norm (N)", "V − N", "95%-interval", "N − R", "95%-interval", "Kloof (S)"],
        ["Aspect", "Norm (N)", "V − N", "95% interval", "N − R", "95% interval", "Gap (S)"],
    )
    rows = []
    largest_first = sorted(found, key=lambda one: -_gap(one[1]))
    for aspect, split in largest_first:
        rows.append(
            [
                aspect.aspect.name[language],
                number(aspect.aspect.norm or 0.0, language),
                *_sides(split.figure, language),
                signed(_gap(split), language),
            ]
        )
    return table(caption, head, rows)


def _gap(split: SplitFound) -> float:
    return split.figure.overpromise.mean + split.figure.underdelivery.mean


def _claims(company: CellReading, language: Language) -> dict[str, object]:
    """The founding claim, per aspect with enough disappointed customers: sentences, and the same as a table."""
    found = [
        (aspect.aspect.name[language], claim)
        for aspect in company.aspects
        for claim in aspect.findings
        if isinstance(claim, ClaimFound)
    ]
    head = pick_all(
        language,
        ["Aspect", "Viel tegen", "Daarvan norm gehaald", "Deel", "95%-interval"],
        ["Aspect", "Disappointed", "Of them, norm met", "Share", "95% interval"],
    )
    rows = [
        [
            name,
            number(claim.figure.n, language, 0),
            number(claim.figure.count, language, 0),
            percent(claim.figure.share, language),
            percent_interval(claim.figure.interval.low, claim.figure.interval.high, language),
        ]
        for name, claim in found
    ]
    caption = pick(language, "Tegengevallen, en toch de norm gehaald", "Disappointed, and the norm met")
    return {"claims": [claim for _, claim in found], "claim_table": table(caption, head, rows)}


def _groups(here: PageRef, section: SurveySection) -> Iterator[dict[str, object]]:
    """Per level where each group stands, averaged over the aspects with a norm, and its aspects one by one."""
    language = here.writer.language
    for level, name in LEVELS.items():
        found = [(part, _averaged(part)) for part in section.of_level(level)]
        shown = [(part, split) for part, split in found if split is not None]
        if not shown:
            continue
        title = name.several[language]
        caption = title + pick(language, ": naast onze norm", ": beside our norm")
        drawing = splits([_parted(part, split) for part, split in shown], caption, language)
        yield {
            "title": title,
            "anchor": level.value,
            "picture": here.picture(drawing, f"{section.slug}-norm-{level.value}"),
            "table": _group_table(caption, name.one[language], shown, language),
            "tables": [_of_group(part, language) for part, _ in shown],
        }


def _of_group(part: CellReading, language: Language) -> Markup:
    name = named(part.cell)
    return folded(name, split_table(splits_of(part), name, language))


def _averaged(part: CellReading) -> Split | None:
    normed = [reading.aspect for reading, _ in splits_of(part)]
    if not normed:
        return None
    split = overall_split([(part.cell.aspects[one.id], one.norm or 0.0) for one in normed])
    return split if isinstance(split, Split) else None


def _parted(part: CellReading, split: Split) -> Parted:
    return Parted(named(part.cell), split.overpromise.mean, split.underdelivery.mean)


def _group_table(
    caption: str, first: str, shown: Sequence[tuple[CellReading, Split]], language: Language
) -> Markup:
    head = pick_all(
        language,
        [first, "V − N", "95%-interval", "N − R", "95%-interval", "Kloof (S)", "Klanten"],
        [first, "V − N", "95% interval", "N − R", "95% interval", "Gap (S)", "Customers"],
    )
    rows = [
        [
            named(part.cell),
            *_sides(split, language),
            signed(split.overpromise.mean + split.underdelivery.mean, language),
            number(part.cell.customers, language, 0),
        ]
        for part, split in shown
    ]
    return table(caption, head, rows)


def _sides(split: Split, language: Language) -> Iterator[str]:
    """V − N and N − R, each with its interval."""
    for side in (split.overpromise, split.underdelivery):
        yield signed(side.mean, language)
        yield interval(side.interval.low, side.interval.high, language)
