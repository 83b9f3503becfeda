"""The salesperson's own page: what their customers expected and got, and nobody else's."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kloof.actions import feedback
from kloof.domain.errors import Refused
from kloof.domain.feedback import Total
from kloof.domain.notation import number, signed
from kloof.domain.surveys import Survey
from kloof.domain.text import Text
from kloof.web.doors import signed_in
from kloof.web.here import now, settings
from kloof.web.language import say

blueprint = Blueprint("me", __name__, url_prefix="/me")


@blueprint.app_context_processor
def _figures() -> dict[str, object]:
    return {"number": number, "signed": signed}


@blueprint.get("")
def overview() -> ResponseReturnValue:
    try:
        view = feedback.overview(settings(), signed_in())
    except Refused:
        return render_template("me/off.html")
    return render_template(
        "me/overview.html",
        view=view,
        person=signed_in(),
        consent=settings().works_council_consent,
        names_of=_names,
        is_total=lambda total: isinstance(total, Total),
    )


@blueprint.get("/deals/<deal_id>")
def deal(deal_id: str) -> ResponseReturnValue:
    try:
        detail = feedback.detail(settings(), signed_in(), deal_id, now())
    except Refused:
        return render_template("me/off.html")
    return render_template("me/deal.html", detail=detail, names=_names(detail.survey), outcomes=_outcomes())


def _names(survey: Survey) -> dict[str, Text]:
    return {aspect.id: aspect.name for aspect in survey.aspects}


def _outcomes() -> dict[str, str]:
    return {
        "kept": say("Kept"),
        "partly": say("Partly kept"),
        "broken": say("Not kept"),
        "unknown": say("Too early to say"),
    }
