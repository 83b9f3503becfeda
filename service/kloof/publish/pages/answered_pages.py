"""Who answered: from deals started to deals published, who left, and whether asking changes the later mark."""

from typing import Final

from markupsafe import Markup

from kloof.domain import statistics
from kloof.domain.findings import AskingFound, Evidence, StayedFound
from kloof.domain.notation import number, percent, percent_interval, signed
from kloof.domain.releases.document import Level, ResponseCounts
from kloof.domain.text import Language, Text
from kloof.publish.pages.figures import ends, pick_all
from kloof.publish.pages.markup import facts, table
from kloof.publish.pages.section_pages import titled
from kloof.publish.pages.site_data import SurveySection
from kloof.publish.pages.site_writer import SiteWriter
from kloof.publish.words import pick

_STEPS: Final = {
    "deals_started": Text(nl="Deals gestart", en="Deals started"),
    "answered_at_sale": Text(nl="Antwoord bij verkoop", en="Answered at sale"),
    "answered_after_delivery": Text(nl="Antwoord na levering", en="Answered after delivery"),
    "pairs": Text(nl="Beide antwoorden, compleet", en="Both answers, complete"),
}
_SHARES: Final = (
    (Text(nl="Eerste vragenlijst", en="First survey"), "answered_at_sale", "deals_started"),
    (
        Text(nl="Tweede, na antwoord bij verkoop", en="Second, after an answer at sale"),
        "answered_twice",
        "asked_again",
    ),
    (
        Text(nl="Tweede, bij verkoop niet gevraagd", en="Second, not asked at sale"),
        "not_asked_answered",
        "not_asked",
    ),
)
"""Of each survey: its name, and how many answered and how many were asked."""


def write_answered(writer: SiteWriter, section: SurveySection) -> None:
    """From deals started to pairs published, and what the missing answers mean for the figures."""
    language = writer.language
    counts = next((one for one in section.response if one.level is Level.COMPANY), None)
    values = {"facts": None} if counts is None else _answered(counts, language)
    title = pick(language, "Wie heeft geantwoord", "Who answered")
    arms = {
        "stayed": section.arms.stayed[0],
        "stayed_table": _stayed(section, language),
        "asking": section.arms.asking[0] if section.arms.asking else None,
        "asking_table": _asking(section, language),
    }
    path = f"{section.slug}/answered"
    writer.page(path, "answered", titled(section, title, language), "", **values, **arms)


def _answered(counts: ResponseCounts, language: Language) -> dict[str, object]:
    """All complete pairs are accounted for: what is not published waits, or is left out for good."""
    started, published = counts.deals_started, counts.pairs_published
    steps = [(name[language], getattr(counts, field)) for field, name in _STEPS.items()]
    steps.append((pick(language, "daarvan gepubliceerd", "of these published"), published))
    if counts.left_out:
        steps.append((pick(language, "daarvan weggelaten", "of these left out"), counts.left_out))
    waiting = max(0, counts.pairs - published - counts.left_out)
    steps.append((pick(language, "daarvan wacht nog", "of these still waiting"), waiting))
    head = pick_all(language, ["Stap", "Deals"], ["Step", "Deals"])
    rows = [[name, number(count, language, 0)] for name, count in steps]
    if started >= statistics.LEAST_ASKED:
        head.append(pick(language, "Van de gestarte deals", "Of the deals started"))
        rows = [
            [*row, percent(min(1.0, count / started), language)]
            for row, (_, count) in zip(rows, steps, strict=True)
        ]
    caption = pick(language, "Van gestart tot gepubliceerd", "From started to published")
    return {
        "facts": facts([(name, number(count, language, 0)) for name, count in steps]),
        "table": table(caption, head, rows),
        "shares": _shares(counts, language),
        "waiting": waiting,
        "left_out": counts.left_out,
    }


def _shares(counts: ResponseCounts, language: Language) -> Markup | None:
    """The response to each survey that enough were asked; None where there is none."""
    head = pick_all(
        language,
        ["Vragenlijst", "Gevraagd", "Geantwoord", "Deel", "95%-interval"],
        ["Survey", "Asked", "Answered", "Share", "95% interval"],
    )
    rows = []
    for name, answered, asked in _SHARES:
        n, count = getattr(counts, asked), getattr(counts, answered)
        rate = statistics.response(min(count, n), n)
        if isinstance(rate, statistics.Share):
            within = percent_interval(rate.interval.low, rate.interval.high, language)
            figures = [number(n, language, 0), number(rate.count, language, 0), percent(rate.share, language)]
            rows.append([name[language], *figures, within])
    caption = pick(language, "Respons per vragenlijst", "Response per survey")
    return table(caption, head, rows) if rows else None


_HEAD: Final = (
    Text(nl="Aspect", en="Aspect"),
    Text(nl="Verschil", en="Difference"),
    Text(nl="95%-interval", en="95% interval"),
    Text(nl="Deals", en="Deals"),
    Text(nl="Aan te tonen", en="Demonstrable"),
)


def _stayed(section: SurveySection, language: Language) -> Markup | None:
    found = [one for one in section.arms.stayed if isinstance(one, StayedFound)]
    if not found:
        return None
    bounds = pick(language, "Kloof van al deze deals", "Gap of all these deals")
    rows = [[*_compared(one, language), ends(one.bounds.interval, language)] for one in found]
    caption = pick(
        language,
        "Verwacht bij verkoop: wie twee keer antwoordde min wie stopte",
        "Expected at sale: who answered twice minus who stopped",
    )
    return table(caption, [*(name[language] for name in _HEAD), bounds], rows)


def _asking(section: SurveySection, language: Language) -> Markup | None:
    found = [one for one in section.arms.asking if isinstance(one, AskingFound)]
    if not found:
        return None
    caption = pick(
        language,
        "Gekregen na levering: bij verkoop gevraagd min niet gevraagd",
        "Received after delivery: asked at sale minus not asked",
    )
    return table(caption, [name[language] for name in _HEAD], [_compared(one, language) for one in found])


def _compared(found: StayedFound | AskingFound, language: Language) -> list[str]:
    figure = found.figure
    shown = found.evidence is Evidence.DEMONSTRABLE
    return [
        found.about[language]
        if found.about
        else pick(language, "Alle aspecten samen", "All aspects together"),
        signed(figure.value, language),
        ends(figure.interval, language),
        f"{number(figure.n, language, 0)} / {number(figure.n_other, language, 0)}",
        pick(language, "ja", "yes") if shown else pick(language, "nee", "no"),
    ]
