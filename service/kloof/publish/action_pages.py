"""What the company does about its findings, each action beside the figures of before it and of the customers since."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from kloof.domain.findings import Evidence
from kloof.domain.findings.company_actions import (
    ActionFigures,
    ActionOutcome,
    CompanyGroup,
    NotYet,
)
from kloof.domain.notation import date, interval, number, signed
from kloof.domain.releases.document import Level, PublishedAspect, PublishedSurvey
from kloof.domain.statistics import Difference, decimals_of
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.dumbbell import DumbbellRow, dumbbells
from kloof.publish.pages.figures import gap_head, row_of
from kloof.publish.pages.markup import folded, plain, table
from kloof.publish.pages.section_pages import span
from kloof.publish.pages.site_writer import PageRef, SiteWriter
from kloof.publish.words import pick

PAGE: Final = "you-said-we-did/index"
"""The company's own page, on which the actions stand."""


def what_we_do(writer: SiteWriter, found: Sequence[ActionOutcome]) -> str:
    """The actions, those that go on first, and of these those with something to compare."""
    here = PageRef(writer, PAGE, folder="")
    told = [_told(writer, here, outcome) for outcome in sorted(found, key=lambda one: one.since is None)]
    return writer.fragment(
        "actions",
        PAGE,
        going_on=[one for one in told if not one["ended"]],
        over=[one for one in told if one["ended"]],
    )


def group_name(group: CompanyGroup, language: Language) -> str:
    """What a group is called among readers."""
    if group.level is Level.COMPANY:
        return pick(language, "het hele bedrijf", "the whole company")
    if group.level is Level.TEAM:
        return f"{group.team} · {group.product}" if group.product else group.team
    return group.product or group.region


def _told(writer: SiteWriter, here: PageRef, outcome: ActionOutcome) -> dict[str, object]:
    action, language = outcome.action, writer.language
    return {
        "anchor": f"action-{action.id}",
        "title": _own(writer, action.title),
        "about": _about(writer, outcome),
        "what": [_own(writer, part) for part in action.what.split("\n\n") if part.strip()],
        "ended": action.ended_on and date(action.ended_on, language),
        "lack": outcome.lack,
        "verdict": _verdict(writer, outcome),
        "since": outcome.before and date(outcome.before.on, language),
        "before": _in_words(outcome.before, language),
        "picture": _picture(here, outcome),
        "taken_back": outcome.lack is NotYet.TAKEN_BACK,
        "too_few": outcome.lack is NotYet.TOO_FEW_NEW,
    }


def _own(writer: SiteWriter, words: str) -> Markup:
    """The company's own words, which stand there in its language only."""
    told = plain(words)
    if writer.language == writer.default_language:
        return told
    return Markup('<span lang="{}">{}</span>').format(writer.default_language, told)


def _about(writer: SiteWriter, outcome: ActionOutcome) -> Markup:
    action, language = outcome.action, writer.language
    aspect = outcome.aspect.name[language] if outcome.aspect else action.aspect
    started = date(action.started_on, language)
    day = pick(language, f"sinds {started}", f"since {started}")
    if action.ended_on:
        ended = date(action.ended_on, language)
        day = pick(language, f"van {started} tot en met {ended}", f"from {started} to {ended}")
    told = plain(f"{aspect} · {group_name(action.group, language)} · {day}")
    return told + Markup(" · ") + _own(writer, action.owner) if action.owner else told


def _in_words(standing: ActionFigures | None, language: Language) -> str:
    if standing is None:
        return ""
    printed = standing.figure.printed()
    v, r = number(float(printed.expectation), language), number(float(printed.reality), language)
    s = signed(float(printed.gap), language)
    return pick(language, f"verwacht {v}, gekregen {r}, kloof {s}", f"expected {v}, received {r}, gap {s}")


def _verdict(writer: SiteWriter, outcome: ActionOutcome) -> dict[str, object] | None:
    """The gap before and since, and whether that is more than chance."""
    before, since = outcome.before, outcome.since
    if before is None or since is None:
        return None
    language = writer.language
    was, now = before.figure.printed().gap, since.figure.printed().gap
    within = None
    if isinstance(outcome.change, Difference):
        found = outcome.change.interval
        within = interval(found.low, found.high, language, decimals_of(found))
    shown = outcome.evidence is Evidence.DEMONSTRABLE and isinstance(outcome.change, Difference)
    return {
        "was": signed(float(was), language),
        "now": signed(float(now), language),
        "change": signed(float(now - was), language),
        "interval": within,
        "smaller": shown and isinstance(outcome.change, Difference) and outcome.change.value < 0,
        "larger": shown and isinstance(outcome.change, Difference) and outcome.change.value > 0,
        "n": number(since.figure.difference.n, language, 0),
    }


def _picture(here: PageRef, outcome: ActionOutcome) -> Markup | str:
    survey, aspect, before, since = outcome.survey, outcome.aspect, outcome.before, outcome.since
    if survey is None or aspect is None or before is None or since is None:
        return ""
    language = here.writer.language
    rows = [
        _row(_before_it(before, language), before, aspect),
        _row(_after_it(since, language), since, aspect),
    ]
    axis = Axis.around((value for row in rows for value in row.reach), survey.scale.low, survey.scale.high)
    title = f"{aspect.name[language]}, {group_name(outcome.action.group, language)}"
    drawing = dumbbells(rows, axis, title, language)
    known = survey.title[language], here.writer.day, span(survey, language)
    picture = here.picture(drawing, f"action-{outcome.action.id}", " · ".join(known))
    return picture + Markup("\n\n") + _figures(outcome, survey, before, since, language)


def _row(name: str, standing: ActionFigures, aspect: PublishedAspect) -> DumbbellRow:
    printed, within = standing.figure.printed(), standing.figure.difference.interval
    drawn = None if within is None else (within.low, within.high)
    return DumbbellRow(name, float(printed.expectation), float(printed.reality), drawn, aspect.norm)


def _before_it(standing: ActionFigures, language: Language) -> str:
    n = number(standing.figure.difference.n, language, 0)
    return pick(language, f"Ervoor: {n} deals", f"Before: {n} deals")


def _after_it(standing: ActionFigures, language: Language) -> str:
    n = number(standing.figure.difference.n, language, 0)
    return pick(language, f"Daarna: {n} nieuwe deals", f"Since: {n} new deals")


def _figures(
    outcome: ActionOutcome,
    survey: PublishedSurvey,
    before: ActionFigures,
    since: ActionFigures,
    language: Language,
) -> Markup:
    head = gap_head(language, "", pick(language, "Publicatie", "Release"))
    rows = [
        row_of(_before_it(before, language), before.figure, before.release, language),
        row_of(_after_it(since, language), since.figure, since.release, language),
    ]
    title = pick(language, "De cijfers als tabel", "The figures as a table")
    return folded(title, table(outcome.action.title, head, rows))
