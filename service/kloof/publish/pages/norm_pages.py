"""Overpromise against underdelivery: where each aspect, product, region and team stands; and the founding claim."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from kloof.domain.findings import CellReading, ClaimFound, Evidence, SplitFound
from kloof.domain.notation import interval, number, percent, percent_interval, signed
from kloof.domain.text import Language
from kloof.publish.charts.split import Parted, splits
from kloof.publish.pages.book import Book, Here
from kloof.publish.pages.edition import Subject, named
from kloof.publish.pages.figures import aspect_parts, pick_all, splits_of
from kloof.publish.pages.markup import folded, table
from kloof.publish.pages.subject_pages import LEVELS, basis, titled
from kloof.publish.words import pick


def write_norm(book: Book, subject: Subject) -> None:
    """Overpromise against underdelivery: by aspect, by product, by region and by team; and the founding claim."""
    language = book.language
    path = f"{subject.slug}/norm"
    title = pick(
        language, "Verwachting en levering naast onze norm", "Expectation and delivery beside our norm"
    )
    here = Here(book, path)
    parts = aspect_parts(subject.company, language) if subject.company else []
    values: dict[str, object] = {"picture": None}
    if subject.company and parts:
        name = pick(
            language, "Verwachting en levering naast de norm", "Expectation and delivery beside the norm"
        )
        picture = here.picture(
            splits(parts, name, language), f"{subject.slug}-norm", basis(subject.company, language)
        )
        values = {
            "picture": picture,
            "summary": _summary(book, subject.company),
            "table": _table(subject.company, name, language),
            **_claims(subject.company, language),
            "groups": list(_groups(here, subject)),
        }
    book.page(path, "norm", titled(subject, title, language), "", **values)


def _summary(book: Book, company: CellReading) -> Markup:
    found = [split for _, split in splits_of(company)]
    sure = Evidence.DEMONSTRABLE
    over = sum(s.overpromise is sure and s.figure.overpromise.mean > 0 for s in found)
    under = sum(s.underdelivery is sure and s.figure.underdelivery.mean > 0 for s in found)
    return book.t(
        "Bij {over} van de {n} aspecten met een norm lag de verwachting aantoonbaar boven de norm. Bij {under} lag "
        "de levering er aantoonbaar onder.",
        "On {over} of {n} aspects with a norm, expectation was demonstrably above the norm. On {under}, delivery "
        "was demonstrably below it.",
        over=over,
        under=under,
        n=len(found),
    )


def _table(reading: CellReading, caption: str, language: Language) -> Markup:
    head = pick_all(
        language,
        ["Aspect", "Norm (N)", "V − N", "95%-interval", "N − R", "95%-interval", "Kloof (S)"],
        ["Aspect", "Norm (N)", "V − N", "95% interval", "N − R", "95% interval", "Gap (S)"],
    )
    rows = []
    largest_first = sorted(splits_of(reading), key=lambda one: -_gap(one[1]))
    for aspect, split in largest_first:
        over, under = split.figure.overpromise, split.figure.underdelivery
        rows.append(
            [
                aspect.aspect.name[language],
                number(aspect.aspect.norm or 0.0, language),
                signed(over.mean, language),
                interval(over.interval.low, over.interval.high, language),
                signed(under.mean, language),
                interval(under.interval.low, under.interval.high, language),
                signed(over.mean + under.mean, language),
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


def _groups(here: Here, subject: Subject) -> Iterator[dict[str, object]]:
    """Per level where each group stands, averaged over the aspects with a norm, and its aspects one by one."""
    language = here.book.language
    for level, name in LEVELS.items():
        found = [(part, _averaged(part)) for part in subject.of_level(level)]
        shown = [(part, parted) for part, parted in found if parted is not None]
        if not shown:
            continue
        title = name.several[language]
        caption = title + pick(language, ": naast onze norm", ": beside our norm")
        drawing = splits([parted for _, parted in shown], caption, language)
        yield {
            "title": title,
            "anchor": level.value,
            "picture": here.picture(drawing, f"{subject.slug}-norm-{level.value}"),
            "table": _group_table(caption, name.one[language], shown, language),
            "tables": [folded(parted.name, _table(part, parted.name, language)) for part, parted in shown],
        }


def _averaged(part: CellReading) -> Parted | None:
    figures = [split.figure for _, split in splits_of(part)]
    if not figures:
        return None
    over = sum(figure.overpromise.mean for figure in figures) / len(figures)
    under = sum(figure.underdelivery.mean for figure in figures) / len(figures)
    return Parted(named(part.cell), over, under)


def _group_table(
    caption: str, first: str, shown: Sequence[tuple[CellReading, Parted]], language: Language
) -> Markup:
    head = pick_all(
        language,
        [first, "V − N", "N − R", "Kloof (S)", "Klanten"],
        [first, "V − N", "N − R", "Gap (S)", "Customers"],
    )
    rows = [
        [
            parted.name,
            signed(parted.over, language),
            signed(parted.under, language),
            signed(parted.gap, language),
            number(part.cell.customers, language, 0),
        ]
        for part, parted in shown
    ]
    return table(caption, head, rows)
