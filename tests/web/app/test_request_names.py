"""Every request has a name: the one that our proxy gave it, or a new one. It goes back with the answer."""

import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cast.builders import NOW, deal, person, settings, signed_in_as
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import AuditEntry, Invitation, Message
from kloof.web import create_app

GIVEN = "3f2b9c1e-77aa-4c0e-9f6d-0a1b2c3d4e5f"


@pytest.fixture
def behind_a_proxy(database: str, tmp_path: Path) -> FlaskClient:
    return create_app(settings(database, tmp_path, proxies=1), clock=lambda: NOW).test_client()


def test_each_request_gets_a_name_of_its_own(client: FlaskClient) -> None:
    names = {
        client.get(path).headers["X-Request-ID"] for path in ("/", "/nothing-here", "/healthz", "/s/wrong")
    }
    assert len(names) == 4
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in names)


def test_the_name_that_our_proxy_gave_is_kept(behind_a_proxy: FlaskClient) -> None:
    assert behind_a_proxy.get("/", headers={"X-Request-ID": GIVEN}).headers.getlist("X-Request-ID") == [GIVEN]


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "short",
        "x" * 41,
        "with a space in it",
        "jan@home.example",
        "line\tbreak-000",
        "8nRp2Qrigt/PqzdTH",
        "é" * 9,
    ],
)
def test_what_is_no_name_is_not_taken_for_one(behind_a_proxy: FlaskClient, odd: str) -> None:
    assert behind_a_proxy.get("/", headers={"X-Request-ID": odd}).headers["X-Request-ID"] != odd


def test_a_visitor_cannot_name_their_request(client: FlaskClient) -> None:
    assert client.get("/", headers={"X-Request-ID": GIVEN}).headers["X-Request-ID"] != GIVEN


def test_the_audit_log_says_during_which_request_somebody_of_the_company_did_it(
    behind_a_proxy: FlaskClient,
) -> None:
    with behind_a_proxy.session_transaction() as session:
        session.update(signed_in_as(person(role=Role.DESK)))
    of_the_command = AuditEntry.select().count()
    with behind_a_proxy.session_transaction() as session:
        session["csrf_token"] = "x"
    page = behind_a_proxy.get("/desk/mail").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    pressed = behind_a_proxy.post(
        "/desk/mail/pause", data={"csrf_token": token[1]}, headers={"X-Request-ID": GIVEN}
    )
    assert pressed.status_code == 303
    lines = list(AuditEntry.select().order_by(AuditEntry.id))
    assert (lines[-1].what, lines[-1].request) == ("sending_paused", GIVEN)
    assert {line.request for line in lines[:of_the_command]} <= {""}


def test_what_a_customer_did_is_tied_to_no_request(behind_a_proxy: FlaskClient) -> None:
    built = deal()
    open_until = NOW + timedelta(days=9)
    Invitation.update(expires_at=open_until).execute()
    answers = {"a1": "7", "a2": "7", "a3": "7", "consent": "named", "action": "submit"}
    behind_a_proxy.post(f"/s/{built.tokens[Wave.SALE]}", data=answers, headers={"X-Request-ID": GIVEN})
    behind_a_proxy.post(f"/opt-out/{built.opt_out_tokens[Wave.SALE]}", headers={"X-Request-ID": GIVEN})
    lines = [line for line in AuditEntry.select() if line.hand == "customer"]
    assert lines
    assert {line.request for line in lines} == {""}


def test_a_mail_is_found_from_its_request_by_the_log_and_never_to_whom(
    behind_a_proxy: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    person()
    caplog.set_level(logging.INFO, "kloof.mails")
    ask_for_a_link(behind_a_proxy, "sanne.de.vries@company.example")
    (mail,) = Message.select()
    assert caplog.messages == [f"Mail {mail.message_id} of kind sign-in is queued."]


def test_a_mail_that_was_only_tried_has_no_name_in_the_log(
    behind_a_proxy: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    person()
    caplog.set_level(logging.INFO, "kloof.mails")
    ask_for_a_link(behind_a_proxy, "nobody@company.example")
    assert Message.select().count() == 0
    assert caplog.messages == ["A mail of kind sign-in was only tried: no such mail is queued."]
    ask_for_a_link(behind_a_proxy, "sanne.de.vries@company.example")
    assert [row.message_id in caplog.messages[-1] for row in Message.select()] == [True]


def ask_for_a_link(browser: FlaskClient, email: str) -> None:
    page = browser.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    browser.post("/sign-in", data={"csrf_token": token[1], "email": email})
