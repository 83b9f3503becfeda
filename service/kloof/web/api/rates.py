"""How much a program may ask: so many requests of a token a minute, counted by all processes of one host together."""

from typing import Final

from flask import Blueprint, Response, current_app, g

from kloof.actions.access.request_counts import RequestCounts
from kloof.domain.errors import Reason, Refused
from kloof.web.app.context import now, settings

MOST: Final = 600
WINDOW: Final = 60
"""Seconds."""
_COUNTED: Final = "kloof.requests_of_tokens"


def init_blueprint(blueprint: Blueprint) -> None:
    """Say on every answer to a token how much is left (draft-ietf-httpapi-ratelimit-headers-10)."""
    blueprint.after_request(_with_headers)


def count() -> None:
    """One request of this token more. Raises Refused where there were too many in this minute."""
    if "program" not in g:
        return
    moment = int(now().timestamp())
    asked = _counts().count(g.program.id, moment // WINDOW)
    g.rate_left, g.rate_seconds = max(0, MOST - asked), WINDOW - moment % WINDOW
    if asked > MOST:
        raise Refused(
            Reason.TOO_MANY_REQUESTS,
            f"This token sent more than {MOST} requests in a minute.",
            remedy=f"Wait {g.rate_seconds} seconds, and put many deals at once with PUT /api/v1/deals.",
            seconds=g.rate_seconds,
        )


def _counts() -> RequestCounts:
    counts: RequestCounts | None = current_app.extensions.get(_COUNTED)
    if counts is None:
        made = RequestCounts(settings().folder / "instance" / "api-requests")
        counts = current_app.extensions.setdefault(_COUNTED, made)
    return counts


def _with_headers(response: Response) -> Response:
    if "rate_left" in g:
        response.headers["RateLimit-Policy"] = f'"token";q={MOST};w={WINDOW}'
        response.headers["RateLimit"] = f'"token";r={g.rate_left};t={g.rate_seconds}'
    return response
