"""The code from a printed letter, typed: it leads to the same form as the link in the letter's QR code."""

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kloof.actions.mailing import letters
from kloof.domain.access.tokens import Purpose, grouped, typed_code
from kloof.domain.errors import KloofError, Reason
from kloof.web.app import errors
from kloof.web.app.context import now, settings
from kloof.web.app.guard import csrf
from kloof.web.app.language import asked_language
from kloof.web.app.rate_limit import limited

blueprint = Blueprint("letter", __name__, url_prefix="/k")
# The code is the credential, and nothing is recorded here.
csrf.exempt(blueprint)

MOST_WRONG_CODES = 20
LONGEST = 60


@blueprint.get("")
def ask() -> str:
    return _page()


@blueprint.post("")
def read() -> ResponseReturnValue:
    """To the survey, or to the page where one says: no more letters."""
    stop = request.form.get("action") == "stop"
    return _lead(request.form.get("code", ""), Purpose.OPT_OUT if stop else Purpose.SURVEY)


@blueprint.get("/<token>")
def go(token: str) -> ResponseReturnValue:
    """For who types the code behind the address."""
    return _lead(token, Purpose.SURVEY)


@errors.own_page(blueprint, Reason.CODE_UNKNOWN)
def mistyped(_: KloofError) -> ResponseReturnValue:
    """Only wrong codes count for the limit, so a customer with a good one is never locked out."""
    if limited("letter-code", most=MOST_WRONG_CODES):
        return errors.page(Reason.TOO_MANY_CODES)
    typed = (request.view_args or {}).get("token") or request.form.get("code", "")
    shown = _page(typed[:LONGEST], wrong="unknown" if typed_code(typed[:LONGEST]) else "incomplete")
    return shown, 404 if request.method == "GET" else 422


def _lead(typed: str, purpose: Purpose) -> ResponseReturnValue:
    token = letters.link_of_code(settings(), typed[:LONGEST], purpose)
    where = "survey.form" if purpose is Purpose.SURVEY else "opt_out.ask"
    return redirect(url_for(where, token=token, **asked_language()), 303)


def _page(typed: str = "", wrong: str = "") -> str:
    shown = grouped(code) if (code := typed_code(typed)) else typed
    return render_template(
        "letter.html",
        typed=shown,
        wrong=wrong,
        before=_last_without_code() if wrong == "unknown" else None,
        here=url_for("letter.read", **asked_language()),
    )


def _last_without_code() -> date | None:
    """The last day on which a letter was printed whose code opens nothing since the secret key was replaced."""
    printed = [letter.printed_at for letter in letters.without_code(now())]
    return settings().today(max(printed)) if printed else None
