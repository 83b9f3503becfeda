"""“I am not the right person”: a colleague is asked instead, once, and everything that is theirs stays theirs."""

import re
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import NOW, SECRET, BuiltDeal, deal, person, survey
from cast.calls import company
from kloof.actions import person_data
from kloof.actions.deals import by_hand
from kloof.actions.mailing.worker import work_once
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.access.people import Role
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.mail.transport import Memory
from kloof.storage import person_data as stored
from kloof.storage.mailing import opt_outs
from kloof.storage.models import (
    AuditEntry,
    Customer,
    Invitation,
    LastWorked,
    Message,
    OwnPair,
    Pair,
    PassedOn,
    Response,
)
from kloof.storage.releases import queueing
from kloof.web import create_app

pytestmark = pytest.mark.slow

SURVEY = survey(3)
BOTH = (Wave.SALE, Wave.DELIVERY)
COLLEAGUE = {"name": "Mevr. J.P. d'Hondt-Özil", "email": "Inkoop@Klant.example", "second": "colleague"}


@pytest.fixture
def app(database: str, tmp_path: Path, clock: Any) -> Flask:
    application = create_app(company(database, tmp_path, mail_from="kloof@company.example"), clock=clock)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


def link(built: BuiltDeal, wave: Wave = Wave.SALE) -> str:
    return f"/s/{built.tokens[wave]}"


def passed(client: FlaskClient, path: str, **changed: str) -> TestResponse:
    return client.post(f"{path}/pass-on", data=COLLEAGUE | {"action": "pass"} | changed)


def mails(app: Flask, clock: Any) -> list[tuple[str, str, str]]:
    """What a round of the worker sends: to whom, what it says, and the link to the survey in it."""
    transport = Memory()
    work_once(app.extensions["kloof.settings"], transport, clock)
    found = []
    for _, recipient, data in transport.sent:
        mail = message_from_bytes(data, policy=policy.default)
        plain = mail.get_body(("plain",))
        assert plain
        text = plain.get_content()
        address = re.search(r"/s/[\w-]+", text)
        found.append((recipient, text, address[0] if address else ""))
    return found


def full(**more: str) -> dict[str, str]:
    return {"a1": "8", "a2": "7", "a3": "9", "consent": "named", "action": "submit"} | more


def test_the_colleague_gets_one_mail_that_names_who_passed_it_on_and_has_a_way_out(
    app: Flask, client: FlaskClient, clock: Any
) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={"a1": "3", "comment": "only mine"})
    ask = BeautifulSoup(client.get(f"{link(built)}?page=1").text, "html.parser")
    assert ask.select_one(f"a[href='{link(built)}/pass-on']")
    got = passed(client, link(built))
    assert got.status_code == 200
    assert COLLEAGUE["name"] in BeautifulSoup(got.text, "html.parser").text
    ((to, text, theirs),) = mails(app, clock)
    assert to == "inkoop@klant.example"
    assert "Beste mevrouw D'Hondt-Özil" in text
    assert "Customer" in text.split("gaf ons uw adres")[0].splitlines()[-1]
    assert "/opt-out/" in text
    shown = client.get(theirs, follow_redirects=True)
    assert "only mine" not in shown.text + client.get(f"{theirs}?page=4").text
    assert Response.select().count() == 0
    assert "/pass-on" not in shown.text
    assert client.get(f"{theirs}/pass-on").status_code == 302
    client.post(theirs, data=full())
    assert Response.get().submitted_at is not None


def test_the_first_link_closes_with_a_page_that_says_why_and_their_way_out_of_mail_stays(
    client: FlaskClient,
) -> None:
    built = deal(SURVEY)
    passed(client, link(built))
    over = client.get(link(built))
    assert over.status_code == 410
    assert "U hebt deze vragenlijst doorgegeven" in over.text
    assert COLLEAGUE["name"] not in over.text
    assert client.post(link(built), data=full()).status_code == 410
    assert passed(client, link(built), email="another@klant.example").status_code == 410
    client.post(f"/opt-out/{built.opt_out_tokens[Wave.SALE]}", data={"choice": "stop"})
    assert opt_outs.is_opted_out(address_hash(SECRET, built.email))
    assert not opt_outs.is_opted_out(address_hash(SECRET, "inkoop@klant.example"))


def test_the_colleague_who_wants_no_mail_gets_none_and_nobody_is_told(
    app: Flask, client: FlaskClient, clock: Any
) -> None:
    built, other = deal(SURVEY), deal(SURVEY)
    opt_outs.remember(address_hash(SECRET, "inkoop@klant.example"), opt_outs.ASKED, NOW)
    told = passed(client, link(built)).text
    assert mails(app, clock) == []
    assert Invitation.get(Invitation.deal == built.row).state == InvitationState.STOPPED
    # Nobody can ask of us whether an address opted out.
    assert told == passed(client, link(other), email="new@klant.example").text


def test_the_opt_out_in_the_mail_is_that_of_the_colleague(
    app: Flask, client: FlaskClient, clock: Any
) -> None:
    built = deal(SURVEY)
    passed(client, link(built))
    ((_, text, _),) = mails(app, clock)
    way_out = re.search(r"/opt-out/[\w-]+", text)
    assert way_out
    client.post(way_out[0], data={"choice": "stop"})
    assert opt_outs.is_opted_out(address_hash(SECRET, "inkoop@klant.example"))
    assert not opt_outs.is_opted_out(address_hash(SECRET, built.email))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", ""),
        ("name", ""),
        ("name", "Win a prize at kado.example"),
        ("name", "www.kado.example/nu"),
        ("name", "Bel 0900 1234"),
        ("name", "<b>Jan</b>"),
        ("name", "x" * 61),
        ("second", ""),
    ],
)
def test_what_is_no_name_and_no_address_goes_nowhere_and_stays_to_be_mended(
    client: FlaskClient, field: str, value: str
) -> None:
    built = deal(SURVEY)
    got = passed(client, link(built), **{field: value})
    shown = BeautifulSoup(got.text, "html.parser")
    assert got.status_code == 422
    assert shown.title
    assert shown.title.text.startswith("Fout: ")
    assert [one["href"] for one in shown.select(".error-summary a")] == [f"#{field}"]
    assert (PassedOn.select().count(), Message.select().count(), Customer.select().count()) == (0, 0, 1)


def test_ones_own_address_is_not_that_of_a_colleague(client: FlaskClient) -> None:
    built = deal(SURVEY)
    assert passed(client, link(built), email=built.email.upper()).status_code == 422
    assert PassedOn.select().count() == 0
    assert client.get(link(built), follow_redirects=True).status_code == 200


def test_a_scanner_that_presses_the_first_button_passes_nothing_on(client: FlaskClient) -> None:
    built = deal(SURVEY)
    form = BeautifulSoup(client.get(f"{link(built)}/pass-on").text, "html.parser").select_one("main form")
    assert form
    button = form.select_one("button")
    assert button
    client.post(str(form["action"]), data=COLLEAGUE | {str(button["name"]): str(button["value"])})
    assert PassedOn.select().count() == 0


def test_one_network_cannot_pass_on_more_than_a_few(client: FlaskClient) -> None:
    tried = [
        passed(client, link(deal(SURVEY)), email=f"c{number}@x.example").status_code for number in range(12)
    ]
    assert tried == [200] * 10 + [429] * 2


def test_who_decided_answers_first_and_who_uses_it_afterwards_and_neither_reads_the_other(
    app: Flask, client: FlaskClient, clock: Any
) -> None:
    built = deal(SURVEY, waves=BOTH, delivered_on=date(2026, 2, 1))
    client.post(link(built), data=full(**{"promise-0": "Voor Pasen klaar"}))
    passed(client, link(built, Wave.DELIVERY))
    ((to, _, theirs),) = mails(app, clock)
    assert to == "inkoop@klant.example"
    client.post(theirs, data=full(a1="3") | {"action": "save"})
    pages = "".join(client.get(f"{theirs}?page={number}").text for number in range(1, 7))
    assert "Voor Pasen klaar" not in pages
    assert "beside" not in pages
    client.post(theirs, data={"action": "submit"})
    assert queueing.complete_answers(built.row) is None
    assert Pair.select().count() == 0
    assert OwnPair.get().answers == ""


def test_the_colleague_who_answers_both_makes_a_pair_of_their_own(
    app: Flask, client: FlaskClient, clock: Any
) -> None:
    built, house = deal(SURVEY), app.extensions["kloof.settings"]
    passed(client, link(built))
    ((_, _, first),) = mails(app, clock)
    client.post(first, data=full(**{"promise-0": "Voor Pasen klaar"}))
    by_hand.deliver(house, [built.deal_id], NOW.date(), NOW, COMMAND_LINE)
    LastWorked.delete().execute()  # three weeks without a worker would be a clock gone wrong
    clock.now = NOW + timedelta(days=21)
    ((to, text, second),) = mails(app, clock)
    assert (to, "u gebruikt Heat pump" in text) == ("inkoop@klant.example", True)
    client.post(second, data={"a1": "3", "a2": "3", "a3": "3"})
    assert "Voor Pasen klaar" in client.get(f"{second}?page=2").text + client.get(f"{second}?page=3").text
    client.post(second, data=full())
    pair = queueing.complete_answers(built.row)
    assert pair
    assert pair.customer == Customer.get(Customer.email == "inkoop@klant.example").id
    assert Pair.select().count() == 1


def test_a_second_survey_that_is_out_already_goes_along(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=BOTH)
    passed(client, link(built))
    assert client.get(link(built, Wave.DELIVERY)).status_code == 410
    asked = {one.asked_id for one in Invitation.select()}
    assert asked == {Customer.get(Customer.email == "inkoop@klant.example").id}


def test_the_second_survey_goes_where_it_was_said_it_should(client: FlaskClient) -> None:
    both, only = deal(SURVEY), deal(SURVEY)
    passed(client, link(both))
    passed(client, link(only), second="me")
    waves = {(one.deal_id, one.wave) for one in PassedOn.select()}
    assert waves == {(both.row, "sale"), (both.row, "delivery"), (only.row, "sale")}


def test_the_desk_sees_it_and_takes_it_back(
    app: Flask, client: FlaskClient, clock: Any, signed_in: Any
) -> None:
    built = deal(SURVEY)
    passed(client, link(built), second="me")
    desk = signed_in("Noor Desk", Role.DESK)
    address = f"/desk/deal/{built.deal_id}"
    html = BeautifulSoup(desk.get(address, headers={"Accept-Language": "en"}).text, "html.parser")
    assert "passed it on to Mevr. J.P. d'Hondt-Özil (inkoop@klant.example)" in html.text
    assert "The customer passed the survey on to a colleague" in html.text
    assert "of another organisation than the customer’s" in html.text
    listed = "/desk/deals?state=passed_on"
    today = desk.get("/desk", headers={"Accept-Language": "en"}).text
    assert "1 deal was passed on to a colleague" in today
    assert listed in today
    assert built.deal_id in desk.get(listed).text
    form = html.select_one("form[action*=taken-back]")
    assert form
    token = form.select_one("[name=csrf_token]")
    assert token
    desk.post(str(form["action"]), data={"csrf_token": str(token["value"]), "wave": "sale"})
    ((to, _, theirs),) = mails(app, clock)
    assert to == built.email
    assert "/pass-on" not in client.get(theirs, follow_redirects=True).text
    assert [one.what for one in AuditEntry.select()][-1] == "survey_taken_back"
    after = desk.get(address, headers={"Accept-Language": "en"}).text
    assert "Ask the customer again" not in after
    assert built.deal_id not in desk.get(listed).text
    assert "passed on to a colleague of" not in desk.get("/desk", headers={"Accept-Language": "en"}).text


def test_a_colleague_who_answered_by_name_stands_behind_the_customer_where_their_answers_are_read(
    app: Flask, client: FlaskClient, clock: Any, signed_in: Any
) -> None:
    built = deal(SURVEY, seller=person("Sanne"))
    passed(client, link(built), second="me")
    ((_, _, theirs),) = mails(app, clock)
    client.post(theirs, data=full(**{"share.delivery": "yes"}))
    for who, path in (
        (signed_in("Sanne", Role.SALESPERSON), f"/me/deals/{built.deal_id}"),
        (signed_in("Sanne", Role.SALESPERSON), "/me/deals"),
        (signed_in("Joris", Role.LEAD), "/handover"),
    ):
        shown = BeautifulSoup(who.get(path).text, "html.parser").text
        assert f"· {COLLEAGUE['name']}" in shown, path


def test_each_gets_and_erases_what_is_theirs(app: Flask, client: FlaskClient, clock: Any) -> None:
    built = deal(SURVEY, waves=BOTH, delivered_on=date(2026, 2, 1))
    client.post(link(built), data=full(comment="van de een"))
    passed(client, link(built, Wave.DELIVERY))
    ((_, _, theirs),) = mails(app, clock)
    client.post(theirs, data=full(comment="van de ander"))
    house = app.extensions["kloof.settings"]
    mine = person_data.export(house, built.email, NOW)
    other = person_data.export(house, "inkoop@klant.example", NOW)
    assert ("van de een" in str(mine), "van de ander" in str(mine)) == (True, False)
    assert ("van de een" in str(other), "van de ander" in str(other)) == (False, True)
    assert [one["wave"] for one in mine["deals"][0]["passed_on"]] == ["delivery"]
    person_data.erase(house, "inkoop@klant.example", NOW)
    assert stored.number_of("inkoop@klant.example") is None
    assert [one.comment for one in Response.select()] == ["van de een"]
    person_data.erase(house, built.email, NOW)
    assert (Response.select().count(), PassedOn.select().count()) == (0, 0)
