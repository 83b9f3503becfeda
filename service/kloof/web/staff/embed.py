"""*Before you promise* in a frame of a CRM: published figures of one product, for whoever has the address."""

from flask import Blueprint, Response, abort, make_response, render_template, request

from kloof.actions.staff import before_promise
from kloof.web.app.context import now, settings
from kloof.web.app.security import framed_by
from kloof.web.staff.promise import worded_parts

blueprint = Blueprint("embed", __name__, url_prefix="/embed")
MOST_LETTERS = 200


@blueprint.get("/promise")
def promise() -> Response:
    """Nobody is asked who they are, and nothing can be done here: no cookie, no script, no form and no link."""
    origins = settings().embed.origins
    if not origins:
        abort(404)
    product = request.args.get("product", "")[:MOST_LETTERS].strip()
    guide = before_promise.published_guide(settings(), product) if product else None
    parts = worded_parts(guide) if guide else {}
    page = render_template(
        "embed/promise.html", product=product, guide=guide, parts=parts, today=settings().today(now())
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = framed_by(origins)
    return answer
