"""Every request has a name, which goes back with the answer and into the log; and it is measured, by its route.

A route is known by its template, so that neither a token nor the number of a deal stands in a log or in a number.
"""

import logging
import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, request, request_started

from kloof.config import Settings
from kloof.storage import of_this_request
from kloof.web.seen.numbers import Numbers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER: Final = "X-Request-ID"
log = logging.getLogger("kloof.requests")

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_:.-]{7,39}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ROUTE: Final = "kloof.route"
NOWHERE: Final = "none"
"""In place of the route, where the address is none of kloof's."""


def init_app(app: Flask) -> None:
    """Name and measure every request, around all else that the application does with it."""
    settings: Settings = app.extensions["kloof.settings"]
    # Before anything can refuse it.
    request_started.connect(_note_the_route, app)
    app.extensions["kloof.numbers"] = numbers = Numbers()
    app.wsgi_app = _Seen(app.wsgi_app, numbers, believes=settings.proxies > 0)  # type: ignore[method-assign]


def _note_the_route(_: Flask) -> None:
    request.environ[_ROUTE] = request.url_rule.rule if request.url_rule else NOWHERE


class _Seen:
    def __init__(self, serve: "WSGIApplication", numbers: Numbers, *, believes: bool) -> None:
        self._serve = serve
        self._numbers = numbers
        self._believes = believes

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = time.perf_counter()
        name = of_this_request.begin(self._given(environ))
        statuses = ["500"]

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            statuses.append(status[:3])
            return start_response(status, [*headers, (HEADER, name)], *more)

        try:
            return self._serve(environ, start)
        finally:
            self._note(environ, statuses[-1], time.perf_counter() - began)
            of_this_request.end()

    def _given(self, environ: "WSGIEnvironment") -> str:
        # Only who stands before us may name a request: whatever a visitor writes there is theirs.
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._believes else ""
        return given if _NAME.fullmatch(given) else ""

    def _note(self, environ: "WSGIEnvironment", status: str, seconds: float) -> None:
        route = environ.get(_ROUTE, NOWHERE)
        method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in _METHODS else "other"
        waited = of_this_request.waited()
        self._numbers.add(method, route, status, seconds, waited)
        if log.isEnabledFor(logging.INFO):
            facts = {
                "method": method,
                "route": route,
                "status": int(status),
                "seconds": round(seconds, 6),
                "database_seconds": round(waited, 6),
            }
            log.info("%s %s %s", method, route, status, extra={"facts": facts})
