"""Sessions for the few who have one: no cookie comes in, so nothing is made, signed or sent."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class SessionsOnDemand(SecureCookieSessionInterface):
    """Flask's signed cookie, without its cost for customers: they have no session, and their pages are the most."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.modified:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Use these sessions."""
    app.session_interface = SessionsOnDemand()
