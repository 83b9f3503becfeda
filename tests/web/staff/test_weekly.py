"""The weekly mail in the browser: chosen and left on one's own page, and stopped by the link in a mail that came."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import NOW, deal, person
from cast.calls import company
from kloof import storage
from kloof.actions.catch_up import catch_up
from kloof.actions.mailing.worker import work_once
from kloof.actions.staff import weekly
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.access.people import Role
from kloof.mail.transport import Memory
from kloof.storage.access import audit_log, people
from kloof.storage.models import Deal, Message, WeeklyWish
from kloof.web import create_app

Enter = Callable[[str, Role], FlaskClient]
SANNE, JORIS = "Sanne de Vries", "Joris Baas"
PLACES = {SANNE: (Role.SALESPERSON, "/me"), JORIS: (Role.LEAD, "/handover")}


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path, base_url="http://localhost", mail_from="feedback@warmtehuis.example")


@pytest.fixture
def app(house: Settings) -> Flask:
    """The application of a company whose works council agreed."""
    application = create_app(house, clock=lambda: NOW)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


def press(browser: FlaskClient, page: str) -> str:
    """Press the button at the foot of this page, as its form says; gives where that led."""
    form = BeautifulSoup(browser.get(page).text, "html.parser").select_one("#weekly form")
    assert form
    button = form.button
    assert button
    fields = {str(field["name"]): str(field["value"]) for field in (*form.select("input"), button)}
    answer = browser.post(str(form["action"]), data=fields)
    assert answer.status_code == 303
    return answer.headers["Location"]


def gets_it(name: str) -> bool:
    found = people.by_id(person(name))
    assert found
    return weekly.is_chosen(found)


def way_out(house: Settings, weeks: int = 1) -> str:
    """The link in the mail that Joris gets on this Monday from now on, from the header that mail programs use."""
    monday = NOW + timedelta(weeks=weeks)
    deal(delivery_planned_on=monday.date() + timedelta(days=1))
    post = Memory()
    work_once(house, post, lambda: monday, also=catch_up)
    [(_, recipient, raw)] = post.sent
    assert recipient == "joris.baas@company.example"
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip("<>")
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    assert len(parts) == 2
    assert all(link in part for part in parts)
    return link.removeprefix("http://localhost")


@pytest.fixture
def link(house: Settings, app: Flask, signed_in: Enter) -> str:
    press(signed_in(JORIS, Role.LEAD), "/handover")
    return way_out(house)


@pytest.mark.parametrize("name", PLACES)
def test_it_is_off_until_somebody_chooses_it_and_the_same_place_turns_it_off(
    app: Flask, signed_in: Enter, name: str
) -> None:
    role, page = PLACES[name]
    browser = signed_in(name, role)
    browser.get(page)
    assert not gets_it(name)
    assert press(browser, page) == f"{page}#weekly"
    assert gets_it(name)
    assert press(browser, page) == f"{page}#weekly"
    assert not gets_it(name)
    noted = [one for one in audit_log.about_person(person(name)) if one.what is AuditAction.WEEKLY_MAIL]
    assert [(one.name, one.who.role, one.detail) for one in noted] == [
        (name, role, "wanted"),
        (name, role, "not wanted"),
    ]


def test_it_leads_back_to_a_page_of_ones_own_wherever_a_form_says(app: Flask, signed_in: Enter) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for name, (role, page) in PLACES.items():
        for back in ("https://elsewhere.example", "desk.overview", ""):
            answer = signed_in(name, role).post("/weekly", data={"wish": "yes", "back": back})
            assert answer.headers["Location"] == f"{page}#weekly"


def test_no_other_page_can_choose_it_for_somebody(app: Flask, signed_in: Enter) -> None:
    assert signed_in(SANNE, Role.SALESPERSON).post("/weekly", data={"wish": "yes"}).status_code == 400
    assert not gets_it(SANNE)


def test_looking_at_the_way_out_stops_nothing_nor_does_a_scanner_that_presses_the_first_button(
    link: str, client: FlaskClient
) -> None:
    asked = client.get(link)
    assert asked.status_code == 200
    first = BeautifulSoup(asked.text, "html.parser").select_one("main button")
    assert first
    assert client.post(link, data={str(first["name"]): str(first["value"])}).status_code == 200
    assert gets_it(JORIS)


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {"choice": "stop"}, {}])
def test_one_click_stops_it_without_cookie_or_csrf_token(
    link: str, client: FlaskClient, house: Settings, body: dict[str, str]
) -> None:
    for _ in range(2):
        answer = client.post(link, data=body)
        assert answer.status_code == 200
        assert "geen wekelijkse mail meer" in answer.text
    assert not gets_it(JORIS)
    for weeks in (2, 3):
        monday = NOW + timedelta(weeks=weeks)
        deal(delivery_planned_on=monday.date())
        post = Memory()
        work_once(house, post, lambda: monday, also=catch_up)  # noqa: B023
        assert post.sent == []


def test_the_link_in_an_old_mail_stops_it_also_for_who_chose_it_again(
    link: str, client: FlaskClient, signed_in: Enter
) -> None:
    client.post(link)
    press(signed_in(JORIS, Role.LEAD), "/handover")
    assert gets_it(JORIS)
    client.post(link)
    assert not gets_it(JORIS)


def test_the_link_of_who_has_left_and_a_wrong_one_open_nothing(link: str, client: FlaskClient) -> None:
    WeeklyWish.delete().execute()
    for method in ("get", "post"):
        for path in (link, "/weekly/wrong"):
            assert getattr(client, method)(path).status_code == 404


def test_a_page_of_ones_own_takes_one_query_for_it(app: Flask, signed_in: Enter) -> None:
    for name, (role, page) in PLACES.items():
        browser = signed_in(name, role)
        browser.get(page)
        with storage.counted_queries() as queries:
            browser.get(page)
        assert len([one for one in queries if "weekly_wish" in one]) == 1
        assert len(queries) <= 10


def test_nothing_of_a_colleague_can_be_stopped_by_who_is_signed_in_as_another(
    app: Flask, signed_in: Enter
) -> None:
    press(signed_in(JORIS, Role.LEAD), "/handover")
    sanne = signed_in(SANNE, Role.SALESPERSON)
    press(sanne, "/me")
    press(sanne, "/me")
    assert gets_it(JORIS)
    assert not gets_it(SANNE)
    assert Message.select().count() == Deal.select().count() == 0


def test_the_words_on_the_page_say_when_it_comes_in_both_languages(app: Flask, signed_in: Enter) -> None:
    browser = signed_in(SANNE, Role.SALESPERSON)
    for language, words in (
        ("nl", "Mail me één keer per week wat er nieuw is"),
        ("en", "Mail me once a week"),
    ):
        assert words in browser.get("/me", headers={"Accept-Language": language}).text
