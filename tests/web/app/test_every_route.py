"""Every route, asked by everybody for anything: never an internal error, never what is somebody else's, never without
the headers that keep visitors safe.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yaml
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from cast.builders import CALLS, NOW, deal, person, settings, signed_in_as, survey
from kloof.actions.surveys import respond
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.mailing import last_worked
from kloof.web import create_app
from kloof.web.app.routes import ROUTES, AccessKind

pytestmark = pytest.mark.slow

SECRETS = ("Zilvermeeuw", "zilvermeeuw@example.net", "Scholekster said so", "a Kluut was promised")
"""What Sanne's customer is called and wrote: nobody below may see it, whatever they ask for."""

VISITORS = {
    "a stranger": None,
    "a colleague": ("Bram de Wit", Role.SALESPERSON, "South"),
    "a lead of another team": ("Kim Vos", Role.LEAD, "South"),
    "the desk": ("Noor Desk", Role.DESK, ""),
    "the owner": ("Sanne de Vries", Role.SALESPERSON, "North"),
}
MAY_SEE = {"the desk", "the owner"}

ODD = (
    "", " ", ".", "..", "../..", "..%2f..%2fkloof.toml", "%2e%2e/", "a" * 300, "\0", "a\0b", "\r\nX-Odd: 1",
    "é\u0301", "\u202e", "\U0001f600", "0", "-1", "9" * 400, "1e9", "²", "NaN", "null", "[]", "{}",
    "' OR 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "a;b", "a/b", "a?b", "a#b", "%",
    "%zz", "%ff%fe", "\ufffd",
)  # fmt: skip
NAMES = (
    "action", "page", "language", "go", "comment", "consent", "promise-0", "promise-1-aspect", "outcome-0", "a1", "a2",
    "email", "code", "confirmed", "everywhere", "kind", "file", "solved", "words", "outcome", "note", "mark-a1",
    "note-promise.0", "joint_visit", "product", "aspect", "state", "number", "saved", "late", "error", "csrf_token",
    "other", "\0", "é", "a" * 300,
)  # fmt: skip
VALUES = (
    *ODD,
    "save",
    "submit",
    "back",
    "yes",
    "no",
    "named",
    "totals",
    "5",
    "deals",
    "will",
    "2026-03-02",
    "nl",
    "en",
)
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "PROPFIND")
_networks = count(1)


@dataclass
class Known:
    """What a visitor can know of the company: the link of another customer, and numbers of deals."""

    tokens: tuple[str, ...]
    deals: tuple[str, ...]


@pytest.fixture
def known(database: str) -> Known:
    """Two customers answered: Sanne's, whose words are the secret, and one of Bram's, whose links everybody has."""
    sanne, bram = (
        person(name, role, team) for name, role, team in (VISITORS["the owner"], VISITORS["a colleague"])
    )  # type: ignore[misc]
    for visitor in VISITORS.values():
        if visitor:
            person(*visitor)
    both = (Wave.SALE, Wave.DELIVERY)
    secret = deal(seller=sanne, email=SECRETS[1], waves=both, team="North", customer_name=SECRETS[0])
    other, waiting = (deal(seller=bram, waves=both, team="South") for _ in range(2))
    for built in (secret, other):
        for wave in both:
            said = Changes(
                answers=dict.fromkeys(("a1", "a2", "a3"), 9 if wave is Wave.SALE else 2),
                comment=SECRETS[2] if built is secret else "something else",
                consent=Consent.NAMED,
                promises={0: PromiseChange(text=SECRETS[3] if built is secret else "nothing")}
                if wave is Wave.SALE
                else {},
                wants_call=wave is Wave.DELIVERY,
                shares_with_delivery=True if wave is Wave.SALE else None,
            )
            respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    links = [*other.tokens.values(), *waiting.tokens.values(), *waiting.opt_out_tokens.values()]
    return Known(tuple(links), (secret.deal_id, other.deal_id, waiting.deal_id))


@pytest.fixture
def everything(database: str, tmp_path: Path) -> Flask:
    """The application of a demo, which has every page, with the works council's consent."""
    last_worked.note(NOW)  # so that /workz has nothing to complain of
    (tmp_path / "surveys").mkdir()
    offered = yaml.safe_dump(json.loads(survey().model_dump_json()), sort_keys=False)
    (tmp_path / "surveys" / "project.yaml").write_text(offered, encoding="utf-8")
    app = create_app(
        settings(database, tmp_path, run="demo", works_council_consent=date(2026, 1, 15)), clock=lambda: NOW
    )
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.testing = True
    return app


def path_of(rule: Rule, chance: Random, known: Known) -> str:
    """The address of a route with odd things where something of one's own should stand."""

    def fill(hole: "re.Match[str]") -> str:
        good = known.deals if "deal" in hole[1] else known.tokens
        wanted = chance.choice(good) if chance.random() < 0.5 else chance.choice(ODD)
        return wanted if "%" in wanted and chance.random() < 0.5 else quote(wanted, safe="")

    return re.sub(r"<(?:\w+:)?(\w+)>", fill, rule.rule)


def fields(chance: Random) -> list[tuple[str, str]]:
    return [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randrange(8))]


def body(chance: Random) -> dict[str, Any]:
    """What is sent along: a form, a form with a file, JSON, bytes, or nothing."""
    kind = chance.randrange(6)
    if kind <= 1:
        return {"data": urlencode(fields(chance), errors="surrogatepass"), "content_type": FORM}
    if kind == 2:
        content = chance.choice(
            [b"", b"\xff\xfe", b"deal_id\n", b'"', b"deal_id;delivered_on\nD-1;x\n", b"\0" * 50]
        )
        parts: dict[str, Any] = dict(fields(chance))
        return {
            "data": {
                **parts,
                "kind": "deals",
                "file": (BytesIO(content), chance.choice(("", "a.csv", "../a"))),
            }
        }
    if kind == 3:
        return {"data": b'{"a": [1, {}]}', "content_type": "application/json"}
    if kind == 4:
        return {
            "data": chance.randbytes(200),
            "content_type": chance.choice((FORM, PARTS, "text/plain", "\xff")),
        }
    return {}


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


def headers(chance: Random) -> dict[str, str]:
    odd = (
        "",
        ",",
        "*",
        "nl;q=x",
        "en-GB, nl;q=9",
        "\xff",
        "a" * 3000,
        "bytes=0-,5-",
        'W/"',
        'kloof=x; language="',
    )
    wanted = ("Accept-Language", "Cookie", "Range", "If-None-Match", "X-Requested-With", "Accept", "Origin")
    return {name: chance.choice(odd) for name in chance.sample(wanted, 2)}


def ask(app: Flask, visitor: str, rule: Rule, chance: Random, known: Known) -> tuple[str, TestResponse]:
    """One request of this visitor, and what it was in words."""
    client = app.test_client()
    who = VISITORS[visitor]
    if who:
        with client.session_transaction() as session:
            session.update(signed_in_as(person(*who)))
    usual = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    method = chance.choice(usual) if chance.random() < 0.8 else chance.choice(METHODS)
    path = path_of(rule, chance, known)
    query = urlencode(fields(chance), errors="surrogatepass")
    sent = body(chance) if method not in {"GET", "HEAD"} else {}
    number = next(_networks)
    answer = client.open(
        f"{path}?{query}" if chance.random() < 0.5 else path,
        method=method,
        headers=headers(chance) if chance.random() < 0.3 else {},
        environ_base={"REMOTE_ADDR": f"2001:db8:{number >> 8:x}:{number & 255:x}::1"},
        **sent,
    )
    return f"{visitor}: {method} {path}?{query} {sent}", answer


def faults(visitor: str, rule: Rule, answer: TestResponse) -> Iterator[str]:
    """What is wrong with an answer."""
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    text = answer.get_data(as_text=True)
    if visitor not in MAY_SEE:
        yield from (f"shows {secret}" for secret in SECRETS if secret in text)
    if "Traceback" in text or "werkzeug" in text:
        yield "shows its inside"
    yield from wrong_headers(rule, answer)


def wrong_headers(rule: Rule, answer: TestResponse) -> Iterator[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy:
        yield f"policy {policy!r}"
    if "unsafe" in policy and rule.endpoint not in {"demo.framed", "texts.seen", "texts.seen_draft"}:
        yield f"policy {policy!r}"
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ):
        if answer.headers.getlist(name) != [value]:
            yield f"{name} is {answer.headers.getlist(name)}"
    if "Cache-Control" not in answer.headers or "X-Odd" in answer.headers:
        yield f"headers {answer.headers}"
    if ROUTES[rule.endpoint].door is AccessKind.ROLE and "no-store" not in answer.headers["Cache-Control"]:
        yield "may be kept by a cache"
    for cookie in answer.headers.getlist("Set-Cookie"):
        if not cookie.startswith("language=") and not {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")):
            yield f"cookie {cookie.partition('=')[0]}"


@pytest.mark.parametrize("visitor", VISITORS)
def test_whatever_anybody_asks_of_any_route_is_answered_and_safe(
    everything: Flask, known: Known, visitor: str, full: bool
) -> None:
    found = []
    for rule in everything.url_map.iter_rules():
        chance = Random(f"{visitor} {rule.endpoint} {rule.rule}")
        for _ in range(60 if full else 3):
            asked, answer = ask(everything, visitor, rule, chance, known)
            found += [f"{asked[:300]} → {fault}" for fault in faults(visitor, rule, answer)]
    assert found == []


def test_the_owner_does_see_the_words_that_nobody_else_may_see(everything: Flask, known: Known) -> None:
    """Else the test above would find nothing whatever happened."""
    client = everything.test_client()
    with client.session_transaction() as session:
        session.update(signed_in_as(person("Sanne de Vries")))
    seen = client.get(f"/me/deals/{known.deals[0]}").get_data(as_text=True)
    assert SECRETS[0] in seen
    assert SECRETS[2] in seen
