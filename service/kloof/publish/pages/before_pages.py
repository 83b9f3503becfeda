"""Before you promise: what earlier customers got, by product and aspect, for somebody who is about to make an offer."""

from markupsafe import Markup

from kloof.domain.findings import AspectReading, CellReading, GapFound
from kloof.domain.notation import number
from kloof.domain.releases.document import Level
from kloof.domain.text import Language
from kloof.publish.charts.shares import ten_dots
from kloof.publish.pages.figures import HIGHEST, LOWEST
from kloof.publish.pages.markup import capital, links
from kloof.publish.pages.section_pages import counted, titled
from kloof.publish.pages.site_data import SurveySection, named
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick


def write_before(writer: SiteWriter, section: SurveySection) -> None:
    """What earlier customers got, for somebody who is about to promise something."""
    if section.company is None:
        return
    language, path = writer.language, f"{section.slug}/before-you-promise"
    here = PageRef(writer, path)
    sets = [_received(here, section, section.company, "company")]
    for index, part in enumerate(section.of_level(Level.PRODUCT)):
        sets.append(_received(here, section, part, f"product-{index}"))
    title = pick(language, "Voordat je iets belooft", "Before you promise")
    writer.page(
        path,
        "before",
        titled(section, title, language),
        "",
        sets=sets,
        jumps=links(
            [(f"#{one['anchor']}", str(one["title"]), "") for one in sets if one["title"]], leaf_through=True
        ),
        scale=section.survey.scale,
    )


def _received(here: PageRef, section: SurveySection, reading: CellReading, anchor: str) -> dict[str, object]:
    rows = []
    language, good = here.writer.language, section.survey.scale.good
    readings = {one.aspect.id: one for one in reading.aspects}
    for aspect in section.survey.aspects:
        one = readings[aspect.id]
        if not isinstance(one.gap, GapFound):
            continue
        name, tenths = aspect.name[language], _tenths(one.shares.good)
        said = [*_good(one, good, language), *_as_expected(one, language), _average(one.gap, language)]
        more = capital("; ".join(said[1:])) if said[1:] else ""
        row = Markup("<p><strong>{}</strong>: {}.</p>").format(name, said[0])
        if more:
            small = Markup("<span class='small soft'>{}.</span>").format(more)
            row = Markup("<p><strong>{}</strong>: {}.<br>{}</p>").format(name, said[0], small)
        if tenths is not None:
            dots = ten_dots(tenths, f"{name}: {said[0]}", language)
            row += here.sketch(dots, f"{section.slug}-got-{anchor}-{aspect.id}")
        rows.append(Markup('<div class="got">{}</div>').format(row))
    cell = reading.cell
    return {
        "title": named(cell),
        "anchor": anchor,
        "rows": rows,
        "counted": counted(cell, language),
        "day": cell.as_of.date,
    }


def _good(reading: AspectReading, mark: int, language: Language) -> list[str]:
    share = reading.shares.good
    if share is None:
        return []
    return [
        pick(
            language,
            f"{_customers(share, language, 'gaf', 'gaven')} minstens een {mark}",
            f"{_customers(share, language, 'gave', 'gave')} at least a {mark}",
        )
    ]


def _as_expected(reading: AspectReading, language: Language) -> list[str]:
    """Who got what they expected, or more: the rest of those who expected more than they got."""
    if reading.shares.higher is None:
        return []
    share = 100 - reading.shares.higher
    met = pick(language, "kreeg wat die verwachtte, of meer", "got what they expected, or more")
    return [_customers(share, language, met, pick(language, "kregen wat zij verwachtten, of meer", met))]


def _average(found: GapFound, language: Language) -> str:
    mean = number(float(found.figure.printed().reality), language)
    return pick(language, f"gemiddeld een {mean}", f"{mean} on average")


def _tenths(share: int | None) -> int | None:
    """How many of ten dots are full: of a share in fives the lower ten, so that it is never said to be more."""
    return None if share is None else 0 if share <= LOWEST else share // 10


def _customers(share: int, language: Language, one: str, more: str) -> str:
    """`ongeveer 8 van de 10 klanten gaven`; at the ends `minder dan 1` and `meer dan 9`."""
    if share <= LOWEST:
        return pick(language, f"minder dan 1 van de 10 klanten {one}", f"fewer than 1 in 10 customers {more}")
    if share >= HIGHEST:
        return pick(language, f"meer dan 9 van de 10 klanten {more}", f"more than 9 in 10 customers {more}")
    if share % 10:
        return pick(
            language, f"ongeveer {share}% van de klanten {one}", f"about {share}% of customers {more}"
        )
    tenths = share // 10
    return pick(
        language,
        f"ongeveer {tenths} van de 10 klanten {one if tenths == 1 else more}",
        f"about {tenths} in 10 customers {more}",
    )
