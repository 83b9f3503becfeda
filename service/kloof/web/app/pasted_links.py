"""Links as people paste them: with the dot that ended the sentence, a bracket, a space, a slash, in capitals."""

from string import ascii_letters, digits
from typing import Final
from urllib.parse import quote

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

_ROOMS: Final = frozenset({"s", "k", "opt-out", "solved", "sign-in", "preview", "weekly"})
"""What the address of a personal link begins with."""
_OURS: Final = frozenset(f"{ascii_letters}{digits}-_")
_TOKEN: Final = 43
"""Letters of a token: 256 bits in base 64."""


def init_app(app: Flask) -> None:
    """Lead each such address to the one that was mailed, before anybody looks for a page."""
    app.before_request(_as_it_was_mailed)


def _as_it_was_mailed() -> ResponseReturnValue | None:
    mailed = tidied(request.path)
    if mailed == request.path:
        return None
    asked = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    # 308 sends a form once more as it was.
    code = 302 if request.method in {"GET", "HEAD"} else 308
    return redirect(f"{request.script_root}{quote(mailed)}{asked}", code)


def tidied(path: str) -> str:
    """The path of a personal link without what stuck to it; any other path as it is."""
    room, *parts = path.removeprefix("/").split("/")
    if not parts or room.lower() not in _ROOMS:
        return path
    kept = [part for part in map(_tidied, parts) if part]
    return "/".join(["", room.lower(), *kept]) if kept else path


def _tidied(part: str) -> str:
    start, end = 0, len(part)
    while start < end and part[start] not in _OURS:
        start += 1
    while end > start and part[end - 1] not in _OURS:
        end -= 1
    part = part[start:end]
    # An underscore or a hyphen may be the last letter of a token, or stick to it.
    return part[:_TOKEN] if len(part) > _TOKEN and not part[_TOKEN:].strip("_-") else part
