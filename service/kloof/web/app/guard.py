"""Every request passes its door: the rules stand in web/app/routes.py, this is where they are kept."""

from datetime import datetime, timedelta
from typing import Final, cast

from flask import Flask, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import CSRFProtect

from kloof import storage
from kloof.actions.access import api_tokens, sign_in
from kloof.domain.access.api_tokens import ApiToken
from kloof.domain.access.people import Person, Role
from kloof.domain.errors import Reason, Refused
from kloof.web.app.context import now, settings
from kloof.web.app.routes import ROUTES, AccessKind, Rule, may_enter

IDLE: Final = timedelta(hours=2)
"""A session ends when nothing was opened for so long."""
HOME: Final = {
    Role.DESK: ("desk.overview", "Back to the desk"),
    Role.SALESPERSON: ("me.overview", "My feedback"),
    Role.LEAD: ("handover.overview", "Handover"),
    Role.READER: ("findings.page", "Read the findings"),
}
"""The first page of each role, and what a button that leads to it says. Who has several begins at the first."""
_NEED_NO_DATABASE: Final = frozenset(
    {
        "home.healthz",
        "home.readyz",
        "home.workz",
        "metrics.metrics",
        "home.accessibility",
        "findings.page",
        "static",
    }
)
"""What is there while the database is not; `readyz`, `workz` and `metrics` ask for it by themselves."""
_NOTED_EVERY: Final = timedelta(minutes=1)

csrf = CSRFProtect()
login = LoginManager()


class Visitor(UserMixin):
    """Somebody of the company; the cookie holds the secret of their session, which the server can end."""

    def __init__(self, person: Person, secret: str) -> None:
        self.person = person
        self.secret = secret

    def get_id(self) -> str:
        return self.secret


def init_app(app: Flask) -> None:
    """Check the door before, and the connection around, every request."""
    csrf.init_app(app)
    # No template asks who is visiting: a page that says what broke must not look that up in what broke.
    login.init_app(app, add_context_processor=False)
    login.user_loader(_visitor)
    app.before_request(_pass_the_door)


def refuse_routes_without_a_rule(app: Flask) -> None:
    """Raise Refused where a route has no rule, so that such an application never starts."""
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(ROUTES))
    if missing:
        raise Refused(
            Reason.ROUTE_UNGUARDED,
            f"These routes have no access rule: {', '.join(missing)}.",
            remedy="Add them to web/app/routes.py.",
        )


def signed_in() -> Person:
    """Who is visiting, acting in the role that let them in; only for routes behind Door.ROLE."""
    return cast(Visitor, current_user).person


def secret_of_session() -> str:
    """By what this browser is known, if it is; whether that is still worth something is another question."""
    return str(session.get("_user_id", ""))


def visitor() -> tuple[Person, str] | None:
    """Who is signed in here and the endpoint of their first page, where anybody may come; None for strangers."""
    return (signed_in(), HOME[signed_in().role][0]) if current_user.is_authenticated else None


def program() -> ApiToken:
    """The token of the program that asks; only for routes behind Door.TOKEN."""
    return cast(ApiToken, g.program)


def refuse_unless_program() -> None:
    """Raise Refused where no token that works came along, whatever it is for; for what only sometimes asks for one."""
    storage.ensure_connected()
    api_tokens.holder(settings(), request.headers.get("Authorization", ""), now())


def _pass_with_token(rule: Rule) -> None:
    # Once a request, however many ask: a token is looked up, and counted.
    if "program" in g or rule.scope is None:
        return
    token = api_tokens.holder(settings(), request.headers.get("Authorization", ""), now())
    api_tokens.refuse_unless_for(token, rule.scope, writes=rule.writes)
    g.program = token


def is_inside() -> bool:
    """Whether this visitor has passed a door for roles on their way here."""
    return bool(g.get("inside"))


def unless_signed_in() -> ResponseReturnValue | None:
    """The way to sign in, and afterwards back here; None for who is signed in, in whatever role."""
    storage.ensure_connected()
    if current_user.is_authenticated:
        return None
    session["next"] = request.full_path if request.method == "GET" else None
    return redirect(url_for("sign_in.ask"))


def is_for_colleagues() -> bool:
    """Whether this address is for people of the company, whoever asks for it."""
    rule = ROUTES.get(request.endpoint or "")
    return request.blueprint == "sign_in" or (rule is not None and rule.door is AccessKind.ROLE)


def would_pass() -> bool:
    """Whether this visitor will pass the door, asked before their request is read: a stranger fills no memory."""
    storage.ensure_connected()
    rule = ROUTES[request.endpoint or ""]
    if rule.door is AccessKind.TOKEN:
        _pass_with_token(rule)
        return True
    return bool(current_user.is_authenticated) and may_enter(rule, signed_in())


def has_ended() -> bool:
    """Whether somebody was signed in here, and is no longer, without having left."""
    return "_user_id" in session and not current_user.is_authenticated


def way_home() -> tuple[str, str] | None:
    """The first page of the person who is signed in; None on that page itself, and outside."""
    home = HOME[signed_in().role] if is_inside() else None
    return None if home is None or home[0] == request.endpoint else home


def _visitor(secret: str) -> Visitor | None:
    person = sign_in.who_has(secret, now()) if _was_here_lately(now()) else None
    return Visitor(person, secret) if person else None


def begin(person: Person, moment: datetime) -> None:
    """A new session begins in this browser, and the one that it had is over."""
    secret = sign_in.begin_session(person, moment, before=secret_of_session())
    session.clear()
    session.permanent = False
    login_user(Visitor(person, secret))
    session["seen"] = int(moment.timestamp())


def end(moment: datetime, *, everywhere: bool) -> None:
    """The session of this browser is over, with `everywhere` every one of this person."""
    sign_in.leave(signed_in(), secret_of_session(), moment, everywhere=everywhere)
    logout_user()
    session.clear()


def _was_here_lately(moment: datetime) -> bool:
    # The moment is in the cookie: one that was copied earlier is out sooner, and looking at a page writes no row.
    seen = session.get("seen")
    return isinstance(seen, int) and int(moment.timestamp()) - seen < IDLE.total_seconds()


def _seen(moment: datetime) -> None:
    # Not at every page: each note is a cookie that has to be signed and sent.
    if int(moment.timestamp()) - session["seen"] >= _NOTED_EVERY.total_seconds():
        session["seen"] = int(moment.timestamp())


def _pass_the_door() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint in _NEED_NO_DATABASE:
        return None
    storage.ensure_connected()
    rule = ROUTES[request.endpoint]
    if rule.door is AccessKind.TOKEN:
        _pass_with_token(rule)
    if rule.door is not AccessKind.ROLE:
        return None
    if elsewhere := unless_signed_in():
        return elsewhere
    if not may_enter(rule, signed_in()):
        # Another role learns nothing, not even that there is something here.
        abort(404)
    here = cast(Visitor, current_user)
    here.person = here.person.acting_as(*rule.roles)
    _seen(now())
    g.inside = True
    return None
