"""The least that could serve the same page and keep the same row: Flask, Jinja and sqlite3, and nothing of kloof.

It looks a token up with what was answered before, lays the page out, checks the numbers and inserts one row with the
same durability. Its template is poured from kloof's own page, so that both serve the same bytes: what differs per
customer became a Jinja expression, all else stands there as plain text. No hand-written template would be faster.
"""

import hashlib
import re
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

TABLES = """
CREATE TABLE link (fingerprint TEXT PRIMARY KEY, id INTEGER NOT NULL, product TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE response (
  id INTEGER PRIMARY KEY, invitation_id INTEGER NOT NULL UNIQUE, answers BLOB NOT NULL, comment TEXT NOT NULL,
  consent TEXT NOT NULL, wants_call INTEGER NOT NULL, wants_findings INTEGER NOT NULL,
  share_with_delivery INTEGER NOT NULL, language TEXT NOT NULL, saved_at TEXT NOT NULL, submitted_at TEXT
);
"""
PRAGMAS = "PRAGMA journal_mode = wal; PRAGMA synchronous = full;"
FIND = """
SELECT l.id, l.product, l.until, r.answers FROM link l LEFT JOIN response r ON r.invitation_id = l.id
WHERE l.fingerprint = ?
"""
INSERT = """
INSERT INTO response
  (invitation_id, answers, comment, consent, wants_call, wants_findings, share_with_delivery, language, saved_at,
   submitted_at)
VALUES (?, ?, ?, ?, 0, 0, 0, 'nl', ?, ?)
"""
ASPECTS = [f"a{number}" for number in range(1, 13)]
POINTS = range(11)
_HOLE = re.compile("\ue000([^\ue001]*)\ue001")


def template(page_with_holes: str) -> str:
    """A Jinja template that lays out the page of kloof whose holes these are."""
    return _HOLE.sub(_expression, page_with_holes)


def _expression(hole: re.Match[str]) -> str:
    kind, name, *rest = hole[1].split("\ue002")
    if kind == "mark":
        return f"{{% if answers.get('{name}') == '{rest[0]}' %}} {rest[1]}{{% endif %}}"
    return f"{{{{ {name} }}}}"


def make(folder: Path) -> Flask:
    """The application over bare.html and bare.db in this folder."""
    app = Flask(__name__, template_folder=str(folder))
    here = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(here, "connection"):
            here.connection = sqlite3.connect(folder / "bare.db", timeout=10, isolation_level=None)
            here.connection.executescript(PRAGMAS)
        kept: sqlite3.Connection = here.connection
        return kept

    def link(token: str) -> tuple[int, str, str, bytes | None]:
        fingerprint = hashlib.sha256(token.encode()).hexdigest()
        row: tuple[int, str, str, bytes | None] | None = connection().execute(FIND, (fingerprint,)).fetchone()
        return row or abort(404)

    @app.get("/s/<token>")
    def form(token: str) -> str:
        _, product, until, sheet = link(token)
        answers = {name: str(byte - 1) for name, byte in zip(ASPECTS, sheet or b"", strict=False) if byte}
        return render_template("bare.html", here=f"/s/{token}", product=product, until=until, answers=answers)

    @app.post("/s/<token>")
    def save(token: str) -> ResponseReturnValue:
        invitation, *_ = link(token)
        numbers = [int(request.form[aspect]) for aspect in ASPECTS]
        if not all(number in POINTS for number in numbers) or request.form["consent"] not in {
            "named",
            "totals",
        }:
            abort(422)
        now = datetime.now(UTC).isoformat()
        sheet = bytes(number + 1 for number in numbers)
        database = connection()
        database.execute("BEGIN IMMEDIATE")
        database.execute(
            INSERT, (invitation, sheet, request.form.get("comment", ""), request.form["consent"], now, now)
        )
        database.execute("COMMIT")
        return redirect(f"/s/{token}/receipt", 303)

    return app
