"""Both forms can be walked through as a customer, and nothing is stored."""

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import deal, settings, survey
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.storage.models import MODELS
from kloof.web.survey.preview import alone
from kloof.wording import translator

SURVEYS = Path(__file__).parents[3] / "surveys"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """The preview of one survey, as the command shows it, without any database."""
    application = alone(settings("sqlite:///nowhere", tmp_path), survey(6))
    application.testing = True
    return application.test_client(use_cookies=False)


def form(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_both_forms_are_offered_in_both_languages(client: FlaskClient) -> None:
    links = [str(link["href"]) for link in form(client.get("/preview").text).select("main a")]
    assert len(links) == 4
    for link in links:
        html = client.get(link).text
        assert form(html).select_one("html")["lang"] == link[-2:]
        assert form(html).select_one("input[name=a1]")


@pytest.mark.parametrize(("wave", "pages"), [("sale", 5), ("delivery", 6)])
def test_next_leads_through_every_page_and_back_to_the_start(
    client: FlaskClient, wave: str, pages: int
) -> None:
    address = f"/preview/project/{wave}?language=en"
    for number in range(1, pages + 1):
        shown = form(client.get(address).text)
        assert f"Step {number} of {pages}" in shown.text
        button = shown.select_one("main .actions button")
        address = client.post(
            shown.select_one("form")["action"],
            data={"page": str(number), "language": "en", "action": button["value"], "a1": "4"},
        ).location
    assert address == "/preview"


def test_a_question_that_is_still_open_can_be_gone_to(client: FlaskClient) -> None:
    shown = form(client.get("/preview/project/sale?page=5").text)
    assert [one["value"] for one in shown.select(".notice button[name=go]")] == ["consent"]
    got = client.post("/preview/project/sale", data={"page": "4", "language": "nl", "go": "a5"})
    assert got.location == "/preview/project/sale?page=2#q-a5"


def test_the_second_form_looks_back_on_what_a_customer_could_have_written(client: FlaskClient) -> None:
    shown = form(client.get("/preview/project/delivery?page=4").text)
    assert shown.select_one("table.beside td").text == "9"
    assert shown.select_one("input[name=outcome-0]")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("wave", "pages"), [(Wave.SALE, 4), (Wave.DELIVERY, 5)])
def test_the_preview_is_the_page_of_a_customer_letter_for_letter(
    app: Flask, client: FlaskClient, wave: Wave, pages: int, language: Language
) -> None:
    of = survey(6)
    built, visitor = deal(of, waves=tuple(Wave)), app.test_client(use_cookies=False)
    link = {each: f"/s/{built.tokens[each]}" for each in Wave}
    promised = translator(language)("What the customer wrote down at sale is shown here.")
    at_sale = {aspect.id: "9" for aspect in of.aspects} | {"consent": "named", "action": "submit"}
    if wave is Wave.DELIVERY:
        visitor.post(link[Wave.SALE], data=at_sale | {"promise-0": promised})

    def own(html: str, address: str, facts: dict[str, str]) -> str:
        html = html.replace(address, "ADDRESS")
        # Only a customer has a colleague to pass it on to.
        html = re.sub(r' <a href="ADDRESS/pass-on">[^<]+</a>', "", html)
        for fact, name in facts.items():
            html = html.replace(fact, name)
        return re.sub(r"[0-9]+ [a-zA-Z]+ 20[0-9]{2}", "DATE", html)

    seller = translator(language)("Your salesperson")
    for number in range(1, pages + 1):
        if number == (3 if wave is Wave.SALE else 4):
            visitor.post(link[wave], data=dict.fromkeys(of.items(wave), "5"))
        query = f"?page={number}&language={language}"
        theirs = visitor.get(link[wave] + query).text
        shown = client.get(f"/preview/project/{wave}{query}").text
        assert own(theirs, link[wave], {"Heat pump": "PRODUCT", "Sanne de Vries": "SELLER"}) == own(
            shown, f"/preview/project/{wave}", {of.title[language]: "PRODUCT", seller: "SELLER"}
        )


@pytest.mark.parametrize("path", ["/preview/other/sale", "/preview/project/never"])
def test_there_is_no_preview_of_what_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.slow
def test_the_desk_walks_through_the_companys_own_surveys_and_stores_nothing(
    app: Flask,
    signed_in,  # type: ignore[no-untyped-def]
    tmp_path: Path,
) -> None:
    desk = signed_in("Noor Desk", Role.DESK)
    assert "no survey files" in desk.get("/preview").text
    shutil.copytree(SURVEYS, tmp_path / "surveys")
    before = [model.select().count() for model in MODELS]
    assert "installation" in desk.get("/preview").text
    for wave in ("sale", "delivery"):
        assert desk.get(f"/preview/installation/{wave}").status_code == 200
        assert (
            desk.post(f"/preview/installation/{wave}", data={"page": "1", "lead-time": "9"}).status_code
            == 303
        )
    assert [model.select().count() for model in MODELS] == before
