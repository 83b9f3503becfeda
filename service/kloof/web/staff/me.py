"""The salesperson's own pages: what their customers expected and got, and nobody else's."""

from flask import Blueprint, render_template, request

from kloof.actions.staff import before_promise as calibration
from kloof.actions.staff import own_deals, own_feedback, own_trend
from kloof.domain.notation import number, signed
from kloof.domain.staff.own_totals import LEAST, step
from kloof.domain.surveys.definition import Survey
from kloof.domain.text import Text
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language, say

blueprint = Blueprint("me", __name__, url_prefix="/me")


@blueprint.app_context_processor
def _figures() -> dict[str, object]:
    return {"number": number, "signed": signed}


@blueprint.get("")
def overview() -> str:
    view = own_feedback.overview(settings(), signed_in(), now(), request.args.get("page", 1, type=int))
    title = say("over time")
    return render_template(
        "me/overview.html",
        view=view,
        person=signed_in(),
        consent=settings().works_council_consent,
        names_of=_names,
        trends_of=lambda figures: list(own_trend.trends(figures, title, language())),
        least=LEAST,
        step_of=step,
        today=settings().today(now()),
    )


@blueprint.get("/deals/<deal:deal_id>")
def deal(deal_id: str) -> str:
    detail = own_deals.detail(settings(), signed_in(), deal_id, now())
    return render_template("me/deal.html", detail=detail, names=_names(detail.survey), outcomes=_outcomes())


@blueprint.get("/promise")
def promise() -> str:
    """Before a quote: choose a product and aspects; the address holds the choice, nothing is stored."""
    product, aspects = request.args.get("product", ""), request.args.getlist("aspect")
    choice = calibration.choice(settings(), signed_in(), product, aspects)
    return render_template(
        "me/promise.html",
        choice=choice,
        chosen=aspects,
        names=_names(choice.guide.survey) if choice.guide else {},
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
