"""For each reason to say no, somebody who does that for which kloof has this reason: `CASES`."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from peewee import OperationalError
from werkzeug.test import TestResponse

from cast.builders import CALLS, NOW, SECRET, BuiltDeal, deal, person, settings, signed_in_as, survey
from cast.calls import answers as told_something_large
from cast.made_site import chained, put_releases
from cast.synthetic import Firm
from cast.uploads import form_of
from cast.workbooks import packed, sheet_xml
from kloof import storage
from kloof.actions import person_data
from kloof.actions.access import oidc
from kloof.actions.staff import calls
from kloof.actions.staff.leaving import leave
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, ActorKind
from kloof.domain.access.people import Role
from kloof.domain.errors import Reason
from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.releases.document import Level
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.access import people
from kloof.storage.database import database
from kloof.storage.mailing import opt_outs
from kloof.storage.models import Customer, Deal, Invitation, Response, UploadContents
from kloof.storage.releases import company_actions, proposals, queueing
from kloof.storage.surveys import passing, responses
from kloof.web import create_app
from kloof.web.staff import sign_in
from kloof.web.survey import closed_links, letter_code

SANNE, JORIS, NOOR = "Sanne de Vries", "Joris Baas", "Noor Desk"
BOTH = (Wave.SALE, Wave.DELIVERY)
NOWHERE = "http://127.0.0.1:9"
OIDC = {
    "issuer": NOWHERE,
    "client_id": "kloof",
    "roles": {"sales": "salesperson", "backoffice": "desk"},
}
IN_A_GROUP: dict[str, object] = {
    "iss": "https://id.company.example",
    "sub": "anouk",
    "email": "anouk@company.example",
    "email_verified": True,
    "groups": ["sales"],
}
LINE = {
    "deal_id": "X-1",
    "customer_name": "Jan de Boer",
    "customer_email": "jan@home.example",
    "language": "nl",
    "salesperson_email": "sanne.de.vries@company.example",
    "team": "North",
    "region": "East",
    "product": "Heat pump",
    "survey": "project",
    "sold_on": "2026-02-25",
}

DIGEST = "d" * 64
NO_NEWS: dict[str, Any] = {
    "blocks": 1, "customers": 12, "gone": 0, "first_shown": [], "moved": [], "withheld": 0, "practices": 0,
    "left_out": [],
}  # fmt: skip


WIDE = sheet_xml([["x"]]).replace("</row>", '<c r="XFD1"><v>1</v></c></row>')


@dataclass
class World:
    """A company, and whoever visits it in one language."""

    house: Settings
    monkeypatch: pytest.MonkeyPatch
    language: str
    more: dict[str, object] = field(default_factory=lambda: {"works_council_consent": date(2026, 1, 15)})
    csrf: bool = False

    def app(self) -> Flask:
        house = settings(self.house.database_url, self.house.folder, **self.more)
        app = create_app(house, clock=lambda: NOW)
        app.config.update(WTF_CSRF_ENABLED=self.csrf, PROPAGATE_EXCEPTIONS=False)
        app.testing = True
        return app

    def visitor(self, name: str = "", role: Role = Role.SALESPERSON) -> FlaskClient:
        """Somebody with this name who has signed in; without a name, a stranger."""
        browser = self.app().test_client()
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = self.language
        if name:
            with browser.session_transaction() as session:
                session.update(signed_in_as(person(name, role)))
        return browser

    def sanne(self, path: str) -> TestResponse:
        return self.visitor(SANNE).get(path)

    def desk(self, path: str) -> TestResponse:
        return self.visitor(NOOR, Role.DESK).get(path)

    def file(self, content: str | bytes, kind: str = "deals") -> TestResponse:
        """What the desk sees after sending this file in."""
        folder = self.house.folder / "surveys"
        if not folder.exists():
            folder.mkdir()
            self.offer(norm=7)
        person(SANNE)
        raw = content.encode() if isinstance(content, str) else content
        form = form_of(raw, "deals.csv", kind=kind)
        return self.visitor(NOOR, Role.DESK).post("/desk/files", follow_redirects=True, **form)

    def changes_an_action(self, **told: str) -> TestResponse:
        """What the desk sees after changing this of an action that is there."""
        group = CompanyGroup(level=Level.PRODUCT, product="Warmtepomp")
        begun = date(2026, 2, 2)
        kept = company_actions.add(
            CompanyAction(id=0, survey="former", aspect="price", group=group, title="Call", started_on=begun)
        )
        about = {"about": '["former", "price"]', "group": '["product", "Warmtepomp", "", ""]'}
        form = {"title": "Call", "started_on": begun.isoformat(), **about} | told
        return self.visitor(NOOR, Role.DESK).post(f"/desk/actions/{kept.id}", data=form)

    def offer(self, norm: float) -> None:
        """The survey of the tests as a file of the company, with this norm."""
        values = json.loads(survey(norm=norm).model_dump_json())
        text = yaml.safe_dump(values, sort_keys=False)
        (self.house.folder / "surveys" / "project.yaml").write_text(text, encoding="utf-8")

    def lines(self, *lines: dict[str, str]) -> TestResponse:
        """What the desk sees after loading these deals, each with what differs from LINE."""
        columns = list(LINE | lines[0])
        rows = [",".join((LINE | line)[column] for column in columns) for line in lines]
        return self.file("\n".join([",".join(columns), *rows]))

    def delivered(self, built: BuiltDeal | str, day: str) -> TestResponse:
        number = built if isinstance(built, str) else built.deal_id
        return self.file(f"deal_id;delivered_on\n{number};{day}\n", "deliveries")

    def approves(self, digest: str, proposer: int = 0) -> TestResponse:
        """What Noor of the desk sees after approving a release with this digest, which somebody proposed."""
        who, blocks = Actor(ActorKind.PERSON, proposer, "desk"), proposals.blocks_now()
        proposals.propose(1, "1", DIGEST, blocks, NO_NEWS, who, NOW)
        return self.visitor(NOOR, Role.DESK).post("/desk/releases/approval", data={"digest": digest})

    def often(self, times: int, path: str, **data: str) -> TestResponse:
        browser, method = self.visitor(), "POST" if data else "GET"
        for _ in range(times):
            browser.open(path, method=method, data=data)
        return browser.open(path, method=method, data=data)

    def returns(self, claims: dict[str, object] | None = None, **brought: str) -> TestResponse:
        """Back from the provider, which says this; without claims, something that is not signed by it."""
        self.more = {"oidc": OIDC}
        named = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        self.monkeypatch.setattr(oidc, "_get", lambda _: dict.fromkeys(named, NOWHERE) | {"keys": []})
        fetched = "authlib.integrations.requests_client.OAuth2Session.fetch_token"
        self.monkeypatch.setattr(fetched, lambda *_, **__: {"id_token": "not.signed.atall"})
        if claims is not None:
            self.monkeypatch.setattr(oidc, "_checked", lambda *_: claims)
        browser = self.visitor()
        with browser.session_transaction() as session:
            session["provider"] = {"state": "s", "nonce": "n", "verifier": "v"}
        return browser.get("/sign-in/provider/back", query_string={"state": "s", "code": "c"} | brought)

    def meanwhile(self, state: InvitationState) -> None:
        """Another tab of the customer was first, between reading and writing."""
        read = responses.locked
        self.monkeypatch.setattr(responses, "locked", lambda one: replace(read(one), state=state))


Case = Callable[[World], TestResponse]
CASES: dict[Reason, Case] = {}


def case(reason: Reason) -> Callable[[Case], Case]:
    def keep(made: Case) -> Case:
        assert reason not in CASES
        CASES[reason] = made
        return made

    return keep


def answered(built: BuiltDeal, *waves: Wave) -> BuiltDeal:
    """The customer sends these surveys in."""
    for wave in waves:
        said = Changes(answers=dict.fromkeys(("a1", "a2", "a3"), 8), consent=Consent.NAMED)
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    return built


def sent(world: World, wave: Wave = Wave.SALE) -> BuiltDeal:
    """A deal of which this survey was sent in."""
    waves = BOTH if wave is Wave.DELIVERY else (wave,)
    return answered(deal(seller=person(SANNE), waves=waves, language=world.language), wave)


def fresh(world: World) -> str:
    """The link of a customer who has answered nothing yet."""
    return form(deal(language=world.language))


def form(built: BuiltDeal, then: str = "") -> str:
    return f"/s/{next(iter(built.tokens.values()))}{then}"


CASES |= {
    Reason.DEAL_NOT_HERE: lambda world: world.sanne("/me/deals/D-nothing"),
    Reason.CALL_NOT_HERE: lambda world: world.sanne("/calls/D-nothing"),
    Reason.WEBHOOK_ABSENT: lambda world: world.desk("/desk/webhooks/9"),
    Reason.TOKEN_ABSENT: lambda world: world.visitor(NOOR, Role.DESK).post("/desk/tokens/9/revoke"),
    Reason.PREVIEW_ABSENT: lambda world: world.desk("/desk/releases/preview/"),
    Reason.DRAFT_CHANGED: lambda world: world.approves("of another day"),
    Reason.OWN_PROPOSAL: lambda world: world.approves(DIGEST, person(NOOR, Role.DESK)),
    Reason.FINDINGS_NOT_HERE: lambda world: world.sanne("/findings/"),
    Reason.LINK_CLOSED: lambda world: world.visitor().get("/opt-out/wrong"),
    Reason.CODE_UNKNOWN: lambda world: world.visitor().post("/k", data={"code": "0123-4567-89AB-CDEF"}),
    Reason.SIGN_IN_LINK_SPENT: lambda world: world.visitor().get("/sign-in/spent"),
    Reason.SIGN_IN_ELSEWHERE: lambda world: world.returns(state="of another browser"),
    Reason.PROVIDER_UNPROVEN: lambda world: world.returns(),
    Reason.PROVIDER_NO_ADDRESS: lambda world: world.returns(IN_A_GROUP | {"email_verified": False}),
    Reason.PROVIDER_NO_GROUP: lambda world: world.returns(IN_A_GROUP | {"groups": []}),
    Reason.PAGE_UNKNOWN: lambda world: world.visitor().get("/nothing-here"),
    Reason.FORM_UNKNOWN: lambda world: world.visitor().post(fresh(world), data={"made-up": "1"}),
    Reason.TEXT_TOO_LONG: lambda world: world.visitor().post(fresh(world), data={"comment": "x" * 300_000}),
    Reason.FILE_TOO_LARGE: lambda world: world.file(b"x" * 21 * 1024 * 1024),
    Reason.FILE_NOT_TEXT: lambda world: world.file(b"deal_id\n\xff\xfe\n"),
    Reason.FILE_NOT_CSV: lambda world: world.file(f'{",".join(LINE)}\nX-1,"never closed\n'),
    Reason.FILE_NOT_WORKBOOK: lambda world: world.file(b"PK\x03\x04"),
    Reason.WORKBOOK_TOO_LARGE: lambda world: world.file(packed({"B": WIDE})),
    Reason.FILE_WITHOUT_LINES: lambda world: world.file(",".join(LINE)),
    Reason.FILE_TOO_LONG: lambda world: world.file("deal_id\n" + "X\n" * 50_001),
    Reason.UPLOAD_NOT_HERE: lambda world: world.desk("/desk/files/7"),
    Reason.COLUMNS_WRONG: lambda world: world.lines({"colour": "red"}),
    Reason.COLUMN_MISSING: lambda world: world.file(f"{','.join(list(LINE)[1:])}\nx\n"),
    Reason.COLUMN_TWICE: lambda world: world.file(f"{','.join(LINE)},team\nx\n"),
    Reason.COLUMN_UNKNOWN: lambda world: world.lines({"colour": "red"}),
    Reason.COLUMN_UNNAMED: lambda world: world.file(f"{','.join(LINE)},,account\nx\n"),
    Reason.HEADER_BELOW: lambda world: world.file(f"Export of today\n\n{','.join(LINE)}\n"),
    Reason.CELLS_MISCOUNTED: lambda world: world.file(f"{','.join(LINE)}\nX-1,Jan\n"),
    Reason.CELL_EMPTY: lambda world: world.lines({"team": ""}),
    Reason.CELL_TOO_LONG: lambda world: world.lines({"team": "x" * 201}),
    Reason.CELL_UNFIT: lambda world: world.lines({"team": "North\x07"}),
    Reason.NUMBER_ROUNDED: lambda world: world.lines({"deal_id": "1.23457E+17"}),
    Reason.NOT_A_DAY: lambda world: world.lines({"sold_on": "27-11-2026"}),
    Reason.DAY_STANDS_IN: lambda world: world.lines({"sold_on": "0001-01-01"}),
    Reason.NOT_A_LANGUAGE: lambda world: world.lines({"language": "fr"}),
    Reason.NOT_A_TIME_ZONE: lambda world: world.lines({"customer_time_zone": "Europe/Utrecht"}),
    Reason.NOT_AN_ADDRESS: lambda world: world.lines({"customer_email": "jan"}),
    Reason.ADDRESS_TOO_LONG: lambda world: world.lines({"customer_email": f"{'x' * 65}@home.example"}),
    Reason.ADDRESS_BEYOND_ASCII: lambda world: world.lines({"customer_email": "josé@home.example"}),
    Reason.DEAL_TWICE: lambda world: world.lines({}, {}),
    Reason.DEAL_UNKNOWN: lambda world: world.delivered("X-9", "2026-03-01"),
    Reason.DAY_IN_FUTURE: lambda world: world.lines({"sold_on": "2026-12-01"}),
    Reason.DAY_BEFORE_SALE: lambda world: world.delivered(deal(), "2026-01-01"),
    Reason.SECOND_SURVEY_ANSWERED: lambda world: world.delivered(sent(world, Wave.DELIVERY), "2026-03-01"),
    Reason.CUSTOMER_PERHAPS_KNOWN: lambda world: world.lines(
        {"customer_email": ""}, {"customer_email": "", "deal_id": "X-2"}
    ),
    Reason.SALESPERSON_UNKNOWN: lambda world: world.lines({"salesperson_email": "nobody@company.example"}),
    Reason.SURVEY_UNKNOWN: lambda world: world.lines({"survey": "projekt"}),
    Reason.TOO_MANY_SIGN_INS: lambda world: world.often(
        sign_in.MOST_ASKED, "/sign-in", email="eva@company.example"
    ),
}


@case(Reason.CONSENT_MISSING)
def _(world: World) -> TestResponse:
    world.more = {}
    return world.sanne("/me")


@case(Reason.SURVEY_NOT_HERE)
def _(world: World) -> TestResponse:
    (world.house.folder / "surveys").mkdir()
    world.offer(norm=7)
    return world.desk("/preview/other/sale")


@case(Reason.SURVEYS_UNUSABLE)
def _(world: World) -> TestResponse:
    (world.house.folder / "surveys").mkdir()
    (world.house.folder / "surveys" / "project.yaml").write_text("id: [", encoding="utf-8")
    return world.lines({})


@case(Reason.RELEASE_DAMAGED)
def _(world: World) -> TestResponse:
    answered(deal(seller=person(SANNE), waves=BOTH), *BOTH)
    manifest = world.house.releases_folder / "0001" / "datapackage.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("written over", encoding="utf-8")
    return world.sanne("/me")


@case(Reason.THRESHOLDS_TOO_LOW)
def _(world: World) -> TestResponse:
    world.more = {"publishing": {"m": 2}}
    return world.desk("/desk/releases")


@case(Reason.NOT_APPROVED)
def _(world: World) -> TestResponse:
    world.more = {"publishing": {"approvals": 2}}
    world.approves("of another day")
    return world.visitor(NOOR, Role.DESK).post("/desk/releases", data={"work": "publish", "digest": DIGEST})


@case(Reason.SIGN_IN_AT_PROVIDER)
def _(world: World) -> TestResponse:
    world.more = {"oidc": OIDC}
    return world.visitor().get("/sign-in/of-before")


@case(Reason.PROVIDER_SAID_NO)
def _(world: World) -> TestResponse:
    world.returns()
    browser = world.visitor()
    with browser.session_transaction() as session:
        session["provider"] = {"state": "s", "nonce": "n", "verifier": "v"}
    return browser.get("/sign-in/provider/back?state=s&error=access_denied")


@case(Reason.PROVIDER_OTHER_ACCOUNT)
def _(world: World) -> TestResponse:
    world.returns(IN_A_GROUP)
    return world.returns(IN_A_GROUP | {"sub": "somebody else"})


@case(Reason.PERSON_HAS_LEFT)
def _(world: World) -> TestResponse:
    world.returns(IN_A_GROUP)
    leave(world.house, "anouk@company.example", NOW)
    return world.returns(IN_A_GROUP)


@case(Reason.PROVIDER_SILENT)
def _(world: World) -> TestResponse:
    world.more = {"oidc": OIDC}
    return world.visitor().post("/sign-in/provider")


@case(Reason.PROVIDER_IS_ANOTHER)
def _(world: World) -> TestResponse:
    world.more = {"oidc": OIDC}
    world.monkeypatch.setattr(oidc, "_get", lambda _: {"issuer": "https://elsewhere.example"})
    return world.visitor().post("/sign-in/provider")


@case(Reason.SURVEY_CLOSED)
def _(world: World) -> TestResponse:
    return world.visitor().post(form(sent(world)), data={"a1": "3"}, follow_redirects=True)


@case(Reason.ANSWERS_FIXED)
def _(world: World) -> TestResponse:
    world.monkeypatch.setattr(queueing, "is_frozen", lambda _: True)
    return world.visitor().post(form(sent(world), "?page=1"), data={"a1": "3"}, follow_redirects=True)


@case(Reason.LINK_EXPIRED)
def _(world: World) -> TestResponse:
    built = deal(language=world.language)
    Invitation.update(state=InvitationState.EXPIRED).execute()
    return world.visitor().get(form(built))


@case(Reason.LINK_WITHDRAWN)
def _(world: World) -> TestResponse:
    built = deal(language=world.language)
    Invitation.update(state=InvitationState.WITHDRAWN).execute()
    return world.visitor().get(form(built))


@case(Reason.CUSTOMER_FORGOTTEN)
def _(world: World) -> TestResponse:
    built = deal(language=world.language)
    Customer.update(name="", email=None).execute()
    return world.desk(f"/desk/deal-facts/{built.deal_id}")


@case(Reason.LINK_FORGOTTEN)
def _(world: World) -> TestResponse:
    built = sent(world)
    Response.update(answers=b"").execute()
    return world.visitor().get(form(built))


@case(Reason.LINK_STOPPED)
def _(world: World) -> TestResponse:
    built = deal(language=world.language)
    Invitation.update(state=InvitationState.CANCELLED).execute()
    return world.visitor().get(form(built))


COLLEAGUE = {"name": "Bram Smit", "email": "bram@example.org", "second": "me", "action": "pass"}


@case(Reason.LINK_PASSED_ON)
def _(world: World) -> TestResponse:
    built = deal(language=world.language)
    world.visitor().post(form(built, "/pass-on"), data=COLLEAGUE)
    return world.visitor().get(form(built))


@case(Reason.PASSED_ON_BEFORE)
def _(world: World) -> TestResponse:
    built = deal(language=world.language)
    world.monkeypatch.setattr(passing, "note", lambda *_, **__: False)  # somebody was first, by a second tab
    return world.visitor().post(form(built, "/pass-on"), data=COLLEAGUE)


@case(Reason.PASSED_TO_SELF)
def _(world: World) -> TestResponse:
    built = deal(language=world.language)
    return world.visitor().post(form(built, "/pass-on"), data=COLLEAGUE | {"email": built.email})


@case(Reason.ANSWERS_NOT_SENT)
def _(world: World) -> TestResponse:
    built = sent(world)
    world.meanwhile(InvitationState.WITHDRAWN)
    return world.visitor().post(form(built, "/receipt"), data={"consent": "totals"})


@case(Reason.STEP_IMPOSSIBLE)
def _(world: World) -> TestResponse:
    built = sent(world)
    world.meanwhile(InvitationState.CANCELLED)
    return world.visitor().post(form(built, "/withdraw"), data={"action": "withdraw"})


@case(Reason.HANDOVER_CLOSED)
def _(world: World) -> TestResponse:
    built = sent(world)
    Deal.update(delivered_on=NOW.date()).where(Deal.id == built.row).execute()
    lead = world.visitor(JORIS, Role.LEAD)
    return lead.post(f"/handover/{built.deal_id}", data={"mark-a1": "will"}, follow_redirects=True)


@case(Reason.PRACTICES_LOCKED)
def _(world: World) -> TestResponse:
    path = f"/practices/{sent(world, Wave.DELIVERY).deal_id}"
    lead = world.visitor(JORIS, Role.LEAD)
    return lead.post(path, data={"complaint_on": "2026-03-01"}, follow_redirects=True)


@case(Reason.CALL_CLOSED)
def _(world: World) -> TestResponse:
    browser = world.visitor(SANNE)
    house = browser.application.extensions["kloof.settings"]
    built = told_something_large(house)
    sanne = people.by_email("sanne.de.vries@company.example")
    assert sanne
    calls.record(house, sanne, built.deal_id, CallOutcome.NOT_SOLVED, "", NOW)
    return browser.post(f"/calls/{built.deal_id}", data={"outcome": "solved"}, follow_redirects=True)


@case(Reason.DEAL_CANCELLED)
def _(world: World) -> TestResponse:
    built = deal()
    world.file(f"deal_id;cancelled_on\n{built.deal_id};2026-03-01\n", "cancellations")
    world.visitor(NOOR, Role.DESK).post("/desk/files/1/load")
    return world.delivered(built, "2026-03-01")


@case(Reason.CUSTOMER_HAS_ANSWERED)
def _(world: World) -> TestResponse:
    return world.lines(_of(sent(world)) | {"product": "Boiler"})


@case(Reason.ADDRESS_OF_ANOTHER)
def _(world: World) -> TestResponse:
    mine, other = sent(world), deal()
    opt_outs.remember(address_hash(SECRET, mine.email), opt_outs.BOUNCED, NOW)
    return world.lines(_of(mine) | {"customer_email": other.email})


@case(Reason.UPLOAD_GONE)
def _(world: World) -> TestResponse:
    world.lines({})
    UploadContents.delete().execute()
    return world.visitor(NOOR, Role.DESK).post("/desk/files/1/load")


@case(Reason.NAME_UNKNOWN)
def _(world: World) -> TestResponse:
    world.more = {"deals": {"products": ["Boiler"]}}
    return world.lines({})


@case(Reason.SURVEY_CHANGED)
def _(world: World) -> TestResponse:
    sent(world)
    world.lines({})
    world.offer(norm=6)
    return world.lines({"deal_id": "X-2"})


@case(Reason.NOT_UNDERSTOOD)
def _(world: World) -> TestResponse:
    cut = {"CONTENT_LENGTH": "200", "wsgi.input_terminated": True}
    body = {"data": "a1=8", "content_type": "application/x-www-form-urlencoded"}
    return world.visitor().post(fresh(world), environ_overrides=cut, **body)


@case(Reason.FORM_EXPIRED)
def _(world: World) -> TestResponse:
    world.csrf = True
    return world.visitor(NOOR, Role.DESK).post("/desk/files", data={"kind": "deals"})


@case(Reason.COOKIE_MISSING)
def _(world: World) -> TestResponse:
    world.csrf = True
    return world.visitor().post("/desk/files", data={"kind": "deals"})


@case(Reason.TOO_MANY_LINKS)
def _(world: World) -> TestResponse:
    world.monkeypatch.setattr(closed_links, "MOST_WRONG_LINKS", 1)
    return world.often(1, "/s/wrong")


@case(Reason.TOO_MANY_CODES)
def _(world: World) -> TestResponse:
    world.monkeypatch.setattr(letter_code, "MOST_WRONG_CODES", 1)
    return world.often(1, "/k", code="0123-4567-89AB-CDEF")


@case(Reason.DATABASE_GONE)
def _(world: World) -> TestResponse:
    form_of, browser = fresh(world), world.visitor()
    _file(world).unlink()
    return browser.post(form_of, data={"a1": "8"})


@case(Reason.DATABASE_DAMAGED)
def _(world: World) -> TestResponse:
    form_of, browser = fresh(world), world.visitor()
    storage.close_database()
    _file(world).write_bytes(b"no database at all. " * 4000)
    storage.open_database(world.house.database_url)
    return browser.post(form_of, data={"a1": "8"})


@case(Reason.DATABASE_UNWRITABLE)
def _(world: World) -> TestResponse:
    """The lock file is of another user; for the administrator, who may write everything, it is a folder."""
    form_of, browser = fresh(world), world.visitor()
    storage.close_database()
    turn = _file(world).with_name("kloof.db-turn")
    turn.unlink(missing_ok=True)
    turn.mkdir()
    storage.open_database(world.house.database_url)
    return browser.post(form_of, data={"a1": "8"})


@case(Reason.DATABASE_SILENT)
def _(world: World) -> TestResponse:
    """Another program holds the file for longer than kloof waits."""
    form_of, browser = fresh(world), world.visitor()
    with closing(sqlite3.connect(_file(world), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database.pragma("busy_timeout", 1)
        return browser.post(form_of, data={"a1": "8"})


@case(Reason.DISK_FULL)
def _(world: World) -> TestResponse:
    forms, browser = [fresh(world) for _ in range(9)], world.visitor()
    told = {f"promise-{number}": "x" * 490 for number in range(5)}
    database.pragma("max_page_count", database.pragma("page_count"))
    answers = (browser.post(one, data=told | {"page": "2", "action": "save"}) for one in forms)
    return next(answer for answer in answers if answer.status_code != 303)


def _file(world: World) -> Path:
    return Path(world.house.database_url.removeprefix("sqlite:///"))


@case(Reason.PERHAPS_SAVED)
def _(world: World) -> TestResponse:
    """As when PostgreSQL goes while it commits; tests/web/app/test_cut_while_saving.py cuts a real one off."""
    form_of, browser, sent = fresh(world), world.visitor(), count()

    def breaks(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    world.monkeypatch.setattr(storage, "was_cut_off", lambda _: True)
    world.monkeypatch.setattr(storage, "commits_sent", lambda: next(sent))
    world.monkeypatch.setattr(respond, "save", breaks)
    return browser.post(form_of, data={"a1": "8"})


@case(Reason.SURPRISE)
def _(world: World) -> TestResponse:
    def breaks(*_: object) -> None:
        raise RuntimeError("the database went away")

    world.monkeypatch.setattr("kloof.web.staff.me.own_feedback.overview", breaks)
    return world.sanne("/me")


def _of(built: BuiltDeal) -> dict[str, str]:
    """The line of this deal as it is stored."""
    row = Deal.get_by_id(built.row)
    name = Customer.get_by_id(row.customer_id).name
    return {
        "deal_id": built.deal_id,
        "customer_name": name,
        "customer_email": built.email,
        "sold_on": (NOW.date() - timedelta(days=5)).isoformat(),
    }


@case(Reason.ACTION_UNKNOWN)
def _(world: World) -> TestResponse:
    return world.desk("/desk/actions/999")


@case(Reason.ACTION_UNTITLED)
def _(world: World) -> TestResponse:
    return world.changes_an_action(title=" ")


@case(Reason.ACTION_ENDS_EARLY)
def _(world: World) -> TestResponse:
    return world.changes_an_action(ended_on="2020-01-01")


@case(Reason.GROUP_UNPUBLISHED)
def _(world: World) -> TestResponse:
    """What the action was about is in no release any more, so it cannot go to another group."""
    put_releases(world.house.folder, chained(Firm(releases=1, aspects=1).documents()))
    return world.changes_an_action(group='["company", "", "", ""]')


@case(Reason.PERSON_UNKNOWN)
def _(world: World) -> TestResponse:
    return world.desk("/desk/people/999")


@case(Reason.ADDRESS_IN_USE)
def _(world: World) -> TestResponse:
    person(SANNE)
    told = {"name": "Kim", "email": "sanne.de.vries@company.example", "roles": "lead", "language": "nl"}
    return world.visitor(NOOR, Role.DESK).post("/desk/people/add", data=told)


@case(Reason.OWN_ACCOUNT)
def _(world: World) -> TestResponse:
    noor = world.visitor(NOOR, Role.DESK)
    return noor.post(f"/desk/people/{person(NOOR)}/leave", data={"successor": ""})


@case(Reason.STILL_HERE)
def _(world: World) -> TestResponse:
    return world.visitor(NOOR, Role.DESK).post(f"/desk/people/{person(SANNE)}/erase", data={"sure": "yes"})


def people_file(world: World, *lines: str) -> TestResponse:
    raw = "\n".join(["email,name,roles", *lines]).encode()
    return world.visitor(NOOR, Role.DESK).post("/desk/people/file", **form_of(raw, "people.csv"))


@case(Reason.NOT_A_ROLE)
def _(world: World) -> TestResponse:
    return people_file(world, "kim@company.example,Kim,king")


@case(Reason.PERSON_TWICE)
def _(world: World) -> TestResponse:
    return people_file(world, *["kim@company.example,Kim,lead"] * 2)


@case(Reason.CUSTOMER_ERASED)
def _(world: World) -> TestResponse:
    built = deal()
    person_data.erase(world.house, built.email, NOW)
    return world.lines({"customer_email": built.email})
