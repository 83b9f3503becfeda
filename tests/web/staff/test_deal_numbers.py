"""Whatever a CRM calls a deal, its pages open from every link to them, and take what is sent there."""

import email
import email.policy
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Map, Rule

from cast.builders import CALLS, NOW, deal, person
from cast.calls import SANNE, WORDS, answers, company
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.deals import in_path
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.mail.transport import Memory
from kloof.storage.models import Call, Deal, HandoverMark
from kloof.web import create_app
from kloof.web.app.deal_numbers import DealNumber

pytestmark = pytest.mark.slow

Enter = Callable[[str, Role], FlaskClient]
NUMBERS = (
    "2026/0417", "2026//17", "/17", "17/", "a/../b", "50% off", "100%25", "What? #3", "A&B;c=d+e", "Straße 12",
    "契約/七", "D-1/done", "ن-١٢", "it's \"so\" <b>", "a\\b", "new", "page=2",
)  # fmt: skip


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path)


@pytest.fixture
def app(house: Settings) -> Flask:
    application = create_app(house, clock=lambda: NOW)
    application.testing = True
    return application


def called(house: Settings, number: str) -> None:
    """A customer who is to be called, whose deal has this number."""
    built = answers(house)
    Deal.update(deal_id=number).where(Deal.id == built.row).execute()


def led_to(browser: FlaskClient, path: str, words: str) -> str:
    """Where the link with these words leads, as a browser asks for it."""
    page = BeautifulSoup(browser.get(path).text, "html.parser")
    found = [link["href"] for link in page.select("a[href]") if link.get_text(strip=True) == words]
    assert len(found) == 1, found
    return str(found[0])


def sent_from(browser: FlaskClient, path: str, **fields: str) -> list[str]:
    """What each form of this page leads to, filled in like this."""
    page = BeautifulSoup(browser.get(path).text, "html.parser")
    led: list[str] = []
    for form in page.select("main form"):
        hidden = {str(box["name"]): str(box["value"]) for box in form.select("input[type=hidden]")}
        answer = browser.post(str(form.get("action", path)), data=hidden | fields, follow_redirects=True)
        assert answer.status_code == 200
        led.append(answer.text)
    assert led
    return led


@pytest.mark.parametrize("number", NUMBERS)
def test_the_pages_of_a_deal_open_from_their_links_and_take_what_is_sent(
    house: Settings, app: Flask, signed_in: Enter, number: str
) -> None:
    called(house, number)
    sanne = signed_in(SANNE, Role.SALESPERSON)
    assert WORDS in sanne.get(led_to(sanne, "/me/deals", number)).text
    call = led_to(sanne, "/calls", Deal.get().customer_name)
    (noted,) = sent_from(sanne, call, outcome="solved", note="It is dry.")
    assert "It is dry." in noted
    assert Call.get().state == "solved"


@pytest.mark.parametrize("number", NUMBERS)
def test_delivery_opens_a_deal_from_its_list_and_says_what_was_done(
    app: Flask, signed_in: Enter, number: str
) -> None:
    built = deal(seller=person(SANNE), deal_id=number)
    shared = Changes(
        answers=dict.fromkeys(("a1", "a2", "a3"), 9), consent=Consent.NAMED, shares_with_delivery=True
    )
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), shared, NOW, CALLS, submit=True)
    joris = signed_in("Joris", Role.LEAD)
    page = led_to(joris, "/handover", number)
    for kept in sent_from(joris, page, joint_visit_on="2026-02-20", **{"mark-a1": "talk"}):
        assert number in BeautifulSoup(kept, "html.parser").get_text()
    assert "2026-02-20" in joris.get(page).text
    assert HandoverMark.get().mark == "talk"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_mail_about_a_deal_leads_to_its_page(
    house: Settings, app: Flask, signed_in: Enter, number: str
) -> None:
    called(house, number)
    transport = Memory()
    Dispatch(house, transport, "worker", lambda: NOW).round()
    (data,) = [data for _, to, data in transport.sent if to.startswith("sanne")]
    body = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
    assert body
    link = re.search(r"\S+/calls/\S+", str(body.get_content()))
    assert link
    assert WORDS in signed_in(SANNE, Role.SALESPERSON).get(urlsplit(link[0]).path).text


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
        lambda number: number.strip("./")
    )
)
def test_a_number_comes_back_from_its_address_as_it_was(number: str) -> None:
    rules = Map(
        [Rule("/calls/<deal:number>", endpoint="call")], converters={"deal": DealNumber}, merge_slashes=False
    )
    there = rules.bind("kloof.example")
    path = urlsplit(there.build("call", {"number": number})).path
    assert path == f"/calls/{in_path(number)}"
    assert all(part not in {"", ".", ".."} for part in path.split("/")[1:])
