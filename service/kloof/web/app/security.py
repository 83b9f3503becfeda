"""Headers on every answer: nothing from elsewhere, nothing leaks by Referer, nothing personal is cached."""

from collections.abc import Iterable

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

# Styles and scripts come from files only, so no nonce is needed anywhere.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""What a page may do, unless its answer brings a policy of its own."""
WITH_FRAME = f"{POLICY}; frame-src 'self'"
"""Of a page that shows another one of ours within it."""
IN_FRAME = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""Of a page that such a page may show."""


def framed_by(origins: Iterable[str]) -> str:
    """The policy of a page that these sites may show in a frame: it has no script and no form, so that nothing can be
    done in it.
    """
    read = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'"
    return f"{read}; base-uri 'none'; form-action 'none'; frame-ancestors {' '.join(origins)}"


_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)


def init_app(app: Flask) -> None:
    """Add the headers to every answer, and believe as many proxies as the settings name about who is asking."""
    app.after_request(_with_headers)
    proxies = app.extensions["kloof.settings"].proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]


def _with_headers(response: Response) -> Response:
    headers = response.headers
    headers.extend(_ALWAYS)
    if "Content-Security-Policy" not in headers:
        headers.add("Content-Security-Policy", POLICY)
    if "Cache-Control" not in headers:
        headers.add("Cache-Control", "no-store, private")
    if request.is_secure:
        headers.add("Strict-Transport-Security", "max-age=31536000")
    return response
