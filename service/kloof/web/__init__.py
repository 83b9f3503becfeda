"""The web application: one blueprint per visitor."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from kloof import storage
from kloof.actions import health
from kloof.actions.clock import wall_clock
from kloof.config import Settings
from kloof.web import api, desk, findings, home, job_words, navigation, survey
from kloof.web.app import (
    assets,
    deal_numbers,
    errors,
    guard,
    language,
    pasted_links,
    security,
    sessions,
    whole_bodies,
)
from kloof.web.seen import metrics, requests
from kloof.web.staff import calls, embed, handover, me, promise, sign_in, weekly
from kloof.web.survey import letter_code, opt_out, preview, solved

Clock = Callable[[], datetime]


def create_app(settings: Settings, clock: Clock = wall_clock) -> Flask:
    """The application for one company. `clock` gives aware moments in UTC; tests bring their own."""
    app = Flask(__name__, static_folder=None)
    app.secret_key = settings.secret_key
    app.config.update(
        SESSION_COOKIE_NAME="kloof",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,
        # Over https Flask-WTF wants a Referer as well, and our own Referrer-Policy keeps browsers from sending one.
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=400,
    )
    app.extensions["kloof.settings"] = settings
    app.extensions["kloof.clock"] = clock
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    storage.open_existing(settings.database_url, lambda: health.refuse_unless_it_fits(settings))
    storage.serve_pages()
    for room in (
        security,
        sessions,
        language,
        navigation,
        assets,
        whole_bodies,
        deal_numbers,
        pasted_links,
        guard,
        errors,
        job_words,
    ):
        room.init_app(app)
    requests.init_app(app)
    for visitor in (
        home,
        metrics,
        survey,
        letter_code,
        preview,
        opt_out,
        solved,
        sign_in,
        me,
        promise,
        embed,
        handover,
        calls,
        weekly,
        findings,
    ):
        app.register_blueprint(visitor.blueprint)
    for blueprint in desk.BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.init_app(app)
    if settings.is_demo:
        from kloof.web import demo

        app.register_blueprint(demo.blueprint)
    guard.refuse_routes_without_a_rule(app)
    return app
