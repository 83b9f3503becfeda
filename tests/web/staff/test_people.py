"""People at the desk: each action in a browser, as somebody at the desk does it, and what it refuses in words."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import ALWAYS, NOW, deal, person, settings
from cast.uploads import form_of
from kloof.actions.catch_up import catch_up
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.storage.access import people
from kloof.storage.models import AuditEntry, Deal, Person
from kloof.web import create_app

Enter = Callable[[str, Role], FlaskClient]
SANNE, BRAM, NOOR = "Sanne de Vries", "Bram de Wit", "Noor Desk"
LIST = "/desk/people"


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    agreed = settings(database, tmp_path, works_council_consent=date(2026, 1, 15), mail=ALWAYS)
    application = create_app(agreed, clock=lambda: NOW)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    return application


@pytest.fixture
def noor(app: Flask, signed_in: Enter) -> FlaskClient:
    person()
    person(BRAM)
    return signed_in(NOOR, Role.DESK)


def at(path: str, name: str = SANNE) -> str:
    return f"{LIST}/{person(name)}{path}"


def page(browser: FlaskClient, path: str) -> BeautifulSoup:
    answer = browser.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def send(browser: FlaskClient, path: str, to: str = "", **fields: object) -> TestResponse:
    """Fill the form of this page in, over what stands there already, and press its button; `to`: where it goes."""
    form = next(
        one for one in page(browser, path).select("main form") if str(one.get("action", path)) == (to or path)
    )
    data: dict[str, object] = {}
    for field in form.select("input"):
        checked = field.get("type") not in ("checkbox", "radio") or field.has_attr("checked")
        if checked and field.get("name"):
            data.setdefault(str(field["name"]), field.get("value", ""))
    return browser.post(to or path, data=data | fields, headers={"Accept-Language": "en"})


def main_of(answer: TestResponse) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").select_one("main").get_text(" ").split())


def lands(browser: FlaskClient, answer: TestResponse, words: str) -> None:
    assert answer.status_code == 303, main_of(answer)
    assert words in page(browser, answer.location).get_text(" ")


def test_the_list_says_who_is_here_as_what_and_when_they_were_in_last(noor: FlaskClient) -> None:
    person("Joris Baas", Role.LEAD, also={Role.SALESPERSON})
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")]
        for row in page(noor, LIST).select("tbody tr")
    ]
    assert rows == [
        ["Bram de Wit bram.de.wit@company.example", "Salesperson", "North", "never yet", "–"],
        ["Joris Baas joris.baas@company.example", "Salesperson, Delivery lead", "North", "never yet", "–"],
        ["Noor Desk you noor.desk@company.example", "Desk", "North", "2 March 2026", "–"],
        ["Sanne de Vries sanne.de.vries@company.example", "Salesperson", "North", "never yet", "–"],
    ]


def test_somebody_is_added_with_several_roles_and_can_sign_in(noor: FlaskClient) -> None:
    told = {"name": " Kim  Vos ", "email": "Kim@Company.example", "roles": ["lead", "desk"], "team": "South"}
    lands(noor, send(noor, f"{LIST}/add", **told, language="en"), "They are added")
    kim = people.by_email("kim@company.example")
    assert kim
    assert (kim.name, kim.roles, kim.team, kim.language) == ("Kim Vos", {Role.LEAD, Role.DESK}, "South", "en")
    [line] = AuditEntry.select().where(AuditEntry.what == "person_added")
    assert (line.hand, line.role, line.about_person) == ("person", "desk", kim.id)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "  ", "Fill in the name"),
        ("name", "A" * 201, "at most 200 letters"),
        ("email", "kim", "Fill in an e-mail address"),
        ("email", "SANNE.de.vries@company.example", "Sanne de Vries has this address already"),
        ("roles", [], "Choose at least one role"),
        ("team", "\u202eNorth" + "x" * 300, "at most 200 letters"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_still_there(
    noor: FlaskClient, field: str, value: object, says: str
) -> None:
    told: dict[str, object] = {
        "name": "Kim Vos",
        "email": "kim@company.example",
        "roles": ["lead"],
        "team": "",
    }
    answer = send(noor, f"{LIST}/add", **(told | {field: value}))
    soup = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert says in soup.select_one(f"#e-{field}").get_text()
    assert soup.select_one(f"[aria-describedby~=e-{field}]")
    assert soup.select_one(f".error-summary a[href='#{field}']")
    typed = str(told["name"] if field != "name" else value).strip()
    assert soup.select_one("#name")["value"] == typed
    assert Person.select().count() == 3


def test_a_role_an_address_and_a_team_are_changed_and_sessions_end(
    app: Flask, noor: FlaskClient, signed_in: Enter
) -> None:
    sanne = signed_in(SANNE, Role.SALESPERSON)
    told = {"roles": ["salesperson", "desk"], "team": "South", "email": "sanne@company.example"}
    lands(noor, send(noor, at(""), **told), "It is saved")
    assert sanne.get("/me").status_code == 302
    after = people.by_email("sanne@company.example")
    assert after
    assert (after.name, after.roles, after.team) == (SANNE, {Role.SALESPERSON, Role.DESK}, "South")


def test_nobody_takes_the_desk_from_themselves_or_leaves_by_accident(noor: FlaskClient) -> None:
    answer = send(noor, at("", NOOR), roles=["reader"])
    assert answer.status_code == 422
    assert "You cannot take the desk from yourself" in main_of(answer)
    answer = send(noor, at("/leave", NOOR))
    assert answer.status_code == 409
    assert "You cannot take the desk from yourself" in main_of(answer)
    assert people.desk() == [person(NOOR)]


def test_the_page_about_leaving_says_what_will_happen_and_it_does(
    noor: FlaskClient, signed_in: Enter
) -> None:
    sanne = signed_in(SANNE, Role.SALESPERSON)
    built = deal(seller=person(SANNE), waves=(Wave.SALE,))
    before = page(noor, at("/leave"))
    assert [cell.get_text() for cell in before.select(".facts dd")] == ["1", "0"]
    assert [one.get_text() for one in before.select("#successor option")] == [
        "The desk",
        "Bram de Wit (North)",
    ]
    lands(noor, send(noor, at("/leave"), successor=str(person(BRAM))), "They have left")
    assert sanne.get("/me").status_code == 302
    assert Deal.get_by_id(built.row).successor_id == person(BRAM)
    assert "Who has left" in page(noor, LIST).get_text()
    assert noor.get(at("/leave")).status_code == 404


def test_a_day_to_come_stands_in_the_list_is_taken_back_and_set_again(app: Flask, noor: FlaskClient) -> None:
    lands(noor, send(noor, at("/leave"), on="2026-03-09", successor=str(person(BRAM))), "The day is noted")
    assert "9 March 2026" in page(noor, LIST).get_text()
    assert "Bram de Wit takes over" in page(noor, at("/leave")).get_text()
    lands(noor, send(noor, at("/leave"), to=at("/stay")), "They stay")
    catch_up(app.extensions["kloof.settings"], NOW.replace(day=10))
    assert people.by_id(person())


@pytest.mark.parametrize(
    ("field", "value"), [("on", "soon"), ("on", "31-12-2026"), ("successor", "999"), ("successor", "x")]
)
def test_a_day_or_a_successor_that_is_none_changes_nothing(noor: FlaskClient, field: str, value: str) -> None:
    answer = send(noor, at("/leave"), **{"on": "2026-03-09", "successor": "", field: value})
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one(f"#e-{field}")
    assert people.by_id(person())


def test_their_data_is_a_file_and_who_has_left_is_erased_with_a_tick(noor: FlaskClient) -> None:
    number, built = person(), deal(seller=person(SANNE))
    exported = send(noor, at("/data"), to=at("/export"))
    assert exported.headers["Content-Disposition"] == f"attachment; filename=colleague-{number}.json"
    told = json.loads(exported.data)
    assert (told["name"], told["deals_sold"], told["roles"]) == (SANNE, [built.deal_id], ["salesperson"])
    assert built.email not in exported.text
    on_paper = send(noor, at("/data"), to=at("/export"), **{"as": "pdf"})
    assert on_paper.headers["Content-Disposition"] == f"attachment; filename=colleague-{number}.pdf"
    assert on_paper.data.startswith(b"%PDF-")
    send(noor, at("/leave"))
    where = f"{LIST}/{number}"
    assert send(noor, f"{where}/data", to=f"{where}/erase").status_code == 422
    lands(noor, send(noor, f"{where}/data", to=f"{where}/erase", sure="yes"), "Name and address are erased")
    assert SANNE not in page(noor, LIST).get_text()
    assert noor.get(f"{where}/data").status_code == 404


def test_who_works_here_cannot_be_erased_whatever_is_posted(app: Flask, noor: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = noor.post(at("/erase"), data={"sure": "yes"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 409
    assert "Somebody who works here cannot be erased" in main_of(answer)


@pytest.mark.parametrize("number", ["0", "999", "x", "1" * 30, "-1", "\u0661"])
def test_a_number_that_nobody_has_is_a_page_that_says_so(noor: FlaskClient, number: str) -> None:
    answer = noor.get(f"{LIST}/{number}", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "Nobody of the company" in answer.text


def test_no_page_of_people_takes_more_than_ten_queries_with_two_hundred_of_them(
    app: Flask, noor: FlaskClient
) -> None:
    from kloof import storage

    for number in range(200):
        person(f"Person {number}")
    for path in (LIST, f"{LIST}/add", at(""), at("/leave"), at("/data")):
        with storage.counted_queries() as asked:
            page(noor, path)
        assert len(asked) <= 10, path


def sent(browser: FlaskClient, raw: bytes, language: str = "en") -> TestResponse:
    token = page(browser, f"{LIST}/file").select_one("main [name=csrf_token]")["value"]
    form = form_of(raw, "people.csv", csrf_token=str(token))
    return browser.post(f"{LIST}/file", headers={"Accept-Language": language}, **form)


def test_a_file_is_looked_at_first_and_then_taken_in(noor: FlaskClient) -> None:
    raw = b"email;naam;rol\njo@company.example;Jo;lezer\nkim@company.example;;koning\n"
    looked = sent(noor, raw, "nl")
    seen = BeautifulSoup(looked.text, "html.parser")
    assert looked.status_code == 200
    assert people.by_email("jo@company.example") is None
    assert [one.text for one in seen.select(".bare li")] == [
        "naam is leeg. Vul het in.",
        "rol: “koning” is geen rol van kloof. Schrijf een of meer van: desk, salesperson, lead, reader.",
    ]
    form = next(one for one in seen.select("main form") if str(one["action"]).endswith("/load"))
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    done = noor.post(str(form["action"]), data=fields)
    assert done.status_code == 200
    jo = people.by_email("jo@company.example")
    assert jo is not None
    assert jo.roles == {Role.READER}
    assert people.by_email("kim@company.example") is None


@pytest.mark.parametrize("raw", [b"", b"naam\nJo\n", b"PK\x03\x04", b"email,name,roles\n" + b"x\n" * 80_000])
def test_a_file_that_cannot_be_used_says_why_at_its_field(noor: FlaskClient, raw: bytes) -> None:
    answer = sent(noor, raw)
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one("#file-error") is not None


@pytest.mark.parametrize("content", ["", "%%%", "QUJD"])
def test_what_is_not_the_file_that_was_looked_at_changes_nothing(noor: FlaskClient, content: str) -> None:
    before = Person.select().count()
    answer = noor.post(f"{LIST}/file/load", data={"name": "people.csv", "content": content})
    assert answer.status_code in {400, 422}
    assert Person.select().count() == before


def test_the_example_file_can_be_loaded_as_it_is(noor: FlaskClient) -> None:
    raw = noor.get(f"{LIST}/file/example.csv").data
    looked = sent(noor, raw)
    assert looked.status_code == 200
    assert not BeautifulSoup(looked.text, "html.parser").select(".bare")
