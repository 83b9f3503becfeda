"""The stylesheet and scripts: read once, named by their content, kept by the browser for a year."""

import hashlib
import re
from functools import cache
from importlib.resources import as_file, files

from flask import Flask, Response, abort, current_app, url_for

from kloof.config import Settings
from kloof.design import shared
from kloof.design.accent import stylesheet
from kloof.web.app import logo
from kloof.web.app.compression import pack
from kloof.web.app.context import settings
from kloof.web.app.logo import Logo
from kloof.web.app.paths import inside

_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
# What is there for who reads the source: blocks between /* and */ in styles, lines of // in scripts, and indentation.
_REMARK = re.compile(r"/\*.*?\*/\s*|^[ \t]*//[^\n]*\n|^[ \t]+", re.DOTALL | re.MULTILINE)
_ROOMS = ("kloof.design", "kloof.web.static")


def init_app(app: Flask) -> None:
    """Serve the files and give templates `asset(name)`, an address that changes when the content does, and `logo`.

    Raises BadSettings where the company's logo cannot be used.
    """
    look: Settings = app.extensions["kloof.settings"]
    chosen = look.company.logo
    app.extensions["kloof.logo"] = logo.read(look.folder / chosen) if chosen else None
    app.add_url_rule("/static/<digest>/<name>", "static", _serve)
    app.jinja_env.globals |= {
        "asset": asset,
        "logo": app.extensions["kloof.logo"],
        "logo_height": logo.HEIGHT,
    }


def asset(name: str) -> str:
    """The address of a file of the design or of the web room."""
    return url_for("static", digest=_digest(name, *_look()), name=name)


def _look() -> tuple[str, Logo | None]:
    return settings().company.accent, current_app.extensions["kloof.logo"]


@cache
def _digest(name: str, accent: str, own: Logo | None) -> str:
    return hashlib.sha256(_content(name, accent, own)).hexdigest()[:12]


@cache
def _content(name: str, accent: str, own: Logo | None) -> bytes:
    """A file; `accent.css` is made from the company's own colour, the logo is its own, `form.css` is all in one."""
    if name == "accent.css":
        return stylesheet(accent).encode()
    if name == shared.NAME:
        return shared.shared_styles().encode()
    if name == "form.css":
        return _form_styles(accent).encode()
    if own and name == own.name:
        return own.content
    content = _file(name)
    return _slim(content.decode()).encode() if name == "survey.js" else content


def _file(name: str) -> bytes:
    for room in _ROOMS:
        with as_file(files(room)) as folder:
            file = inside(folder, name)
            if file and file.is_file():
                return file.read_bytes()
    raise FileNotFoundError(name)


def _form_styles(accent: str) -> str:
    """Every style of the forms in one file: one request instead of three, with the letters of the survey alone."""
    return _slim(shared.form_styles() + stylesheet(accent) + _file("form.css").decode())


def _slim(text: str) -> str:
    return _REMARK.sub("", text)


def _serve(digest: str, name: str) -> Response:
    extension = name.rpartition(".")[2]
    if extension not in _TYPES:
        abort(404)
    try:
        content = _content(name, *_look())
    except FileNotFoundError:
        abort(404)
    response = Response(content, mimetype=_TYPES[extension])
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    pack(response)
    return response
