"""A link that opens nothing: one answer for surveys, opt-outs and the question whether it is solved."""

from flask import request
from flask.typing import ResponseReturnValue

from kloof.domain.errors import KloofError, Reason
from kloof.web.app import errors
from kloof.web.app.rate_limit import limited

MOST_WRONG_LINKS = 60


def closed(_: KloofError) -> ResponseReturnValue:
    """Wrong, expired, cancelled and used links are one page, whatever they were to open.

    Only wrong ones count, each kind apart, so no customer is locked out.
    """
    if limited(f"{request.blueprint}-link", most=MOST_WRONG_LINKS):
        return errors.page(Reason.TOO_MANY_LINKS)
    return errors.page(Reason.LINK_CLOSED)
