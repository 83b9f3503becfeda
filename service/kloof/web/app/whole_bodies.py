"""What is posted arrives whole or not at all.

When a connection is cut, a server may hand over the first half of a page as if it were all of it.
"""

from flask import Flask, abort, request

_POSTING = frozenset({"POST", "PUT", "PATCH"})


def init_app(app: Flask) -> None:
    """Refuse a request whose body is shorter than it said, before anybody reads it."""
    app.before_request(_only_whole)


def _only_whole() -> None:
    if request.method not in _POSTING:
        return
    said = request.content_length
    if said is None and "Transfer-Encoding" in request.headers:
        abort(411)
    if said and len(request.get_data()) != said:
        abort(400)
