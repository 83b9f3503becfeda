"""What somebody can do with the figures: at most three, each with the page that tells more."""

from collections.abc import Iterator

from kloof.domain.findings import (
    AspectReading,
    CellReading,
    Evidence,
    PracticeFound,
    PromisesFound,
    SplitFound,
)
from kloof.domain.findings.practice_words import PRACTICES
from kloof.domain.notation import number, signed
from kloof.domain.statistics import Mean
from kloof.domain.text import Language
from kloof.publish.pages.figures import ends, share_ends, splits_of
from kloof.publish.pages.home.headline import inside
from kloof.publish.pages.markup import Lead
from kloof.publish.pages.parts.promises import percent_kept
from kloof.publish.pages.site_data import SurveySection
from kloof.publish.pages.site_writer import PageRef
from kloof.publish.words import pick

_Split = tuple[AspectReading, SplitFound]


def advice(here: PageRef, section: SurveySection) -> list[Lead]:
    """The side of the norm that stands out most, the practice with the smallest gaps, and promises kept.

    What cannot be demonstrated is left out: the first two only say what was, and the third is a plain count.
    """
    company, language = section.company, here.writer.language
    if company is None:
        return []
    return [
        *_norm(here, section, company, language),
        *_practice(here, section, language),
        *_kept(here, section),
    ]


def _norm(here: PageRef, section: SurveySection, company: CellReading, language: Language) -> Iterator[Lead]:
    """What customers expected above the norm; where nothing is above it, what was delivered below it."""
    found = list(splits_of(company))
    over = [one for one in found if _sure_above(one[1].overpromise, one[1].figure.overpromise.mean)]
    under = [one for one in found if _sure_above(one[1].underdelivery, one[1].figure.underdelivery.mean)]
    if over:
        yield _over_lead(here, section, max(over, key=_over), language)
    elif under:
        yield _under_lead(here, section, max(under, key=_under), language)


def _over_lead(here: PageRef, section: SurveySection, most: _Split, language: Language) -> Lead:
    name, norm, within = _said(most, most[1].figure.overpromise, language)
    return Lead(
        signed(_over(most), language),
        pick(
            language,
            f"Bij {name} ligt de verwachting het verst boven onze norm van {norm} ({within}). Beloof wat we "
            "meestal waarmaken.",
            f"On {name} expectation is furthest above our norm of {norm} ({within}). Promise what we usually "
            "deliver.",
        ),
        here.to(f"{section.slug}/before-you-promise"),
        pick(language, "Voordat je iets belooft", "Before you promise"),
    )


def _under_lead(here: PageRef, section: SurveySection, most: _Split, language: Language) -> Lead:
    name, norm, within = _said(most, most[1].figure.underdelivery, language)
    return Lead(
        number(_under(most), language),
        pick(
            language,
            f"Zo ver blijft de levering bij {name} onder onze norm van {norm} ({within}). Begin daar.",
            f"That far delivery on {name} stays below our norm of {norm} ({within}). Start there.",
        ),
        here.to(f"{section.slug}/aspects/{most[0].aspect.id}"),
        pick(language, "Bekijk dit aspect", "See this aspect"),
    )


def _said(one: _Split, side: Mean, language: Language) -> tuple[str, str, str]:
    """The aspect, its norm, and the interval of one side of it, in words."""
    aspect, split = one
    norm = number(float(split.printed.norm or 0), language)
    return inside(aspect.aspect.name[language]), norm, _within(ends(side, language), language)


def _within(interval: str, language: Language) -> str:
    return pick(language, f"95%-interval {interval}", f"95% interval {interval}")


def _sure_above(evidence: Evidence, mean: float) -> bool:
    return evidence is Evidence.DEMONSTRABLE and mean > 0


def _over(one: _Split) -> float:
    return float(one[1].printed.overpromise or 0)


def _under(one: _Split) -> float:
    return float(one[1].printed.underdelivery or 0)


def _practice(here: PageRef, section: SurveySection, language: Language) -> Iterator[Lead]:
    """The practice with the smallest gap beside deals without; none where that cannot be demonstrated."""
    found = [
        one
        for table in section.practices
        for one in table.findings
        if isinstance(one, PracticeFound)
        and one.evidence is Evidence.DEMONSTRABLE
        and one.figure.gap.mean < 0
        and one.about is not None
    ]
    if not found:
        return
    best = min(found, key=lambda one: (one.figure.printed.gap, one.practice))
    practice = PRACTICES[best.practice][language]
    within = _within(ends(best.figure.gap, language), language)
    name = inside(best.about[language]) if best.about else ""
    yield Lead(
        signed(float(best.figure.printed.gap), language),
        pick(
            language,
            f"In deals met {practice} was de kloof bij {name} kleiner ({within}). Die deals verschillen ook op andere "
            "punten.",
            f"In deals with {practice} the gap on {name} was smaller ({within}). Those deals differ in other ways too.",
        ),
        here.to(f"{section.slug}/practices"),
        pick(language, "Werkwijzen vergeleken", "Practices compared"),
    )


def _kept(here: PageRef, section: SurveySection) -> Iterator[Lead]:
    found, language = section.company and section.company.promises, here.writer.language
    if not isinstance(found, PromisesFound):
        return
    within = f" ({_within(share_ends(found.kept, language), language)})" if found.kept else ""
    yield Lead(
        percent_kept(found, language),
        pick(
            language,
            f"van de beloften is nagekomen, zeggen klanten{within}. Schrijf op wat je belooft en geef het door.",
            f"of promises were kept, customers say{within}. Write down what you promise and hand it over.",
        ),
        here.to(f"{section.slug}/promises"),
        pick(language, "Beloften nagekomen", "Promises kept"),
    )
