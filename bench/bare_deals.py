"""The least that could take a deal in over HTTP: Flask, pydantic and sqlite3, and nothing of kloof.

It looks the token up, checks the shape, and stores the very rows that kloof stores for a new deal (customer, deal, its
words for the search, invitation, mail, and the line of the log) into a database of the same tables and indexes, with
the same durability, and gives an ETag. It finds nothing out: no salesperson, no survey, no other customer, no day to
mail on.
"""

import hashlib
import secrets
import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask, Response, abort, request
from pydantic import BaseModel, ConfigDict

PRAGMAS = "PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = on;"
TOKEN = "SELECT id FROM program_token WHERE fingerprint = ?"
DEAL = """
INSERT INTO deal (deal_id, customer_id, customer_name, customer_language, salesperson_id, team, region, product,
  survey_version_id, sold_on, by_letter, customer_number, customer_time_zone, arm, arm_share, added_at)
VALUES (?, ?, ?, ?, 1, ?, ?, ?, 1, ?, 0, '', '', 'asked', 0, ?)
"""
INVITATION = """
INSERT INTO invitation (deal_id, wave, state, link_salt, link_fingerprint, opt_out_fingerprint, invite_on, expires_at,
  created_at) VALUES (?, 'sale', 'planned', ?, ?, ?, ?, ?, ?)
"""
MESSAGE = """
INSERT INTO message (kind, invitation_id, message_id, urgent, state, due_at, attempts, soft_bounces, leased_by,
  last_reply, created_at, changed_at, ordinal) VALUES (?, ?, ?, 0, 'queued', ?, 0, 0, '', '', ?, ?, 0)
"""
ENTRY = """
INSERT INTO audit_entry (at, hand, person, role, what, detail, subject)
VALUES (?, 'program', 1, 'token 1', 'deal_loaded', '', ?)
"""


class Deal(BaseModel):
    """A deal as it is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    customer_name: str
    customer_email: str
    language: str
    salesperson_email: str
    team: str
    region: str
    product: str
    survey: str
    sold_on: date


def make(file: Path, kind: str | int) -> Flask:
    """The application over this database, which has one salesperson, one survey and a token. kind: of an invitation."""
    app = Flask(__name__)
    here = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(here, "connection"):
            here.connection = sqlite3.connect(file, timeout=30, isolation_level=None)
            here.connection.executescript(PRAGMAS)
        kept: sqlite3.Connection = here.connection
        return kept

    @app.put("/api/v1/deals/<deal_id>")
    def put(deal_id: str) -> Response:
        fingerprint = hashlib.sha256(request.headers["Authorization"].removeprefix("Bearer ").encode())
        if connection().execute(TOKEN, (fingerprint.hexdigest(),)).fetchone() is None:
            abort(401)
        deal = Deal.model_validate_json(request.get_data())
        store(connection(), deal_id, deal, kind)
        made = Response(deal.model_dump_json(), 201, content_type="application/json")
        made.add_etag()
        return made

    return app


def store(database: sqlite3.Connection, deal_id: str, deal: Deal, kind: str | int) -> None:
    """All rows of a new deal, in one transaction."""
    now, salt, reference = (
        datetime.now(UTC).replace(tzinfo=None).isoformat(" "),
        secrets.token_bytes(16),
        secrets.token_hex(16),
    )
    insert = database.execute
    insert("BEGIN IMMEDIATE")
    customer = insert(
        "INSERT INTO customer (name, language, email) VALUES (?, ?, ?)",
        (deal.customer_name, deal.language, deal.customer_email),
    ).lastrowid
    facts = (
        deal.customer_name,
        deal.language,
        deal.team,
        deal.region,
        deal.product,
        deal.sold_on.isoformat(),
    )
    row = insert(DEAL, (deal_id, customer, *facts, now)).lastrowid
    words = {
        *deal.customer_name.lower().split(),
        *deal.customer_email.replace("@", ".").split("."),
        *deal_id.lower().split("-"),
    }
    places = ", ".join(["(?, ?)"] * len(words))
    insert(
        f"INSERT INTO deal_word (word, deal_id) VALUES {places}",  # noqa: S608
        [value for word in words for value in (word.encode(), row)],
    )
    prints = (hashlib.sha256(salt).hexdigest(), hashlib.sha256(salt * 2).hexdigest())
    ends = (datetime.now(UTC) + timedelta(days=45)).replace(tzinfo=None).isoformat(" ")
    invitation = insert(INVITATION, (row, salt, *prints, deal.sold_on.isoformat(), ends, now)).lastrowid
    insert(MESSAGE, (kind, invitation, secrets.token_hex(16), now, now, now))
    insert("INSERT INTO audit_subject (deal_id, reference) VALUES (?, ?)", (row, reference))
    insert(ENTRY, (now, reference))
    insert("COMMIT")
