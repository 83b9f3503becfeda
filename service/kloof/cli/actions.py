"""kloof actions: what the company does about its findings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from kloof.actions.clock import clock_of
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Group

if TYPE_CHECKING:
    from kloof.config import Settings
    from kloof.domain.findings.company_actions import ActionOutcome, CompanyAction

_DAY = click.DateTime(["%Y-%m-%d"])
_ON_THE_SITE = "Run kloof site build to put it on the site."


@click.group(cls=Group)
def actions() -> None:
    """Say what the company does about its findings; the site shows what changed since."""


@actions.command(name="list")
@as_json
def list_(as_json: bool) -> None:
    """List every action, with V, R and S of before it and of the customers since."""
    from kloof.actions.releases.company_actions import listed

    found = listed(with_database(reading=True))
    lines = [_line(one) for one in found]
    report(
        as_json,
        {"actions": [_told(one) for one in found]},
        "\n".join(lines) or "None yet: kloof actions add.",
    )


@actions.command()
@click.option("--title", required=True, help="What is done, in a few words.")
@click.option("--survey", required=True, help="The name of the survey.")
@click.option("--aspect", required=True, help="The name of the aspect in it.")
@click.option("--product", default="", help="For this product; without a group for the whole company.")
@click.option("--region", default="", help="For this region.")
@click.option("--team", default="", help="For this team; with --product for its deals of that product.")
@click.option("--what", default="", help="More about it.")
@click.option(
    "--owner", default="", help="Who is in charge of it, as readers of the site may know: a role, or a name."
)
@click.option("--since", "day", type=_DAY, help="The first day; today without it.")
@as_json
def add(as_json: bool, day: datetime | None, **told: str) -> None:
    """Add an action about one aspect, for a group that the last release shows."""
    from kloof.actions.releases import company_actions

    settings = with_database()
    now = clock_of(settings)()
    started = day.date() if day else settings.today(now)
    kept = company_actions.add(settings, _action(started, told), now)
    report(as_json, kept.model_dump(mode="json"), f"Action {kept.id} is added: {kept.title}. {_ON_THE_SITE}")


@actions.command()
@click.argument("number", type=int)
@click.option("--on", "day", type=_DAY, help="The last day; today without it.")
@as_json
def end(number: int, day: datetime | None, as_json: bool) -> None:
    """End an action: what came of it stays on the site."""
    from kloof.actions.releases import company_actions

    settings = with_database()
    now = clock_of(settings)()
    kept = company_actions.end(number, day.date() if day else settings.today(now), now)
    words = f"Action {number} has ended on {kept.ended_on}. {_ON_THE_SITE}"
    report(as_json, kept.model_dump(mode="json"), words)


@actions.command()
@click.argument("number", type=int)
@as_json
def remove(number: int, as_json: bool) -> None:
    """Remove an action that was a mistake."""
    from kloof.actions.releases import company_actions

    settings: Settings = with_database()
    company_actions.remove(number, clock_of(settings)())
    report(
        as_json,
        {"removed": number},
        f"Action {number} is removed. Run kloof site build to take it from the site.",
    )


def _action(started: Any, told: dict[str, str]) -> CompanyAction:
    from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
    from kloof.domain.releases.document import Level

    team, region, product = told["team"], told["region"], told["product"]
    level = Level.TEAM if team else Level.REGION if region else Level.PRODUCT if product else Level.COMPANY
    return CompanyAction(
        id=0,
        survey=told["survey"],
        aspect=told["aspect"],
        group=CompanyGroup(level=level, product=product, region=region, team=team),
        title=told["title"],
        what=told["what"],
        owner=told["owner"],
        started_on=started,
    )


def _told(one: ActionOutcome) -> dict[str, Any]:
    return {
        **one.action.model_dump(mode="json"),
        "before": _figures(one.before),
        "since": _figures(one.since),
        "evidence": one.evidence.name.lower(),
        "lack": one.lack,
    }


def _figures(standing: Any) -> dict[str, Any] | None:
    if standing is None:
        return None
    printed = standing.figure.printed()
    return {
        "release": standing.release,
        "n": standing.figure.difference.n,
        "v": float(printed.expectation),
        "r": float(printed.reality),
        "s": float(printed.gap),
    }


def _line(one: ActionOutcome) -> str:
    action, before, since = one.action, _figures(one.before), _figures(one.since)
    group = " ".join(filter(None, (action.group.product, action.group.region, action.group.team)))
    days = f"since {action.started_on}" + (f" to {action.ended_on}" if action.ended_on else "")
    about = f"{action.id}  {action.title} ({action.survey} {action.aspect}, {group or 'the whole company'}, {days})"
    if before and since:
        change = f"gap {before['s']:+} of {before['n']} deals before, {since['s']:+} of {since['n']} since"
        return f"{about}\n   {change}. This does not show why."
    why = {
        "not_shown_before": "no release of before it began shows this group",
        "too_few_new": "too few new customers yet",
        "taken_back": "answers were taken back or corrected, so new ones cannot be told apart",
    }[str(one.lack)]
    return f"{about}\n   {why}"
