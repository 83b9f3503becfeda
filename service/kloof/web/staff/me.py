"""The salesperson's own pages: what their customers expected and got, and nobody else's."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, render_template, request

from kloof.actions.staff import own_deals, own_feedback
from kloof.actions.staff.own_feedback import OwnFigures
from kloof.domain.notation import number, signed, weekday
from kloof.domain.staff.over_promise import FEW, over_promise
from kloof.domain.staff.own_list import OwnList, OwnSearch
from kloof.domain.staff.own_totals import LEAST, step
from kloof.domain.surveys.definition import Survey
from kloof.domain.text import Text
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language, say
from kloof.web.staff import own_pictures
from kloof.web.staff.own_pictures import AspectPicture

blueprint = Blueprint("me", __name__, url_prefix="/me")
MOST_SEARCHED: Final = 200


@blueprint.app_context_processor
def _figures() -> dict[str, object]:
    return {
        "number": number,
        "signed": signed,
        "mark": own_pictures.mark,
        "whole_gap": own_pictures.whole_gap,
        "weekday": lambda day: weekday(day, language()),
        "day_of": settings().today,
        "mid_sentence": own_pictures.mid_sentence,
        "key_of": key_of,
    }


@blueprint.get("")
def overview() -> str:
    """What is due, what is over-promised most, and the newest answers; the address may choose a survey, an aspect."""
    view = own_feedback.overview(settings(), signed_in(), now())
    shown = _chosen(view.figures, request.args.get("survey", ""))
    over = over_promise(shown.together_of_enough.gaps) if shown and shown.together_of_enough else None
    trends = list(own_pictures.trends(shown)) if shown else []
    asked = (request.args.get("aspect", ""), over.gap.aspect if over else "")
    return render_template(
        "me/overview.html",
        view=view,
        shown=shown,
        over=over,
        picture=_picture_of(shown),
        trends=trends,
        trend=next(
            (one for wanted in asked for one in trends if one.aspect == wanted), trends[0] if trends else None
        ),
        told={
            outcome: [one for one in view.told if one.outcome == outcome] for outcome in ("kept", "broken")
        },
        promises=tuple(map(sum, zip(*(one.promises[:3] for one in view.figures), strict=True))),
        kept_bar=own_pictures.kept_bar,
        consent=settings().works_council_consent,
        names_of=_names,
        least=LEAST,
        few=FEW,
        fresh_days=own_feedback.FRESH_DAYS,
        step_of=step,
        today=settings().today(now()),
    )


def _chosen(figures: Sequence[OwnFigures], asked: str) -> OwnFigures | None:
    """The survey that was asked for, or the one of which most is known; None where too few answered."""
    enough = [one for one in figures if one.together_of_enough]
    found = (one for one in enough if key_of(one.survey) == asked)
    return next(found, max(enough, key=lambda one: one.customers, default=None))


def key_of(survey: Survey) -> str:
    """A survey version in an address, as on the findings: `installation-1`."""
    return f"{survey.id}-{survey.version}"


def _picture_of(shown: OwnFigures | None) -> AspectPicture | None:
    if shown is None or shown.together_of_enough is None:
        return None
    company = shown.company.aspects if shown.company else {}
    return own_pictures.aspect_picture(shown.survey, shown.together_of_enough.gaps, company)


@blueprint.get("/deals")
def deals() -> str:
    """All own deals, or those that a filter leaves, 25 at a time."""
    kind, words = request.args.get("show", ""), request.args.get("q", "")[:MOST_SEARCHED]
    wanted = OwnSearch(OwnList(kind) if kind in list(OwnList) else OwnList.ALL, words)
    found = own_deals.listed(settings(), signed_in(), wanted, request.args.get("page", 1, type=int), now())
    return render_template("me/deals.html", found=found, wanted=wanted)


@blueprint.get("/deals/<deal:deal_id>")
def deal(deal_id: str) -> str:
    """One own deal of a customer who agreed to be named."""
    detail = own_deals.detail(settings(), signed_in(), deal_id, now())
    return render_template(
        "me/deal.html",
        detail=detail,
        picture=own_pictures.aspect_picture(detail.survey, detail.view.gaps, {}, decimals=0),
        names=_names(detail.survey),
        outcomes=_outcomes(),
        today=settings().today(now()),
    )


def _names(survey: Survey) -> dict[str, Text]:
    return {aspect.id: aspect.name for aspect in survey.aspects}


def _outcomes() -> dict[str, str]:
    return {
        "kept": say("Kept"),
        "partly": say("Partly kept"),
        "broken": say("Not kept"),
        "unknown": say("Too early to say"),
    }
