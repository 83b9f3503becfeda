"""Calls to customers: whom to call and by when, what it is about, and what came of it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import RadioField
from wtforms.validators import InputRequired

from kloof.actions.staff import calls
from kloof.domain.errors import KloofError, Reason
from kloof.domain.staff.calls import OF_THE_OWNER, CallOutcome, Ground
from kloof.domain.states import CallState
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.charts.promised_aspect import promised_aspect
from kloof.publish.charts.svg import inline
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import in_words, language, say
from kloof.web.survey.forms import Written

blueprint = Blueprint("calls", __name__, url_prefix="/calls")

MOST_IN_NOTE = 2000
_CHOICES = [outcome.value for outcome in OF_THE_OWNER]


class OutcomeForm(FlaskForm):
    """What came of a call, and a note about it."""

    outcome = RadioField(choices=_CHOICES, validators=[InputRequired()])  # type: ignore[arg-type]
    note = Written(most=MOST_IN_NOTE)


@blueprint.get("")
def overview() -> str:
    view = calls.overview(settings(), signed_in(), now())
    sells = signed_in().is_salesperson
    return render_template("calls/overview.html", view=view, states=states(), at_desk=_at_desk(), sells=sells)


@blueprint.get("/<deal:deal_id>")
def call(deal_id: str) -> str:
    return _page(deal_id, OutcomeForm())


@blueprint.post("/<deal:deal_id>")
def note(deal_id: str) -> ResponseReturnValue:
    """Record what came of it."""
    form = OutcomeForm()
    if not form.validate():
        return _page(deal_id, form), 422
    calls.record(
        settings(), signed_in(), deal_id, CallOutcome(form.outcome.data), form.note.data or "", now()
    )
    return redirect(url_for("calls.call", deal_id=deal_id, saved=""), 303)


@errors.own_page(blueprint, Reason.CALL_CLOSED)
def somebody_was_first(_: KloofError) -> ResponseReturnValue:
    """That is no error: the page of the call says how it stands."""
    return redirect(url_for("calls.call", **(request.view_args or {})), 303)


def states() -> dict[CallState, str]:
    """How a call stands, in words."""
    return {
        CallState.OPEN: say("Still to call"),
        CallState.SOLVED: say("Solved, we think"),
        CallState.CONFIRMED: say("Solved, says the customer"),
        CallState.UNSOLVED: say("Not solved"),
        CallState.CANCELLED: say("Not needed any more"),
    }


def _page(deal_id: str, form: OutcomeForm) -> str:
    detail = calls.detail(settings(), signed_in(), deal_id, now())
    return render_template(
        "calls/call.html",
        detail=detail,
        form=form,
        pictures=_pictures(detail),
        grounds=_grounds(),
        states=states(),
        outcomes=_outcomes(),
        at_desk=_at_desk(),
        at=in_words,
        saved="saved" in request.args,
    )


def _pictures(detail: calls.Detail) -> list[Markup]:
    """Each aspect that fell short, with its name over it: V and R of this customer on the whole scale."""
    scale, names = detail.survey.scale, {aspect.id: aspect.name for aspect in detail.survey.aspects}
    axis = Axis(scale.low, scale.high)
    found = []
    for gap in detail.gaps:
        if gap.expectation is not None and gap.reality is not None:
            name = names[gap.aspect][language()]
            drawn = promised_aspect(
                DumbbellRow(name, gap.expectation, gap.reality), axis, language(), decimals=0
            )
            picture = Markup(inline(drawn, f"gap-{gap.aspect}"))  # noqa: S704  our own drawing, its words escaped
            found.append(Markup("<p>{}</p>{}").format(name, picture))
    return found


def _at_desk() -> bool:
    return signed_in().is_desk


def _grounds() -> dict[Ground, str]:
    return {
        Ground.ASKED: say("The customer asked to be called."),
        Ground.BROKEN: say("The customer says that a promise was not kept."),
        Ground.GAP: say("What came fell well short of what the customer expected."),
    }


def _outcomes() -> dict[CallOutcome, str]:
    return {
        CallOutcome.SOLVED: say("We spoke, and it is solved"),
        CallOutcome.NOT_SOLVED: say("We spoke, and it cannot be solved"),
        CallOutcome.NOT_REACHED: say("I could not reach the customer"),
        CallOutcome.CONFIRMED: say("The customer: yes, it is solved"),
        CallOutcome.DENIED: say("The customer: no, it is not solved"),
    }
