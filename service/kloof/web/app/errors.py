"""Every refusal as a page in plain words; never a stack trace, never a hint about what exists."""

import logging

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from kloof import storage
from kloof.domain.errors import KloofError, NotFound
from kloof.web.app.language import say

log = logging.getLogger("kloof.web")

# Title and what to do, per status; anything else reads as 400 or 500.
_PAGES = {
    400: ("This request could not be understood", "Go back and try again."),
    403: ("This is not open to you", "Sign in with another account, or ask the desk."),
    404: ("This page does not exist", "Check the link. If it came by mail, open it from that mail again."),
    405: ("This page does not exist", "Check the link. If it came by mail, open it from that mail again."),
    410: ("This link is no longer open", "If you think that is wrong, reply to the mail that you received."),
    413: (
        "That was too much text",
        "Go back and shorten what you wrote. What you saved before is still there.",
    ),
    422: ("Something in the form is not right", "Go back and try again."),
    429: ("Too many attempts", "Wait a few minutes and try again."),
    500: ("Something went wrong on our side", "What you saved is still there. Try again in a few minutes."),
    503: ("Just a moment", "The service is starting or being repaired. Try again in a few minutes."),
}


def init_app(app: Flask) -> None:
    """Turn every exception into its page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(KloofError, _refusal)
    app.register_error_handler(Exception, _surprise)


def page(status: int) -> ResponseReturnValue:
    """The page for a status, with nothing in it that depends on who asks."""
    title, remedy = _PAGES.get(status) or _PAGES[400 if status < 500 else 500]
    return render_template("error.html", title=say(title), remedy=say(remedy)), status


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    return page(error.code)


def _refusal(error: KloofError) -> ResponseReturnValue:
    return page(404 if isinstance(error, NotFound) else 400)


def _surprise(error: Exception) -> ResponseReturnValue:
    # The endpoint, not the address: an address may hold a token.
    log.error("%s at %s", type(error).__name__, request.endpoint, exc_info=error)
    storage.drop_connection_after(error)
    return page(500)
