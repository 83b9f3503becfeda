"""What stands on the company's own first page, in place of `<!-- kloof: home -->`."""

from collections.abc import Iterator
from html import escape

from markupsafe import Markup

from kloof.domain.findings import CellReading, GapFound, sentence
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.format_1 import of_this_format
from kloof.publish.pages.home.advice import advice
from kloof.publish.pages.home.headline import has_finding, headline, quiet, rests_on
from kloof.publish.pages.home.pictures import changed, sides, where
from kloof.publish.pages.markup import leads
from kloof.publish.pages.site_data import SiteData, SurveySection
from kloof.publish.pages.site_writer import PageRef, SiteWriter


def home(writer: SiteWriter, data: SiteData | None, *, follow_up: bool = False) -> str:
    """The largest finding as a headline with what belongs to it, and a line about each other survey.

    follow_up: the company has a page about what it does with the figures.
    """
    values: dict[str, object] = {"release": None, "archive": bool(data), "first": None}
    if data is not None and data.latest is not None:
        here = PageRef(writer, "index", folder="")
        values |= _told(here, data, data.latest)
        values |= {"release": data.latest, "follow_up": follow_up}
    return writer.fragment("home", "index", **values)


def _told(here: PageRef, data: SiteData, release: ReleaseDocument) -> dict[str, object]:
    sections = sorted(filter(_has_figures, data.sections), key=_largest_first)
    if not sections:
        return {}
    lead, *others = sections
    loud = [one for one in others if has_finding(one)]
    still = [one for one in data.sections if one is not lead and one not in loud]
    return {
        "first": _first(here, data, release, lead, of_several=len(data.sections) > 1),
        "others": [_other(here, release, one) for one in loud],
        "still": list(_quiet(here, still)),
    }


def _has_figures(section: SurveySection) -> bool:
    return section.company is not None and isinstance(section.company.overall, GapFound)


def _largest_first(section: SurveySection) -> tuple[bool, float]:
    """What can be demonstrated stands first, and of that the largest gap."""
    assert section.company is not None  # noqa: S101 - the caller asked
    assert isinstance(section.company.overall, GapFound)  # noqa: S101 - the caller asked
    return not has_finding(section), -abs(section.company.overall.figure.difference.mean)


def _first(
    here: PageRef, data: SiteData, release: ReleaseDocument, section: SurveySection, *, of_several: bool
) -> dict[str, object]:
    company = section.company
    assert company is not None  # noqa: S101 - the caller asked
    return {
        "headline": headline(here.writer, section, of_several=of_several),
        "rests_on": rests_on(here.writer, section, release),
        "caution": _caution(here.writer, company),
        "where": where(here, section, company),
        "sides": sides(here, section, company),
        "changed": changed(here, section, section.change)
        if section.change and _moved(section, release)
        else "",
        "change": _change(here.writer, data, release, section),
        "leads": leads(advice(here, section)),
        "all": here.to(f"{section.slug}/index"),
        "norm": here.to(f"{section.slug}/norm"),
    }


def _caution(writer: SiteWriter, company: CellReading) -> Markup:
    overall = company.overall
    if isinstance(overall, GapFound) and overall.basis.these_sellers:
        return writer.t(
            "Het interval geldt alleen voor klanten van deze verkopers.",
            "The interval holds only for customers of these salespeople.",
        )
    return Markup()


def _other(here: PageRef, release: ReleaseDocument, section: SurveySection) -> dict[str, object]:
    return {
        "headline": headline(here.writer, section, of_several=True),
        "rests_on": rests_on(here.writer, section, release),
        "anchor": section.slug,
        "all": here.to(f"{section.slug}/index"),
    }


def _quiet(here: PageRef, sections: list[SurveySection]) -> Iterator[Markup]:
    for section in sections:
        yield here.writer.t(
            "[{title}]({address}): {said}.",
            "[{title}]({address}): {said}.",
            title=section.title(here.writer.language),
            address=Markup(here.to(f"{section.slug}/index")),  # noqa: S704 - an address of our own making
            said=quiet(here.writer, section, here.writer.language),
        )


def _moved(section: SurveySection, release: ReleaseDocument) -> bool:
    return bool(section.history) and section.history[-1].release.number == release.number


def _change(writer: SiteWriter, data: SiteData, release: ReleaseDocument, section: SurveySection) -> Markup:
    """What changed in words, or why there is nothing to compare."""
    if len(data.releases) < 2:
        return writer.t(
            "Dit is de eerste publicatie. Na de volgende staat hier wat er veranderde.",
            "This is the first release. After the next one, what changed appears here.",
        )
    if len(of_this_format(data.releases)) < 2:
        return writer.t(
            "Dit is de eerste publicatie van een nieuwe rekenmethode. Met de publicaties ervoor is zij niet te "
            "vergelijken.",
            "This is the first release of a new way of computing. It cannot be compared with those before it.",
        )
    if not _moved(section, release):
        return writer.t(
            "Sinds de vorige publicatie kwamen hier geen antwoorden bij.",
            "No answers have come in here since the previous release.",
        )
    if section.change is not None:  # it stands beside its picture, where Markdown is not read
        words = sentence(section.change, writer.language)
        return Markup(escape(words))  # noqa: S704 - escaped
    if len(section.history) == 1:
        return writer.t("Dit zijn de eerste cijfers hierover.", "These are the first figures about this.")
    return writer.t(
        "Klanten hebben antwoorden teruggetrokken of verbeterd. Daarom vergelijken we deze keer niet met de "
        "publicatie ervoor.",
        "Customers took answers back or corrected them. So this time there is no comparison with the release before.",
    )
