"""Fair play at the desk: questions with counts, in order of the name, and on no other page."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import NOW, BuiltDeal, deal, person, signed_in_as
from cast.calls import SANNE, company
from kloof import storage
from kloof.actions import person_data
from kloof.actions.access import staff_data
from kloof.actions.staff import fair_play
from kloof.domain.access.people import Role
from kloof.domain.errors import Refused
from kloof.domain.jobs.looks import LookKind
from kloof.domain.staff.fair_play import Trace, TraceQuestion
from kloof.domain.surveys.definition import Wave
from kloof.storage import kept_looks
from kloof.storage.access import people
from kloof.storage.models import AnsweredAtOnce, Attempt, Deal, Person
from kloof.web import create_app

Enter = Callable[[str, Role], FlaskClient]
IN_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    application = create_app(company(database, tmp_path), clock=lambda: NOW + timedelta(days=40))
    application.testing = True
    return application


@pytest.fixture
def desk(app: Flask, signed_in: Enter) -> FlaskClient:
    return later(signed_in, "Noor Desk", Role.DESK)


def later(signed_in: Enter, name: str, role: Role) -> FlaskClient:
    """They sign in on the day of these tests."""
    browser = signed_in(name, role)
    with browser.session_transaction() as session:
        session.update(signed_in_as(person(name, role), NOW + timedelta(days=40)))
    return browser


def sold(seller: str, changed: int, of: int = 25) -> None:
    rows = [deal(seller=person(seller)).row for _ in range(of)]
    Deal.update(address_changed_at=NOW).where(Deal.id.in_(rows[:changed])).execute()


def lines(browser: FlaskClient) -> list[str]:
    page = BeautifulSoup(browser.get("/desk/fair-play", headers=IN_ENGLISH).text, "html.parser")
    return [line.get_text(" ", strip=True) for line in page.select("main li") if "?" in line.get_text()]


def at_once(browser: FlaskClient) -> list[str]:
    return [line for line in lines(browser) if "one network" in line]


@pytest.mark.slow
def test_what_stands_apart_is_asked_with_the_counts_in_order_of_the_name(desk: FlaskClient) -> None:
    sold("Zara", 9)
    sold("Anna", 12)
    sold(SANNE, 0, of=60)
    sold("Bram", 1, of=60)
    assert lines(desk) == [
        "Of Anna's 25 deals, 12 had their e-mail address changed after they were loaded; of the others 10 of 145. "
        "Do you know why?",
        "Of Zara's 25 deals, 9 had their e-mail address changed after they were loaded; of the others 13 of 145. "
        "Do you know why?",
    ]


def test_where_nothing_stands_apart_it_says_so_and_how_it_counts(desk: FlaskClient) -> None:
    page = desk.get("/desk/fair-play", headers=IN_ENGLISH).text
    assert "Nothing unusual." in page
    assert "at least 20 deals that count, and the others together at least 40" in page


def test_addresses_that_could_be_of_made_up_customers_are_asked_about_as_they_are(desk: FlaskClient) -> None:
    for number in range(4):
        deal(seller=person("Anna"), email=f"{number}@family.example")
        deal(seller=person("Bram"), email="same@home.example", customer_name=f"Somebody {number}")
    deal(seller=person("Bram"), email="bram@company.example")
    assert sorted(lines(desk)) == [
        "Customers of Anna with an address at family.example: 4. Do you know why?",
        "Customers of Bram with an address at the company's own mail domain: 1. Do you know why?",
        "Mailboxes of Bram's customers that are used for 3 names or more: 1. Do you know why?",
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"mail_from": "Klantstem <hi@mailer.example>"},
        {"mail": {"reply_to": "hi@mailer.example"}},
        {"mail": {"bounce_address": "hi@mailer.example"}},
        {"company": {"name": "Warmtehuis", "contact": "hi@mailer.example"}},
    ],
    ids=["mail_from", "reply_to", "bounce_address", "contact"],
)
def test_the_companys_own_mail_domain_is_any_that_its_settings_name(
    database: str, tmp_path: Path, more: dict[str, object]
) -> None:
    deal(seller=person("Anna"), email="anna@mailer.example")
    found = fair_play.asked(company(database, tmp_path, **more), NOW).named
    about = [one.about for one in found or ()]
    assert about == [TraceQuestion(person("Anna"), Trace.OWN_DOMAIN, 1)]


@pytest.fixture
def many_deals(monkeypatch: pytest.MonkeyPatch) -> None:
    """One deal is more than is counted while somebody waits."""
    monkeypatch.setattr("kloof.storage.staff.fair_play.AT_ONCE", 0)


def text(browser: FlaskClient) -> str:
    return browser.get("/desk/fair-play", headers=IN_ENGLISH).text


@pytest.mark.slow
def test_with_many_deals_the_worker_counts_the_same_and_the_page_says_when(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold("Anna", 12)
    sold(SANNE, 0, of=60)
    for number in range(4):
        deal(seller=person("Bram"), email=f"{number}@family.example")
    now = lines(desk)
    assert len(now) >= 2
    monkeypatch.setattr("kloof.storage.staff.fair_play.AT_ONCE", 0)
    assert lines(desk) == []
    assert "The first one is there within a few minutes" in text(desk)
    fair_play.count(app.extensions["kloof.settings"], NOW + timedelta(days=40))
    assert lines(desk) == now
    assert "Counted on 11 April" in text(desk)
    sold("Zara", 25)
    assert lines(desk) == now, "it stays what was counted"
    Person.update(name="Anna Smit").where(Person.id == person("Anna")).execute()
    assert "Anna Smit" in text(desk), "under the name of now"


def test_what_is_kept_about_a_colleague_comes_with_their_data_and_goes_with_them(
    app: Flask, desk: FlaskClient, many_deals: None
) -> None:
    house = app.extensions["kloof.settings"]
    for number in range(4):
        deal(seller=person("Anna"), email=f"{number}@family.example")
    anna, noor = (people.by_id(person(name)) for name in ("Anna", "Noor Desk"))
    assert anna
    assert noor
    assert staff_data.export(anna.email, NOW)["fair_play"] == []
    fair_play.count(house, NOW)
    (question,) = staff_data.export(anna.email, NOW)["fair_play"]
    assert (question["hits"], question["domain"]) == (4, "family.example")
    assert staff_data.export(noor.email, NOW)["fair_play"] == []
    people.leave(anna.id, NOW)
    staff_data.erase(house, anna.email, NOW)
    assert kept_looks.kept([LookKind.FAIR_PLAY]) == {}


def test_what_was_counted_goes_with_the_consent_and_with_a_customer_who_is_erased(
    app: Flask, desk: FlaskClient, database: str, tmp_path: Path, many_deals: None
) -> None:
    agreed = app.extensions["kloof.settings"]
    built = deal(seller=person("Anna"), email="0@family.example")
    for number in range(1, 4):
        deal(seller=person("Anna"), email=f"{number}@family.example")
    fair_play.count(agreed, NOW)
    assert "family.example" in text(desk)
    person_data.erase(agreed, built.email, NOW)
    assert "family.example" not in text(desk)
    fair_play.count(agreed, NOW)
    assert kept_looks.kept([LookKind.FAIR_PLAY])
    with pytest.raises(Refused):
        fair_play.count(company(database, tmp_path, works_council_consent=None), NOW)
    assert kept_looks.kept([LookKind.FAIR_PLAY]) == {}


def test_it_is_off_before_the_works_council_agreed(database: str, tmp_path: Path, desk: FlaskClient) -> None:
    sold("Anna", 12)
    sold(SANNE, 0, of=60)
    shut = company(database, tmp_path, works_council_consent=None)
    desk.application = create_app(shut, clock=lambda: NOW + timedelta(days=40))
    page = desk.get("/desk/fair-play", headers=IN_ENGLISH).text
    assert "off until the works council has agreed" in page
    assert "Anna" not in page


def test_a_salesperson_reads_nothing_of_it(app: Flask, desk: FlaskClient, signed_in: Enter) -> None:
    sold("Anna", 12)
    sold(SANNE, 0, of=60)
    anna = later(signed_in, "Anna", Role.SALESPERSON)
    assert anna.get("/desk/fair-play").status_code == 404
    assert "changed after they were loaded" not in anna.get("/me", headers=IN_ENGLISH).text


def test_the_page_takes_few_queries(desk: FlaskClient) -> None:
    sold("Anna", 12)
    sold(SANNE, 0, of=60)
    with storage.counted_queries() as queries:
        assert lines(desk)
    assert len(queries) <= 8


def sends_in(app: Flask, built: BuiltDeal, address: str, wave: Wave = Wave.SALE) -> None:
    """A customer fills in the whole survey and sends it, from this address."""
    everything = {"a1": "8", "a2": "0", "a3": "none", "consent": "totals", "action": "submit"}
    visitor = app.test_client()
    sent = visitor.post(f"/s/{built.tokens[wave]}", data=everything, environ_base={"REMOTE_ADDR": address})
    assert sent.status_code == 303, sent.text


def test_four_customers_who_answer_from_one_network_within_minutes_are_asked_about(
    app: Flask, desk: FlaskClient
) -> None:
    for _ in range(3):
        sends_in(app, deal(seller=person("Zara")), "2a02:a45f:1:2::7")
    assert at_once(desk) == []
    sends_in(app, deal(seller=person("Zara")), "2a02:a45f:1:2:9::1")
    sends_in(app, deal(seller=person("Zara")), "2a02:a45f:1:2:9::1")
    assert at_once(desk) == [
        "Quarters of an hour in which 4 customers of Zara or more sent in their first survey from one network: 1. "
        "Do you know why?"
    ]


def test_no_address_and_no_customer_is_kept_of_who_answered_from_one_network(
    app: Flask, database: str
) -> None:
    for _ in range(4):
        sends_in(app, deal(seller=person("Zara")), "198.41.0.4")
    dump = [list(model.select().dicts()) for model in (AnsweredAtOnce, Attempt)]
    assert set(dump[0][0]) == {"id", "salesperson", "noted_at"}
    assert "198.41" not in str(dump)
    assert sha256(b"198.41.0.4").hexdigest() not in str(dump)


def test_others_customers_other_networks_and_one_customer_with_many_deals_are_not_asked_about(
    app: Flask, desk: FlaskClient
) -> None:
    for number in range(4):
        sends_in(app, deal(seller=person(f"Seller {number}")), "198.41.0.4")
        sends_in(app, deal(seller=person("Zara")), f"198.41.0.{number + 10}")
        sends_in(app, deal(seller=person("Bram"), email="same@home.example"), "198.41.0.99")
        sends_in(app, deal(seller=person("Anna")), "127.0.0.1")
    assert at_once(desk) == []


def test_without_the_works_councils_consent_nothing_is_noted(database: str, tmp_path: Path) -> None:
    without = company(database, tmp_path, works_council_consent=None)
    application = create_app(without, clock=lambda: NOW + timedelta(days=1))
    for _ in range(5):
        sends_in(application, deal(seller=person("Zara")), "198.41.0.4")
    assert not AnsweredAtOnce.select().exists()
    assert not Attempt.select().exists()
