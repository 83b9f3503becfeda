"""The built findings site under the application: in the demo, and for a company without a web server of its own."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from kloof.domain.errors import Reason
from kloof.web import built_site
from kloof.web.app import errors, guard
from kloof.web.app.context import settings

blueprint = Blueprint("findings", __name__, url_prefix="/findings")


@blueprint.get("/")
@blueprint.get("/<path:path>")
def page(path: str = "") -> ResponseReturnValue:
    for_colleagues = settings().publishing.findings == "signed in"
    if for_colleagues and (sign_in := guard.unless_signed_in()):
        return sign_in
    built = settings().built_site
    if not built.is_dir():
        return errors.page(Reason.FINDINGS_NOT_HERE)
    kept = "no-store, private" if for_colleagues else "public, max-age=60"
    return built_site.answer(built, path, "findings.page", kept)
