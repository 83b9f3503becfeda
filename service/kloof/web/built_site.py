"""Files of a built site, as a web server would give them; how long they may be kept is for who asks to say."""

from pathlib import Path
from typing import Final

from flask import Response, abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kloof.web.app.compression import pack
from kloof.web.app.paths import inside

# The theme's search builds its index in a worker of its own origin; the rest is as on every page.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def answer(built: Path, path: str, endpoint: str, kept: str) -> ResponseReturnValue:
    """What stands at this path of the site in `built`, which `endpoint` serves; 404 where nothing does.

    kept: what Cache-Control says.
    """
    found = inside(built, path)
    if found and found.is_dir():
        if path and not path.endswith("/"):
            return redirect(url_for(endpoint, path=f"{path}/"))
        found = inside(built, f"{path}index.html")
    if found is None or not found.is_file():
        abort(404)
    response: Response = send_file(found, conditional=False)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = kept
    pack(response)
    return response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)
