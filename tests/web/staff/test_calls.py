"""The pages about calls: each shows what is its visitor's to see, and nothing is recorded by a GET."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import NOW, BuiltDeal, deal, person
from cast.calls import PROMISE, SANNE, WORDS, answers, chooses, company, mails, state
from kloof import storage
from kloof.actions.staff import calls
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Consent
from kloof.domain.surveys.responses import PromiseOutcome as PromiseOutcome
from kloof.storage.access import people
from kloof.storage.models import Call, CallStep, Response
from kloof.web import create_app

Enter = Callable[[str, Role], FlaskClient]
IN_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path)


@pytest.fixture
def app(house: Settings) -> Flask:
    application = create_app(house, clock=lambda: NOW)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


@pytest.fixture
def sanne(app: Flask, signed_in: Enter) -> FlaskClient:
    return signed_in(SANNE, Role.SALESPERSON)


def page(browser: FlaskClient, path: str) -> str:
    return browser.get(path, headers=IN_ENGLISH).get_data(as_text=True)


def note(browser: FlaskClient, built: BuiltDeal, **fields: str) -> TestResponse:
    path = f"/calls/{built.deal_id}"
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page(browser, path))
    assert found
    return browser.post(path, data={"csrf_token": found[1], **fields}, headers=IN_ENGLISH)


def test_the_owner_reads_why_in_the_customers_words_and_what_they_agreed_to(
    house: Settings, sanne: FlaskClient
) -> None:
    built = answers(house, outcome=PromiseOutcome.BROKEN)
    assert built.deal_id in page(sanne, "/calls")
    shown = page(sanne, f"/calls/{built.deal_id}")
    assert '<a class="alone" href="/calls">Calls</a>' in shown
    for said in (
        "a promise was not kept",
        "fell well short",
        "Aspect 1: expected 8, got 3.",
        PROMISE,
        WORDS,
        built.email,
        "Call by 5 March 2026",
        "said that you may call about it",
    ):
        assert said in shown


def test_a_colleague_another_role_and_a_stranger_see_what_an_absent_call_shows(
    house: Settings, app: Flask, signed_in: Enter
) -> None:
    built = answers(house)
    nothing = signed_in("Bram de Wit", Role.SALESPERSON).get("/calls/D-nothing")
    for name, role in (("Bram de Wit", Role.SALESPERSON), ("Noor Desk", Role.DESK), ("Leo", Role.LEAD)):
        theirs = signed_in(name, role).get(f"/calls/{built.deal_id}")
        assert (role, theirs.status_code) == (role, 404)
        assert built.email not in theirs.get_data(as_text=True)
    assert nothing.status_code == 404
    assert app.test_client().get(f"/calls/{built.deal_id}").headers["Location"] == "/sign-in"
    app.config["WTF_CSRF_ENABLED"] = False
    for name, role in (("Bram de Wit", Role.SALESPERSON), ("Noor Desk", Role.DESK)):
        data = {"outcome": "solved"}
        assert signed_in(name, role).post(f"/calls/{built.deal_id}", data=data).status_code == 404
    assert CallStep.select().count() == 0


def test_a_customer_who_chose_totals_shows_the_wish_and_no_answer(
    house: Settings, sanne: FlaskClient
) -> None:
    built = answers(house, consent=Consent.TOTALS, outcome=PromiseOutcome.BROKEN)
    chooses(house, built, wants_call=True)
    shown = page(sanne, f"/calls/{built.deal_id}")
    assert "The customer asked to be called." in shown
    assert "let them begin" in shown
    for hidden in (WORDS, PROMISE, ">3<", "fell well short"):
        assert hidden not in shown


def test_an_outcome_is_noted_and_the_page_says_what_happens_next(house: Settings, sanne: FlaskClient) -> None:
    built = answers(house)
    answer = note(sanne, built, outcome="solved", note="Sent <b>a fitter</b>")
    assert answer.status_code == 303
    shown = page(sanne, answer.headers["Location"])
    assert "The customer gets a mail that asks whether it is solved." in shown
    assert "Sent &lt;b&gt;a fitter&lt;/b&gt;" in shown
    assert state(built) == "solved"
    assert ("solved-1", "queued") in mails()


def test_without_an_outcome_or_with_too_long_a_note_it_comes_back_and_says_so(
    house: Settings, sanne: FlaskClient
) -> None:
    built = answers(house)
    for fields, says in (
        ({"note": "hello"}, "Choose what came of the call."),
        ({"outcome": "solved", "note": "x" * 2001}, "Make it at most 2000."),
        ({"outcome": "confirmed"}, "Choose what came of the call."),
    ):
        answer = note(sanne, built, **fields)
        assert answer.status_code == 422
        assert says in answer.get_data(as_text=True)
        assert "<title>Error: " in answer.get_data(as_text=True)
    assert state(built) == "open"


def test_two_who_note_at_once_leave_one_outcome(house: Settings, sanne: FlaskClient) -> None:
    built = answers(house)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page(sanne, f"/calls/{built.deal_id}"))
    assert found
    for outcome in ("not_solved", "solved"):
        data = {"csrf_token": found[1], "outcome": outcome}
        assert sanne.post(f"/calls/{built.deal_id}", data=data).status_code == 303
    assert [row.outcome for row in CallStep.select()] == ["not_solved"]


def test_without_the_works_councils_consent_the_page_is_off_and_the_desk_makes_the_call(
    database: str, tmp_path: Path, signed_in: Enter
) -> None:
    house = company(database, tmp_path, works_council_consent=None)
    shut = create_app(house, clock=lambda: NOW)
    built = answers(house, outcome=PromiseOutcome.BROKEN)
    desk = signed_in("Noor Desk", Role.DESK)
    chooses(house, built, wants_call=True)
    sanne = signed_in(SANNE, Role.SALESPERSON)
    desk.application = sanne.application = shut
    for path in ("/calls", f"/calls/{built.deal_id}"):
        assert "consent of the works council" in page(sanne, path)
    assert built.deal_id in page(desk, "/calls")
    shown = page(desk, f"/calls/{built.deal_id}")
    assert built.email in shown
    for hidden in (WORDS, PROMISE, ">3<"):
        assert hidden not in shown
    assert note(desk, built, outcome="not_reached").status_code == 303


def test_the_pages_take_few_queries(house: Settings, sanne: FlaskClient, signed_in: Enter) -> None:
    deals = [answers(house, outcome=PromiseOutcome.BROKEN) for _ in range(12)]
    for path in ("/calls", f"/calls/{deals[0].deal_id}"):
        with storage.counted_queries() as queries:
            assert sanne.get(path).status_code == 200
        assert len([one for one in queries if not one.startswith(("BEGIN", "COMMIT"))]) <= 10
    desk = signed_in("Noor Desk", Role.DESK)
    with storage.counted_queries() as queries:
        assert desk.get("/desk").status_code == 200
    assert len(queries) <= 13


def test_the_desk_counts_calls_and_names_the_overdue_without_a_word_of_the_answers(
    house: Settings, app: Flask, signed_in: Enter
) -> None:
    built = answers(house)
    Call.update(due_on=(NOW - timedelta(days=1)).date()).execute()
    desk = signed_in("Noor Desk", Role.DESK)
    assert "1 call is overdue" in page(desk, "/desk")
    shown = page(desk, "/calls")
    [row] = BeautifulSoup(shown, "html.parser").select("tbody tr")
    assert row.get_text(" ", strip=True) == f"{built.deal_id} {SANNE} 1 March 2026"
    for text in (shown, page(desk, "/desk")):
        assert WORDS not in text
        assert PROMISE not in text


# The customer


@pytest.fixture
def asked(house: Settings) -> tuple[BuiltDeal, str]:
    """A deal whose owner says that it is solved, and the customer's link."""
    built = answers(house, consent=Consent.NAMED)
    owner = people.by_id(person())
    assert owner
    calls.record(house, owner, built.deal_id, CallOutcome.SOLVED, "Sent a fitter", NOW)
    link = token(house.secret_key, Purpose.SOLVED, bytes(Call.get().link_salt))
    return built, f"/solved/{link}"


def test_the_customer_is_asked_by_get_and_answers_by_post(
    asked: tuple[BuiltDeal, str], client: FlaskClient
) -> None:
    built, link = asked
    for _ in range(2):
        assert "denken dat het nu is opgelost" in client.get(link).get_data(as_text=True)
        assert client.head(link).status_code == 200
    assert state(built) == "solved"
    assert "Good to hear" in client.post(f"{link}?language=en", data={"solved": "yes"}).get_data(as_text=True)
    assert state(built) == "confirmed"
    assert "Good to hear" in client.get(f"{link}?language=en").get_data(as_text=True)


def test_a_scanner_that_presses_the_button_has_said_nothing(
    asked: tuple[BuiltDeal, str], client: FlaskClient
) -> None:
    built, link = asked
    for data in ({}, {"words": ""}, {"solved": "maybe"}, {"solved": "yes", "words": "x" * 2001}):
        refused = client.post(link, data=data)
        page = BeautifulSoup(refused.text, "html.parser")
        assert (refused.status_code, bool(page.select_one(".error-summary[autofocus]"))) == (422, True)
        assert str(page.title).startswith("<title>Fout: ")
    assert state(built) == "solved"


@pytest.mark.parametrize(
    ("pressed", "said"), [("yes", "Ja, het is opgelost"), ("no", "Nee, het is nog niet")]
)
def test_a_button_of_the_mail_leads_to_its_answer_and_is_no_answer(
    asked: tuple[BuiltDeal, str], client: FlaskClient, pressed: str, said: str
) -> None:
    """A scanner that follows the link of a button, and then presses the only button there is, has said nothing."""
    built, link = asked
    page = BeautifulSoup(client.get(f"{link}?solved={pressed}").text, "html.parser")
    assert said in page.select_one(".notice").get_text()  # type: ignore[union-attr]
    assert [one["value"] for one in page.select("input[autofocus]")] == [pressed]
    assert not page.select("input[checked]")
    assert client.post(f"{link}?solved={pressed}").status_code == 422
    assert state(built) == "solved"
    assert client.get(f"{link}?solved=<b>").text.count("<b>") == 0


def test_no_opens_the_call_again_with_the_customers_words_for_the_owner_alone(
    asked: tuple[BuiltDeal, str], client: FlaskClient, sanne: FlaskClient, signed_in: Enter
) -> None:
    built, link = asked
    data = {"solved": "no", "words": "The attic too"}
    assert "calls you again" in client.post(f"{link}?language=en", data=data).get_data(as_text=True)
    assert state(built) == "open"
    assert "The attic too" in page(sanne, f"/calls/{built.deal_id}")
    assert "The attic too" not in page(signed_in("Noor Desk", Role.DESK), "/desk")


def test_a_link_of_a_call_that_the_customer_took_back_opens_nothing(
    house: Settings, asked: tuple[BuiltDeal, str], client: FlaskClient
) -> None:
    built, link = asked
    chooses(house, built, consent=Consent.TOTALS)
    assert client.get(link).status_code == 404
    assert client.post(link, data={"solved": "no"}).status_code == 404


# What the form asks


def test_the_second_survey_asks_whether_it_may_lead_to_a_call_with_nothing_ticked(
    house: Settings, client: FlaskClient
) -> None:
    built = deal(waves=(Wave.SALE, Wave.DELIVERY))
    first, second = (f"/s/{built.tokens[wave]}" for wave in (Wave.SALE, Wave.DELIVERY))
    for number in range(1, 6):
        assert "consent.call" not in client.get(f"{first}?page={number}").text
    said = {"a1": "9", "a2": "9", "a3": "9", "consent": "named", "action": "submit"}
    client.post(first, data=said)
    every = [client.get(f"{second}?page={number}&language=en").text for number in range(1, 6)]
    [finish] = [shown for shown in every if 'name="consent.call"' in shown]
    assert "can call you to put it right" in finish
    assert not re.search(r'name="consent.call"[^>]*checked', finish)
    low: dict[str, Any] = said | {"a1": "0", "consent.call": "no"}
    assert client.post(second, data=low).status_code == 303
    assert [row.may_call for row in Response.select().order_by(Response.id)] == [None, False]
    assert state(built) == ""
    receipt = client.get(f"{second}/receipt?language=en").get_data(as_text=True)
    assert re.search(r'value="no" checked', receipt)
    client.post(f"{second}/receipt", data={"consent": "named", "consent.call": "yes"})
    assert state(built) == "open"
    client.post(f"{second}/receipt", data={"consent": "named", "consent.call": "no"})
    assert state(built) == "cancelled"


def test_submitting_by_the_form_opens_the_call(house: Settings, client: FlaskClient) -> None:
    built = deal(waves=(Wave.SALE, Wave.DELIVERY))
    for wave, number in ((Wave.SALE, "9"), (Wave.DELIVERY, "2")):
        agreed = {"consent.call": "yes"} if wave is Wave.DELIVERY else {}
        data = dict.fromkeys(("a1", "a2", "a3"), number) | {"consent": "named", "action": "submit"} | agreed
        client.post(f"/s/{built.tokens[wave]}", data=data)
    assert state(built) == "open"
