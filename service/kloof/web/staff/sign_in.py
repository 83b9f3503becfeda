"""Signing in and out: ask for a link by mail, use it once, leave."""

import secrets

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import InputRequired, Length, Regexp

from kloof.actions.access import oidc
from kloof.actions.access import sign_in as action
from kloof.domain.access.people import Person, Role
from kloof.domain.errors import Refused
from kloof.web.app import errors, guard
from kloof.web.app.context import now, settings
from kloof.web.app.guard import Visitor, signed_in
from kloof.web.app.language import say
from kloof.web.app.rate_limit import limited

blueprint = Blueprint("sign_in", __name__)

BROWSER_COOKIE = "kloof_browser"
HOME = {Role.SALESPERSON: "me.overview", Role.DESK: "desk.overview", Role.LEAD: "handover.overview"}


_TURNED_AWAY = (
    "This sign-in was not begun in this browser.",
    "Begin again.",
    "The provider did not let you in.",
    "Begin again, or ask who looks after it.",
    "Ask who looks after it.",
    "The sign-in provider could not be worked with.",
    "The sign-in provider says that it is another one.",
    "Set oidc.issuer to what it says.",
    "Try again in a few minutes.",
    "Your provider gives no e-mail address that it has verified.",
    "You are in no group that may use this.",
    "You are in groups with different roles.",
    "Ask the desk which group you should be in.",
)
"""What the provider, or what it says, may be refused with; said in the language of who stands at the door."""


class AskForm(FlaskForm):
    """Where to send the link."""

    email = EmailField(
        filters=[lambda value: (value or "").strip()],
        validators=[InputRequired(), Length(max=200), Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$")],
    )


class UseForm(FlaskForm):
    """One button; the token is in the address."""


@blueprint.get("/sign-in")
def ask() -> str:
    if settings().oidc.is_on:
        return render_template("sign_in/provider.html", form=UseForm())
    return render_template("sign_in/ask.html", form=AskForm())


@blueprint.post("/sign-in")
def send() -> ResponseReturnValue:
    if settings().oidc.is_on:
        # With a provider there is no second way in: whoever lost their account there has none here.
        return errors.page(404)
    form = AskForm()
    if not form.validate():
        return render_template("sign_in/ask.html", form=form), 422
    if limited("sign-in", str(form.email.data).lower(), most=5) or limited(
        "sign-in-origin", request.remote_addr, most=30
    ):
        return errors.page(429)
    browser = request.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(32)
    action.ask(settings(), str(form.email.data), browser, now())
    response = make_response(render_template("sign_in/sent.html", email=form.email.data))
    response.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=3600,
        httponly=True,
        samesite="Lax",
        secure=settings().base_url.startswith("https://"),
    )
    return response


@blueprint.get("/sign-in/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Ask for one press: a mail scanner that follows the link signs nobody in."""
    if settings().oidc.is_on or not action.is_usable(token, now()):
        return _spent()
    from_here = action.is_from_here(token, request.cookies.get(BROWSER_COOKIE, ""), now())
    return render_template("sign_in/confirm.html", form=UseForm(), from_here=from_here)


@blueprint.post("/sign-in/<token>")
def use(token: str) -> ResponseReturnValue:
    if not UseForm().validate():
        return errors.page(400)
    if settings().oidc.is_on:
        return _spent()
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if not request.form.get("confirmed") and not action.is_from_here(token, browser, now()):
        # Whoever did not ask for it has to say that it was them: see the question first.
        return confirm(token)
    person = action.use(token, now())
    return _spent() if person is None else welcome(person)


def welcome(person: Person) -> ResponseReturnValue:
    """Begin a new session for this person and lead them to the page that they wanted."""
    wanted = session.get("next")
    session.clear()
    session.permanent = False
    login_user(Visitor(person))
    guard.begin(now())
    return redirect(_landing(person, wanted))


@blueprint.post("/sign-in/provider")
def go() -> ResponseReturnValue:
    """Off to the company's provider; this browser keeps what it has to bring back."""
    if not settings().oidc.is_on or not UseForm().validate():
        return errors.page(404)
    if limited("sign-in-origin", request.remote_addr, most=30):
        return errors.page(429)
    attempt = oidc.PendingSignIn.new()
    try:
        where = oidc.address(settings(), attempt)
    except Refused as refusal:
        return _turned_away(refusal)
    session["provider"] = attempt.as_dict()
    # A page and not a redirect: with our policy a form leads nowhere else, and browsers hold redirects to that.
    response = make_response(render_template("sign_in/onward.html", where=where))
    response.headers["Refresh"] = f"0; url={where}"
    return response


@blueprint.get("/sign-in/provider/back")
def back() -> ResponseReturnValue:
    """Back from the provider. A GET, as OpenID Connect has it; only the browser that began can end it, once."""
    if not settings().oidc.is_on:
        return errors.page(404)
    try:
        attempt = oidc.PendingSignIn.of(session.pop("provider", None))
        person = oidc.arrive(settings(), attempt, request.args, now())
    except Refused as refusal:
        return _turned_away(refusal)
    return welcome(person)


def _turned_away(refusal: Refused) -> ResponseReturnValue:
    page = render_template(
        "error.html",
        title=say(refusal.what),
        remedy=say(refusal.remedy),
        link=url_for("sign_in.ask"),
        link_text=say("Begin again"),
    )
    return page, 403


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End this session, or with `everywhere` every session of this person."""
    action.leave(signed_in(), now(), everywhere=bool(request.form.get("everywhere")))
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.ask"))


def _landing(person: Person, wanted: object) -> str:
    own = isinstance(wanted, str) and wanted.startswith("/") and not wanted.startswith("//")
    return str(wanted) if own else url_for(HOME[person.role])


def _spent() -> ResponseReturnValue:
    page = render_template(
        "error.html",
        title=say("This sign-in link no longer works"),
        remedy=say("It can be used once, within 15 minutes. Ask for a new one."),
        link=url_for("sign_in.ask"),
        link_text=say("Ask for a new link"),
    )
    return page, 410
