"""The weekly mail: chosen and left on one's own page, and stopped by the link in it, as mail programs do (RFC 8058)."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kloof.actions.staff import weekly as action
from kloof.domain.errors import Reason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import csrf, signed_in
from kloof.web.app.language import asked_language, say
from kloof.web.survey.closed_links import closed

blueprint = Blueprint("weekly", __name__, url_prefix="/weekly")
errors.own_page(blueprint, Reason.LINK_CLOSED)(closed)
_PAGES: Final = ("me.overview", "handover.overview")
"""The pages that have the form at their foot."""


@blueprint.app_context_processor
def _wish() -> dict[str, object]:
    return {"gets_weekly_mail": lambda: action.is_chosen(signed_in())}


@blueprint.post("")
def choose() -> ResponseReturnValue:
    """Back to the page with the form, which says how it stands now."""
    action.choose(settings(), signed_in(), now(), wanted=request.form.get("wish") == "yes")
    asked, own = request.form.get("back"), _PAGES[0] if signed_in().is_salesperson else _PAGES[1]
    return redirect(url_for(asked if asked in _PAGES else own, _anchor="weekly"), 303)


@blueprint.get("/<token>")
def ask(token: str) -> str:
    action.recognise(token)
    return render_template("weekly/ask.html", here=url_for("weekly.stop", token=token, **asked_language()))


@blueprint.post("/<token>")
def stop(token: str) -> str:
    """Everything but the first button means stop: that one is what a link scanner presses. The token in the address is
    the credential; a mail program brings no cookie and no CSRF token.
    """
    if request.form.get("choice") == "keep":
        action.recognise(token)
        heading, words = say("Nothing has changed"), say("You will keep getting the weekly mail.")
    else:
        action.stop(token, now())
        heading = say("You will get no more weekly mail")
        words = say("Changed your mind? Turn it on again on your own page.")
    return render_template("done.html", heading=heading, words=words)


csrf.exempt(stop)
