"""Overpromise against underdelivery: where each aspect, product, region and team stands; and the founding claim."""

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from kloof.domain.findings import AspectReading, BesideNorm, CellReading, ClaimFound, Evidence, SplitFound
from kloof.domain.notation import interval, number, signed
from kloof.domain.statistics import Interval
from kloof.domain.text import Language
from kloof.publish.charts.split import splits
from kloof.publish.pages.figures import (
    aspect_parts,
    by_gap,
    coarse,
    ends,
    parted,
    pick_all,
    split_title,
    splits_of,
)
from kloof.publish.pages.markup import folded, table
from kloof.publish.pages.section_pages import LEVELS, about, by_name, counted, titled
from kloof.publish.pages.site_data import SurveySection, named
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_norm(writer: SiteWriter, section: SurveySection) -> None:
    """Overpromise against underdelivery: by aspect, by product, by region and by team; and the founding claim."""
    language = writer.language
    path = f"{section.slug}/norm"
    title = pick(
        language, "Verwachting en levering naast onze norm", "Expectation and delivery against our norm"
    )
    here = PageRef(writer, path)
    parts = aspect_parts(section.company, language) if section.company else []
    values: dict[str, object] = {"picture": None}
    if section.company and parts:
        name = pick(
            language, "Verwachting en levering naast de norm", "Expectation and delivery beside the norm"
        )
        picture = here.picture(
            splits(parts, sides_title(section.company, language) or name, language),
            f"{section.slug}-norm",
            about(writer, section, counted(section.company.cell, language)),
        )
        values = {
            "picture": picture,
            "summary": _summary(writer, section.company),
            "table": split_table(splits_of(section.company), name, language),
            **_claims(section.company, language),
            "groups": list(_groups(here, section)),
        }
    writer.page(path, "norm", titled(section, title, language), "", **values)


def sides_title(company: CellReading, language: Language) -> str:
    """On which side of the norm expectation and delivery stood on average; nothing where no aspect has a norm."""
    if company.beside_norm is None:
        return ""
    mean = pick(language, "Gemiddeld", "On average")
    return f"{mean}: {split_title(company.beside_norm.printed, language)}"


def _summary(writer: SiteWriter, company: CellReading) -> Markup:
    found = [split for _, split in splits_of(company)]
    sure, n = Evidence.DEMONSTRABLE, len(found)
    over = sum(s.overpromise is sure and s.figure.overpromise.mean > 0 for s in found)
    under = sum(s.underdelivery is sure and s.figure.underdelivery.mean > 0 for s in found)
    none = pick(writer.language, " niet", " not")
    if n == 1:
        return writer.t(
            "Bij het enige aspect met een norm lag de verwachting{above} aantoonbaar boven de norm. De levering lag "
            "er{below} aantoonbaar onder.",
            "On the only aspect with a norm, expectation was{above} demonstrably above the norm. Delivery was{below} "
            "demonstrably below it.",
            above="" if over else none,
            below="" if under else none,
        )
    return writer.t(
        "Bij {over} van de {n} aspecten met een norm lag de verwachting aantoonbaar boven de norm. Bij {under} lag "
        "de levering er aantoonbaar onder.",
        "On {over} of the {n} aspects with a norm, expectation was demonstrably above the norm. On {under}, delivery "
        "was demonstrably below it.",
        over=over or pick(writer.language, "geen", "none"),
        under=under or pick(writer.language, "geen ervan", "none of them"),
        n=n,
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
    rows = [
        [
            aspect.aspect.name[language],
            number(float(split.printed.norm or 0), language),
            *_sides(split, language),
            signed(float(split.printed.gap), language),
        ]
        for aspect, split in found
    ]
    return table(caption, head, rows)


def _claims(company: CellReading, language: Language) -> dict[str, object]:
    """The founding claim, per aspect of which enough is published: sentences, and the same as a table."""
    found = [
        (aspect.aspect.name[language], claim)
        for aspect, _ in by_gap(company)
        for claim in aspect.findings
        if isinstance(claim, ClaimFound)
    ]
    head = pick_all(
        language,
        [
            "Aspect",
            "Kreeg de norm",
            "Daarvan teleurgesteld",
            "Van de anderen teleurgesteld",
            "Verschil: 95%-interval",
        ],
        [
            "Aspect",
            "Got the norm",
            "Of them disappointed",
            "Of the others disappointed",
            "Difference: 95% interval",
        ],
    )
    rows = [
        [
            name,
            coarse(claim.figure.at_norm, language),
            coarse(claim.figure.disappointed_at_norm, language),
            coarse(claim.figure.disappointed_below_norm, language),
            _points(claim, language),
        ]
        for name, claim in found
    ]
    caption = pick(
        language,
        "Wie onze norm kreeg, en wie teleurgesteld was",
        "Who got our norm, and who was disappointed",
    )
    return {"claims": [claim for _, claim in found], "claim_table": table(caption, head, rows)}


def _points(claim: ClaimFound, language: Language) -> str:
    ends = claim.figure.interval
    return interval(100 * ends.low, 100 * ends.high, language, 0) if isinstance(ends, Interval) else "–"


def _groups(here: PageRef, section: SurveySection) -> Iterator[dict[str, object]]:
    """Per level where each group stands, averaged over the aspects with a norm, and its aspects one by one."""
    language = here.writer.language
    for level, name in LEVELS.items():
        shown = [(part, part.beside_norm) for part in section.of_level(level) if part.beside_norm is not None]
        if not shown:
            continue
        title = name.several[language]
        caption = title + pick(language, ": naast onze norm", ": against our norm")
        drawing = splits(
            [
                parted(f"{named(part.cell)} (n {number(part.cell.n, language, 0)})", split)
                for part, split in shown
            ],
            caption,
            language,
        )
        yield {
            "title": title,
            "anchor": level.value,
            "picture": here.picture(
                drawing,
                f"{section.slug}-norm-{level.value}",
                about(here.writer, section, by_name(language)),
            ),
            "table": _group_table(caption, name.one[language], shown, language),
            "tables": [_of_group(part, language) for part, _ in shown],
        }


def _of_group(part: CellReading, language: Language) -> Markup:
    name = named(part.cell)
    return folded(name, split_table(splits_of(part), name, language))


def _group_table(
    caption: str, first: str, shown: Sequence[tuple[CellReading, BesideNorm]], language: Language
) -> Markup:
    head = pick_all(
        language,
        [first, "V − N", "95%-interval", "N − R", "95%-interval", "Kloof (S)", "Deals"],
        [first, "V − N", "95% interval", "N − R", "95% interval", "Gap (S)", "Deals"],
    )
    rows = [
        [
            named(part.cell),
            *_sides(split, language),
            signed(float(split.printed.gap), language),
            number(part.cell.n, language, 0),
        ]
        for part, split in shown
    ]
    return table(caption, head, rows)


def _sides(split: SplitFound | BesideNorm, language: Language) -> Iterator[str]:
    """V − N and N − R as printed, each with its interval."""
    figure, printed = split.figure, split.printed
    for side, value in (
        (figure.overpromise, printed.overpromise),
        (figure.underdelivery, printed.underdelivery),
    ):
        yield signed(float(value or 0), language)
        yield ends(side, language)
