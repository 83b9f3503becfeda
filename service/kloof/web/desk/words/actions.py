"""What the company does about its findings, as the desk reads it."""

from kloof.domain.findings import Evidence
from kloof.domain.findings.company_actions import ActionFigures, ActionOutcome, CompanyGroup, NotYet
from kloof.domain.notation import interval, number, signed
from kloof.domain.releases.document import Level
from kloof.domain.statistics import Difference, decimals_of
from kloof.web.app.language import language, say


def done(what: str) -> str:
    """What was done a moment ago."""
    said: dict[str, str] = {
        "added": say("It is added. The site shows it in a minute."),
        "changed": say("It is saved. The site shows it in a minute."),
        "ended": say("It has ended. The site shows it in a minute."),
        "removed": say("It is removed, and gone from the site in a minute."),
    }
    return said.get(what, "")


def group(one: CompanyGroup) -> str:
    """Whom an action is for."""
    if one.level is Level.COMPANY:
        return say("The whole company")
    if one.level is Level.TEAM:
        name = f"{one.team}, {one.product}" if one.product else one.team
        return say("Team {name}", name=name)
    if one.level is Level.REGION:
        return say("Region {name}", name=one.region)
    return one.product


def aspect(outcome: ActionOutcome) -> str:
    """What an action is about."""
    return outcome.aspect.name[language()] if outcome.aspect else outcome.action.aspect


def figures(standing: ActionFigures | None) -> str:
    """V, R and S as the site prints them."""
    if standing is None:
        return "–"
    printed, spoken = standing.figure.printed(), language()
    return say(
        "expected {v}, got {r}, gap {s}",
        v=number(float(printed.expectation), spoken),
        r=number(float(printed.reality), spoken),
        s=signed(float(printed.gap), spoken),
    )


def verdict(outcome: ActionOutcome) -> str:
    """What can be said of the change, or why nothing can."""
    if outcome.lack is not None:
        return {
            NotYet.NOT_SHOWN_BEFORE: say("No release from before it began shows this group."),
            NotYet.TOO_FEW_NEW: say("Too few new customers yet."),
            NotYet.TAKEN_BACK: say(
                "Customers took answers back or corrected them, so new ones cannot be told apart."
            ),
        }[outcome.lack]
    if not isinstance(outcome.change, Difference):
        return say("Whether it is more than chance cannot be said yet.")
    found = outcome.change.interval
    within = interval(found.low, found.high, language(), decimals_of(found))
    if outcome.evidence is not Evidence.DEMONSTRABLE:
        return say("No change can be demonstrated ({interval}).", interval=within)
    if outcome.change.value < 0:
        return say("The gap is demonstrably smaller ({interval}).", interval=within)
    return say("The gap is demonstrably larger ({interval}).", interval=within)
