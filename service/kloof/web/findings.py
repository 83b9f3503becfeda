"""The built findings site under the application: in the demo, and for a company without a web server of its own."""

from flask import Blueprint, abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kloof.domain.errors import Reason
from kloof.web.app import errors, guard
from kloof.web.app.compression import pack
from kloof.web.app.context import settings
from kloof.web.app.paths import inside

blueprint = Blueprint("findings", __name__, url_prefix="/findings")

# The theme's search builds its index in a worker of its own origin; the rest is as on every page.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@blueprint.get("/")
@blueprint.get("/<path:path>")
def page(path: str = "") -> ResponseReturnValue:
    for_colleagues = settings().publishing.findings == "signed in"
    if for_colleagues and (sign_in := guard.unless_signed_in()):
        return sign_in
    built = settings().built_site
    if not built.is_dir():
        return errors.page(Reason.FINDINGS_NOT_HERE)
    found = inside(built, path)
    if found and found.is_dir():
        if path and not path.endswith("/"):
            return redirect(url_for("findings.page", path=f"{path}/"))
        found = inside(built, f"{path}index.html")
    if found is None or not found.is_file():
        abort(404)
    response = send_file(found, max_age=60, conditional=False)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store, private" if for_colleagues else "public, max-age=60"
    pack(response)
    response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)
    return response
