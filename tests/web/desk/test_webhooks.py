"""Webhooks at the desk: added with a secret that is shown once, watched, told again, and ended."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from standardwebhooks import Webhook

from cast.builders import deal, person, signed_in_as
from cast.hooked import house, send_all, told
from instruments.receivers import Receiver
from kloof import storage
from kloof.actions.webhooks import endpoints
from kloof.actions.webhooks.composing import event
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.webhooks.endpoints import EndpointState
from kloof.domain.webhooks.events import DATA, EventKind, Happened
from kloof.storage.models import AuditEntry, WebhookPlace
from kloof.storage.webhooks import endpoints as kept
from kloof.storage.webhooks import outbox
from kloof.storage.webhooks.outbox import TakenDelivery
from kloof.web import create_app

NOW = datetime.now(UTC)
PATH = "/desk/webhooks"


@pytest.fixture
def company(database: str, tmp_path: object) -> Settings:
    return house(tmp_path, database, base_url="http://feedback.warmtehuis.example")  # type: ignore[arg-type]


@pytest.fixture
def app(company: Settings) -> Flask:
    made = create_app(company, clock=lambda: NOW)
    made.testing = True
    made.config |= {"PROPAGATE_EXCEPTIONS": False, "WTF_CSRF_ENABLED": False}
    return made


@pytest.fixture
def noor(app: Flask) -> FlaskClient:
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update(signed_in_as(person("Noor Desk", Role.DESK), NOW))
    return browser


def text(answer: object) -> str:
    assert answer.status_code == 200, answer.status  # type: ignore[attr-defined]
    found = BeautifulSoup(answer.text, "html.parser").select_one("main")  # type: ignore[attr-defined]
    assert found
    return " ".join(found.get_text(" ").split())


SURE = {"confirmed": "yes"}


def form(port: int, **changes: object) -> dict[str, object]:
    url = f"http://127.0.0.1:{port}/in/T0KEN"
    return {"name": "Our CRM", "kind": "standard", "url": url, "events": ["deal.refused"]} | changes


def test_a_new_one_gets_a_secret_that_is_shown_once_and_signs_the_try(
    noor: FlaskClient, company: Settings
) -> None:
    with Receiver() as receiver:
        made = noor.post(PATH, data=form(receiver.port))
        secret = re.search(r"whsec_[\w+/=]+", made.text)
        assert secret
        assert noor.post(f"{PATH}/1/test").status_code == 303
        # The library takes nothing that is five minutes old, by its own clock.
        send_all(company, lambda: datetime.now(UTC))
        Webhook(secret[0]).verify(receiver.got[0].body, receiver.got[0].headers)
    pages = [noor.get(PATH).text, noor.get(f"{PATH}/1").text]
    assert all("whsec_" not in page and "T0KEN" not in page for page in pages)
    assert "Proefbericht" in pages[1]
    assert "bezorgd" in pages[1]
    assert "thanks" in pages[1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Schrijf waar"),
        ({"events": []}, "Kies er minstens één"),
        ({"url": "ftp://crm.example/"}, "begint met https://"),
        ({"url": "https://10.0.0.1/"}, "binnen een netwerk"),
        ({"url": "https://user:word@crm.example/"}, "zonder gebruikersnaam"),
        ({"url": "https://crm.example/\u00e9"}, "tekens die niet"),
    ],
)
def test_what_cannot_be_one_is_said_at_its_field(
    noor: FlaskClient, wrong: dict[str, object], said: str
) -> None:
    answer = noor.post(PATH, data=form(9, **wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert not WebhookPlace.select().exists()


def test_one_too_many_is_refused_on_a_page_of_its_own(noor: FlaskClient) -> None:
    for _ in range(20):
        assert noor.post(PATH, data=form(9)).status_code == 200
    answer = noor.post(PATH, data=form(9))
    assert answer.status_code == 422
    assert "Zo kan een webhook niet zijn" in answer.text


def test_it_is_paused_resumed_given_another_secret_and_removed_and_each_stands_in_the_audit_log(
    noor: FlaskClient,
) -> None:
    noor.post(PATH, data=form(9))
    for act, stands in (("pause", "gepauzeerd"), ("resume", "aan")):
        assert noor.post(f"{PATH}/1/{act}").headers["Location"] == f"{PATH}/1?done={act}"
        assert f"Status {stands}" in text(noor.get(f"{PATH}/1"))
    assert "whsec_" in noor.post(f"{PATH}/1/rotate").text
    assert noor.post(f"{PATH}/1/nonsense").status_code == 404
    assert noor.post(f"{PATH}/1/remove", data=SURE).headers["Location"] == f"{PATH}?done=remove"
    assert noor.get(f"{PATH}/1").status_code == 404
    done = [row.what for row in AuditEntry.select().order_by(AuditEntry.id) if "webhook" in row.what]
    acts = ("added", "paused", "resumed", "rotated", "removed")
    assert done == [f"webhook_{act}" for act in acts]


def test_a_webhook_goes_only_after_a_page_that_says_what_goes_with_it(noor: FlaskClient) -> None:
    noor.post(PATH, data=form(9))
    noor.post(f"{PATH}/1/test")
    asked = noor.post(f"{PATH}/1/remove")
    assert asked.status_code == 200
    assert "Deze webhook verwijderen?" in text(asked)
    assert "Er wacht nog één bericht" in text(asked)
    noor.post(f"{PATH}/1/test")
    assert "Er wachten nog 2 berichten" in text(noor.post(f"{PATH}/1/remove", data={"confirmed": "no"}))
    assert noor.get(f"{PATH}/1").status_code == 200
    noor.post(f"{PATH}/1/remove", data=SURE)
    assert noor.get(f"{PATH}/1").status_code == 404
    assert noor.post(f"{PATH}/1/remove").status_code == 404


def test_what_was_told_can_be_told_again_from_its_page(noor: FlaskClient, company: Settings) -> None:
    with Receiver() as receiver:
        noor.post(PATH, data=form(receiver.port))
        noor.post(f"{PATH}/1/test")
        send_all(company, lambda: NOW)
        assert noor.post(f"{PATH}/1/deliveries/1/replay").status_code == 303
        send_all(company, lambda: NOW)
        assert noor.post(f"{PATH}/1/deliveries/7/replay").status_code == 409
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len(receiver.got) == 2


def test_one_that_was_disabled_stands_on_the_first_page_and_says_why(noor: FlaskClient) -> None:
    noor.post(PATH, data=form(9))
    assert "webhook is uitgezet" not in text(noor.get("/desk"))
    with storage.transaction():
        kept.set_state(1, EndpointState.DISABLED, "failed")
    assert "1 webhook is uitgezet" in text(noor.get("/desk"))
    assert "drie dagen niets" in text(noor.get(f"{PATH}/1"))
    noor.post(f"{PATH}/1/resume")
    assert "webhook is uitgezet" not in text(noor.get("/desk"))


FACTS: dict[EventKind, dict[str, object]] = {
    EventKind.INVITATION_SENT: {"wave": "sale", "state": "invited"},
    EventKind.INVITATION_BOUNCED: {"wave": "sale"},
    EventKind.SURVEY_ANSWERED: {"wave": "sale", "answered_on": "2026-03-02"},
    EventKind.FOLLOWUP_OPENED: {"due_on": "2026-03-02"},
    EventKind.DEAL_REFUSED: {
        "deal_id": "x",
        "sent_by": "file",
        "errors": [{"column": None, "reason": "surprise"}],
    },
    EventKind.BLOCK_CLOSED: {"blocks": 2},
    EventKind.RELEASE_PUBLISHED: {"number": 3},
}


@pytest.mark.parametrize("kind", EventKind)
def test_every_link_in_an_event_leads_to_a_page_of_this_kloof(
    kind: EventKind, app: Flask, company: Settings
) -> None:
    one = TakenDelivery(1, "msg_1", kind, "D/1", json.dumps(FACTS.get(kind, {})), 1, NOW, 0)
    told = event(company, one)
    assert DATA[kind].model_validate(told["data"])
    routes = app.url_map.bind("feedback.warmtehuis.example")
    links = told["data"]["links"]
    assert links
    for link in links.values():
        assert link.startswith("http://feedback.warmtehuis.example/")
        assert routes.match(urlsplit(link).path, method="GET")[0] != "static"


def test_a_day_later_the_page_shows_that_somebody_answered_and_not_before(
    noor: FlaskClient, company: Settings
) -> None:
    noor.post(PATH, data=form(9, events=["survey.answered"]))
    built = deal(deal_id="D-77")
    tomorrow = Happened(
        EventKind.SURVEY_ANSWERED, FACTS[EventKind.SURVEY_ANSWERED], built.row, NOW + timedelta(days=1)
    )
    with storage.transaction():
        outbox.tell([tomorrow], NOW)
    assert len(told()) == 1
    assert "D-77" not in noor.get(f"{PATH}/1").text
    assert [one.waiting for one in endpoints.listed(NOW)] == [0]
