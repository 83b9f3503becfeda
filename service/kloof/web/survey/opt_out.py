"""No more mail: GET asks, POST does; a mail program's one-click request (RFC 8058) is such a POST."""

from flask import Blueprint, render_template, request, url_for

from kloof.actions.mailing import opt_out
from kloof.domain.errors import Reason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import csrf
from kloof.web.app.language import asked_language, say
from kloof.web.survey.closed_links import closed

blueprint = Blueprint("opt_out", __name__, url_prefix="/opt-out")
# The token in the address is the credential; a mail program brings no cookie and no CSRF token.
csrf.exempt(blueprint)
errors.own_page(blueprint, Reason.LINK_CLOSED)(closed)


@blueprint.get("/<token>")
def ask(token: str) -> str:
    opt_out.recognise(token)
    return render_template("opt_out/ask.html", here=url_for("opt_out.do", token=token, **asked_language()))


@blueprint.post("/<token>")
def do(token: str) -> str:
    """Everything but the first button means stop: that one is what a link scanner presses."""
    if request.form.get("choice") == "keep":
        opt_out.recognise(token)
        return _done(say("Nothing has changed"), say("You will keep getting our surveys."))
    opt_out.stop(settings(), token, now())
    return _done(
        say("You will get no more surveys from us"),
        say(
            "No surveys or reminders, for any order. A survey that you already have stays open until its last day."
        ),
    )


def _done(heading: str, words: str) -> str:
    return render_template("done.html", heading=heading, words=words)
