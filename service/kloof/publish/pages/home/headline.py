"""The finding of one survey in one sentence, and what it rests on in one line."""

from collections.abc import Sequence

from markupsafe import Markup

from kloof.domain.findings import AspectReading, CellReading, Evidence, GapFound
from kloof.domain.notation import date, number, signed
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.text import Language
from kloof.publish.pages.figures import MOST_NAMED, by_gap, ends, largest, shown
from kloof.publish.pages.section_pages import counted
from kloof.publish.pages.site_data import SurveySection
from kloof.publish.pages.site_writer import SiteWriter
from kloof.publish.words import pick

Aspects = Sequence[tuple[AspectReading, GapFound]]


def has_finding(section: SurveySection) -> bool:
    """Whether a difference can be demonstrated, over all aspects or on any of them."""
    company = section.company
    if company is None or not isinstance(company.overall, GapFound):
        return False
    return company.overall.evidence is Evidence.DEMONSTRABLE or bool(shown(by_gap(company)))


def headline(writer: SiteWriter, section: SurveySection, *, of_several: bool) -> Markup:
    """What a survey found; it names the survey where there are several. The company's cell has a gap."""
    company = section.company
    assert company is not None  # noqa: S101 - the caller asked
    assert isinstance(company.overall, GapFound)  # noqa: S101 - the caller asked
    said = _said(writer, company, company.overall)
    if of_several:
        return writer.t(
            "{survey}: {said}", "{survey}: {said}", survey=section.title(writer.language), said=said
        )
    return Markup(said[0].upper() + said[1:])  # noqa: S704 - it was safe already


def _said(writer: SiteWriter, company: CellReading, overall: GapFound) -> Markup:
    if overall.evidence is Evidence.UNKNOWN:
        return _only_marks(writer, overall)
    sure = shown(by_gap(company))
    if overall.evidence is Evidence.DEMONSTRABLE:
        return _one_way(writer, overall, company, sure)
    if sure:
        return _some(writer, sure)
    if overall.small:
        return writer.t(
            "klanten kregen wat zij verwachtten: geen verschil dat ertoe doet.",
            "customers got what they expected: no difference that matters.",
        )
    return writer.t(
        "geen aantoonbaar verschil tussen wat klanten verwachtten en wat zij kregen.",
        "no demonstrable difference between what customers expected and what they got.",
    )


def _only_marks(writer: SiteWriter, overall: GapFound) -> Markup:
    printed = overall.figure.printed()
    return writer.t(
        "klanten verwachtten gemiddeld {v} en gaven na levering {r}.",
        "customers expected {v} on average and gave {r} after delivery.",
        v=number(float(printed.expectation), writer.language),
        r=number(float(printed.reality), writer.language),
    )


def _one_way(writer: SiteWriter, overall: GapFound, company: CellReading, sure: Aspects) -> Markup:
    """All aspects together fell short, or were better than expected; and where most, if that stands out."""
    short = overall.figure.difference.mean > 0
    least = writer.t("iets ", "slightly ") if overall.small else Markup()
    way = (
        writer.t(
            "klanten kregen {least}minder dan verwacht",
            "customers got {least}less than expected",
            least=least,
        )
        if short
        else writer.t(
            "klanten kregen {least}meer dan verwacht", "customers got {least}more than expected", least=least
        )
    )
    most = largest(_that_way(sure, short=short))
    if not most or len(company.aspects) == 1 or len(most) > MOST_NAMED:
        return way + Markup(".")
    return way + writer.t(
        ", vooral bij {aspects}.", ", most of all on {aspects}.", aspects=_names(writer, most)
    )


def _some(writer: SiteWriter, sure: Aspects) -> Markup:
    """The mean shows nothing, but these aspects do."""
    less, more = _that_way(sure, short=True), _that_way(sure, short=False)
    if less and more:
        return writer.t(
            "klanten kregen minder dan verwacht bij {less}, en meer bij {more}.",
            "customers got less than expected on {less}, and more on {more}.",
            less=_named(writer, less),
            more=_named(writer, more),
        )
    if less:
        return writer.t(
            "bij {less} kregen klanten minder dan verwacht; gemiddeld is geen verschil aan te tonen.",
            "on {less} customers got less than expected; on average no difference can be demonstrated.",
            less=_named(writer, less),
        )
    return writer.t(
        "bij {more} kregen klanten meer dan verwacht; gemiddeld is geen verschil aan te tonen.",
        "on {more} customers got more than expected; on average no difference can be demonstrated.",
        more=_named(writer, more),
    )


def _that_way(sure: Aspects, *, short: bool) -> Aspects:
    """Those that fell short, or those that did not; the furthest first."""
    if short:
        return [one for one in sure if one[1].figure.difference.mean > 0]
    return [one for one in reversed(sure) if one[1].figure.difference.mean < 0]


def _named(writer: SiteWriter, found: Aspects) -> Markup:
    """By name where they are few, else how many."""
    if len(found) > MOST_NAMED:
        return writer.t("{n} aspecten", "{n} aspects", n=len(found))
    return _names(writer, found)


def _names(writer: SiteWriter, found: Aspects) -> Markup:
    both = writer.t(" en ", " and ")
    return both.join(emphasised(writer, one) for one, _ in found)


def emphasised(writer: SiteWriter, reading: AspectReading) -> Markup:
    """The name of an aspect within a sentence."""
    return writer.t("*{name}*", "*{name}*", name=inside(reading.aspect.name[writer.language]))


def inside(name: str) -> str:
    """A name within a sentence; what begins with two capitals is a word of its own."""
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def rests_on(writer: SiteWriter, section: SurveySection, release: ReleaseDocument) -> str:
    """The gap with its interval, of how many customers, and of which release."""
    language, company = writer.language, section.company
    assert company is not None  # noqa: S101 - the caller asked
    assert isinstance(company.overall, GapFound)  # noqa: S101 - the caller asked
    figure = company.overall.figure
    gap = pick(language, "kloof ", "gap ") + signed(float(figure.printed().gap), language)
    if figure.difference.interval is not None:
        gap += f" ({pick(language, '95%-interval', '95% interval')} {ends(figure.difference, language)})"
    day = date(release.published_on, language)
    dated = pick(language, f"publicatie {release.number}, {day}", f"release {release.number}, {day}")
    return " · ".join((gap[0].upper() + gap[1:], counted(company.cell, language), dated))


def quiet(writer: SiteWriter, section: SurveySection, language: Language) -> Markup:
    """One line about a survey of which nothing can be demonstrated."""
    company = section.company
    if company is None or not isinstance(company.overall, GapFound):
        return writer.t("nog te weinig antwoorden om te publiceren", "too few answers to publish yet")
    overall = company.overall
    gap = signed(float(overall.figure.printed().gap), language)
    if overall.evidence is Evidence.UNKNOWN:
        return writer.t(
            "kloof {gap}; hoe zeker dat is, is nog niet te zeggen ({counted})",
            "gap {gap}; how certain that is cannot be said yet ({counted})",
            gap=gap,
            counted=counted(company.cell, language),
        )
    within = ends(overall.figure.difference, language)
    said = (
        writer.t("geen verschil dat ertoe doet", "no difference that matters")
        if overall.small
        else writer.t("geen aantoonbaar verschil", "no demonstrable difference")
    )
    return writer.t(
        "{said}: kloof {gap}, 95%-interval {within} ({counted})",
        "{said}: gap {gap}, 95% interval {within} ({counted})",
        said=said,
        gap=gap,
        within=within,
        counted=counted(company.cell, language),
    )
