"""A link that opens nothing: one answer for surveys, opt-outs and the question whether it is solved."""

from typing import Final

from flask import request
from flask.typing import ResponseReturnValue

from kloof.domain.errors import KloofError, Reason
from kloof.web.app import errors
from kloof.web.app.context import settings
from kloof.web.app.rate_limit import limited

MOST_WRONG_LINKS = 60
OVER: Final = (
    Reason.LINK_EXPIRED,
    Reason.LINK_WITHDRAWN,
    Reason.LINK_FORGOTTEN,
    Reason.LINK_STOPPED,
    Reason.LINK_PASSED_ON,
)
"""Of links that are ours: each says what became of it."""


def closed(_: KloofError) -> ResponseReturnValue:
    """Wrong links are one page, whatever they were to open.

    Only they count, each kind apart, so no customer is locked out.
    """
    if limited(f"{request.blueprint}-link", most=MOST_WRONG_LINKS):
        return errors.page(Reason.TOO_MANY_LINKS)
    return _dead_end(Reason.LINK_CLOSED)


def over(refusal: KloofError) -> ResponseReturnValue:
    """A link that was ours to give, and is over: why, and where to go instead."""
    return _dead_end(refusal.reason)


def _dead_end(reason: Reason) -> ResponseReturnValue:
    """Nobody is left without somebody to ask, and without something to read."""
    known = settings()
    onward = ("findings.page", "Read the findings") if known.publishing.findings == "public" else None
    return errors.page(reason, contact=known.company.contact or "", onward=onward)
