"""Before you promise: what earlier customers got, by product and aspect, for somebody who is about to make an offer."""

from markupsafe import Markup

from kloof.domain.findings import CellReading
from kloof.domain.notation import number
from kloof.domain.releases.document import Level
from kloof.domain.statistics.sums import PairedSums
from kloof.domain.text import Language
from kloof.publish.charts.shares import ten_dots
from kloof.publish.pages.figures import in_ten
from kloof.publish.pages.markup import links
from kloof.publish.pages.section_pages import titled
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
    counted = all(moments.good is not None for moments in section.company.cell.aspects.values())
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
        counted=counted,
    )


def _received(here: PageRef, section: SurveySection, reading: CellReading, anchor: str) -> dict[str, object]:
    rows = []
    language = here.writer.language
    for aspect in section.survey.aspects:
        moments = reading.cell.aspects[aspect.id]
        if moments.n == 0:
            continue
        name = aspect.name[language]
        tenths, says, more = _got(moments, section.survey.scale.good, language)
        dots = here.sketch(
            ten_dots(tenths, f"{name}: {says}", language), f"{section.slug}-got-{anchor}-{aspect.id}"
        )
        words = Markup("<p><strong>{}</strong>: {}.<br><span class='small soft'>{}.</span></p>").format(
            name, says, more
        )
        rows.append(Markup('<div class="got">{}{}</div>').format(words, dots))
    cell = reading.cell
    return {
        "title": named(cell),
        "anchor": anchor,
        "rows": rows,
        "customers": cell.customers,
        "day": cell.as_of.date,
    }


def _got(moments: PairedSums, mark: int, language: Language) -> tuple[int, str, str]:
    """How many in 10 are shown, what that says, and what else there is to say."""
    met = in_ten(moments.n - moments.higher, moments.n)
    mean = number(moments.reality.mean, language)
    average = pick(language, f"Gemiddeld een {mean}", f"{mean} on average")
    as_expected = pick(
        language,
        f"{_of_ten(met, language)} minstens wat zij verwachtten",
        f"{_of_ten(met, language)} at least what they expected",
    )
    if moments.good is None:
        return met, as_expected, average
    tenths = in_ten(moments.good, moments.n)
    says = pick(
        language,
        f"{_of_ten(tenths, language, 'gaf', 'gaven')} minstens een {mark}",
        f"{_of_ten(tenths, language, 'gave', 'gave')} at least a {mark}",
    )
    return tenths, says, f"{average}; {as_expected}"


def _of_ten(tenths: int, language: Language, one: str = "", more: str = "") -> str:
    """`8 van de 10 klanten gaven`; the verb of receiving where none is given."""
    one, more = one or pick(language, "kreeg", "got"), more or pick(language, "kregen", "got")
    if tenths == 0:
        return pick(language, f"minder dan 1 van de 10 klanten {one}", f"fewer than 1 in 10 customers {more}")
    return pick(
        language,
        f"{tenths} van de 10 klanten {one if tenths == 1 else more}",
        f"{tenths} in 10 customers {more}",
    )
