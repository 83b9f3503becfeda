"""Is it solved? The customer says, by the link in a mail: GET asks, POST records; nothing chosen is no answer."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from kloof.actions.staff import calls
from kloof.domain.errors import Reason
from kloof.domain.states import CallState
from kloof.storage.staff.calls import Call
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import csrf
from kloof.web.app.language import say, speak_as_asked
from kloof.web.survey.closed_links import closed
from kloof.web.survey.forms import Choices, SurveyForm, Written

blueprint = Blueprint("solved", __name__, url_prefix="/solved")
# The token in the address is the credential; there is no cookie.
csrf.exempt(blueprint)
errors.own_page(blueprint, Reason.LINK_CLOSED)(closed)

MOST_IN_WORDS = 2000


class AnswerForm(SurveyForm):
    """Yes or no, and what is still not right."""

    chosen = Choices(allowed={"solved": frozenset({"yes", "no"})})
    words = Written(most=MOST_IN_WORDS)


@blueprint.get("/<token>")
def ask(token: str) -> str:
    call = _opened(token)
    if call.kept.state is not CallState.SOLVED:
        return _done(call.kept.state)
    return _question(call, AnswerForm())


@blueprint.post("/<token>")
def answer(token: str) -> ResponseReturnValue:
    call = _opened(token)
    form = AnswerForm()
    if not form.validate() or "solved" not in form.chosen.data:
        return _question(call, form, missing="solved" not in form.chosen.data), 422
    is_solved = form.chosen.data["solved"] == "yes"
    return _done(calls.answer(settings(), token, is_solved=is_solved, words=form.words.data or "", now=now()))


def _opened(token: str) -> Call:
    """The call that the link is about; from here on everything is said in the customer's language."""
    call = calls.recognise(token)
    speak_as_asked(call.language)
    return call


def _question(call: Call, form: AnswerForm, *, missing: bool = False) -> str:
    return render_template("solved/ask.html", call=call, form=form, here=request.full_path, missing=missing)


def _done(state: CallState) -> str:
    again = say("Somebody calls you again within a few working days.")
    words = {
        CallState.CONFIRMED: say("Good to hear that it is solved."),
        CallState.OPEN: again,
    }
    said = words.get(state, say("We have noted it."))
    return render_template("done.html", heading=say("Thank you"), words=said)
