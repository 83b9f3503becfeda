"""Signing in and out: ask for a link by mail, use it once, leave."""

import secrets
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, Field
from wtforms.validators import ValidationError

from kloof.actions.access import oidc
from kloof.actions.access import sign_in as action
from kloof.domain.access.people import Person
from kloof.domain.addresses import is_address
from kloof.domain.errors import KloofError, Reason
from kloof.domain.mailing.suppression import address_hash
from kloof.web.app import errors, guard
from kloof.web.app.context import now, settings
from kloof.web.app.rate_limit import limited

blueprint = Blueprint("sign_in", __name__)

BROWSER_COOKIE = "kloof_browser"
MOST_ASKED: Final = 100
"""Times that a link is asked for from one network in a quarter of an hour, in a company of up to fifty: a whole office
may begin its day. To use a link that was mailed is never counted: it lets its holder in also from a network that has
asked too often.
"""
ASKED_EACH: Final = 2
"""Times for each who works here, where that is more: in a larger company each may ask twice from one office."""
MOST_FOR_ONE: Final = 10
"""Times that a link is asked for with one address, from one network in a quarter of an hour. From elsewhere it counts
anew, so that nobody is locked out by somebody else.
"""


def _is_an_address(_: FlaskForm, field: Field) -> None:
    if not is_address(field.data):
        raise ValidationError


class AskForm(FlaskForm):
    """Where to send the link."""

    email = EmailField(filters=[lambda value: (value or "").strip()], validators=[_is_an_address])


class UseForm(FlaskForm):
    """One button; the token is in the address."""


@blueprint.get("/sign-in")
def ask() -> str:
    return _ask()


def _ask(*, no_cookie: bool = False) -> str:
    more = {"ended": guard.has_ended(), "no_cookie": no_cookie, "visitor": guard.visitor()}
    if settings().oidc.is_on:
        return render_template("sign_in/provider.html", form=UseForm(), **more)
    return render_template("sign_in/ask.html", form=AskForm(), **more)


@errors.own_page(blueprint, Reason.COOKIE_MISSING)
def no_cookie(_: KloofError) -> ResponseReturnValue:
    """The form once more, with what was typed and a new cookie: who only closed the browser presses once more."""
    token = (request.view_args or {}).get("token")
    return _confirm(str(token), no_cookie=True) if token else _ask(no_cookie=True)


@blueprint.post("/sign-in")
def send() -> ResponseReturnValue:
    if settings().oidc.is_on:
        # With a provider there is no second way in: whoever lost their account there has none here.
        return errors.page(Reason.PAGE_UNKNOWN)
    # Counted before anything is read: what cannot be an address is an attempt too.
    if _asks_too_often():
        return errors.page(Reason.TOO_MANY_SIGN_INS)
    form = AskForm()
    if not form.validate():
        return render_template("sign_in/ask.html", form=form), 422
    # Counted alike for an address that nobody has: who asks learns nothing from it.
    whom = address_hash(settings().secret_key, str(form.email.data))
    if limited("sign-in-address", most=MOST_FOR_ONE, of=whom):
        return errors.page(Reason.TOO_MANY_SIGN_INS)
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
    return _confirm(token)


def _confirm(token: str, *, no_cookie: bool = False) -> ResponseReturnValue:
    if settings().oidc.is_on:
        return errors.page(Reason.SIGN_IN_AT_PROVIDER)
    if not action.is_usable(token, now()):
        return errors.page(Reason.SIGN_IN_LINK_SPENT)
    from_here = action.is_from_here(token, request.cookies.get(BROWSER_COOKIE, ""), now())
    return render_template("sign_in/confirm.html", form=UseForm(), from_here=from_here, no_cookie=no_cookie)


@blueprint.post("/sign-in/<token>")
def use(token: str) -> ResponseReturnValue:
    if not UseForm().validate():
        return errors.page(Reason.FORM_EXPIRED)
    if settings().oidc.is_on:
        return errors.page(Reason.SIGN_IN_AT_PROVIDER)
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if not request.form.get("confirmed") and not action.is_from_here(token, browser, now()):
        # Whoever did not ask for it has to say that it was them: see the question first.
        return confirm(token)
    person = action.use(token, now())
    return errors.page(Reason.SIGN_IN_LINK_SPENT) if person is None else welcome(person)


def welcome(person: Person) -> ResponseReturnValue:
    """Begin a new session for this person and lead them to the page that they wanted."""
    wanted = session.get("next")
    guard.begin(person, now())
    return redirect(_landing(person, wanted))


@blueprint.post("/sign-in/provider")
def go() -> ResponseReturnValue:
    """Off to the company's provider; this browser keeps what it has to bring back."""
    if not settings().oidc.is_on:
        return errors.page(Reason.PAGE_UNKNOWN)
    if not UseForm().validate():
        return errors.page(Reason.FORM_EXPIRED)
    if _asks_too_often():
        return errors.page(Reason.TOO_MANY_SIGN_INS)
    attempt = oidc.PendingSignIn.new()
    where = oidc.address(settings(), attempt)
    session["provider"] = attempt.as_dict()
    # A page and not a redirect: with our policy a form leads nowhere else, and browsers hold redirects to that.
    response = make_response(render_template("sign_in/onward.html", where=where))
    response.headers["Refresh"] = f"0; url={where}"
    return response


@blueprint.get("/sign-in/provider/back")
def back() -> ResponseReturnValue:
    """Back from the provider. A GET, as OpenID Connect has it; only the browser that began can end it, once."""
    if not settings().oidc.is_on:
        return errors.page(Reason.PAGE_UNKNOWN)
    attempt = oidc.PendingSignIn.of(session.pop("provider", None))
    return welcome(oidc.arrive(settings(), attempt, request.args, now()))


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End this session, or with `everywhere` every session of this person."""
    guard.end(now(), everywhere=bool(request.form.get("everywhere")))
    return redirect(url_for("sign_in.ask"))


def _asks_too_often() -> bool:
    return limited("sign-in-origin", most=max(MOST_ASKED, ASKED_EACH * action.how_many_sign_in()))


def _landing(person: Person, wanted: object) -> str:
    own = isinstance(wanted, str) and wanted.startswith("/") and not wanted.startswith("//")
    return str(wanted) if own else url_for(guard.HOME[person.role][0])
