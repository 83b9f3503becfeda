"""What is posted arrives whole or not at all, and as text that can be kept.

When a connection is cut, a server may hand over the first half of a page as if it were all of it. And no text of ours
has a NUL in it: PostgreSQL cannot store one, nor can a file have one in its name.
"""

from typing import Final

from flask import Flask, abort, request

from kloof.domain.deals.uploads import MOST_BYTES
from kloof.web.app import guard
from kloof.web.app.routes import ROUTES, AccessKind

_NUL = "\0"
_JUDGE_THEMSELVES = frozenset({"survey", "preview"})
"""Forms that name the field with the sign, and keep what else was typed."""

_LARGE: Final = {"files.send": MOST_BYTES + 64 * 1024, "api.put_deals": 4 * 1024 * 1024}
"""Where files and many deals come in: how many bytes a request may have there, of who may come in there at all."""
_POSTING = frozenset({"POST", "PUT", "PATCH"})


def init_app(app: Flask) -> None:
    """Refuse a request whose body is shorter than it said, before anybody reads it, and one with a NUL in its text."""
    app.before_request(_only_whole)
    app.before_request(_without_nul)


def _only_whole() -> None:
    if request.method not in _POSTING:
        return
    larger = _LARGE.get(request.endpoint or "")
    if larger and guard.would_pass():
        request.max_content_length = larger
    said = request.content_length
    if said is None and "Transfer-Encoding" in request.headers:
        abort(411)
    if said and len(request.get_data()) != said:
        abort(400)


def _without_nul() -> None:
    # Parsed only where there may be one; what is in a file is for whoever reads that file.
    rule = ROUTES.get(request.endpoint or "")
    if _NUL in request.path and not (
        rule and rule.door is AccessKind.LINK
    ):  # of a link only the hash is looked up
        abort(404)
    if "%00" in request.environ.get("QUERY_STRING", ""):
        abort(400)
    if (
        request.method in _POSTING
        and not request.is_json  # in JSON a NUL is written out, and its shape refuses it
        and request.blueprint not in _JUDGE_THEMSELVES
        and any(_NUL in text for name, texts in request.form.lists() for text in (name, *texts))
    ):
        abort(400)
