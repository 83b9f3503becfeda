"""The desk sees in one look how things stand, and loads files without a command line."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast import builders
from cast.builders import NOW, deal, person
from cast.opt_outs import unmailed
from kloof import storage
from kloof.actions.mailing.bounces import take
from kloof.domain.access.people import Role
from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.mailing.server_words import About
from kloof.domain.mailing.set_aside import WhyAside
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.mail.bounces import Bounce
from kloof.storage.access import audit_log
from kloof.storage.mailing import aside, opt_outs, outbox, refused
from kloof.storage.models import Account, Deal, Invitation, Message
from kloof.storage.surveys import invitations
from kloof.storage.surveys.invitations import NewInvitation
from kloof.wording import translator

Enter = Callable[[str, Role], FlaskClient]
ROOT = Path(__file__).parents[3]
HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
GOOD = "X-1,Jan de Boer,jan@home.example,nl,sanne.de.vries@company.example,North,East,Heat pump,product,2026-02-25"
ANSWERS = {
    "a1": "8", "a2": "7", "a3": "6", "comment": "Cold in the attic", "consent": "totals", "action": "submit",
}  # fmt: skip


@pytest.fixture
def desk(signed_in: Enter, tmp_path: Path) -> FlaskClient:
    (tmp_path / "surveys").mkdir()
    shipped = (ROOT / "surveys" / "product.yaml").read_text(encoding="utf-8")
    (tmp_path / "surveys" / "product.yaml").write_text(shipped, encoding="utf-8")
    person()
    return signed_in("Noor Desk", Role.DESK)


def loaded(desk: FlaskClient, text: str, language: Language = "en", kind: str = "deals") -> None:
    """A file sent in, and its good lines loaded."""
    page = desk.get("/desk/files").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    data = {"kind": kind, "file": (io.BytesIO(text.encode()), "deals.csv"), "csrf_token": token[1]}
    sent = desk.post("/desk/files", data=data, headers={"Accept-Language": language})
    desk.post(f"{sent.headers['Location']}/load", data={"csrf_token": token[1]})


def test_who_loaded_a_deal_stands_in_the_audit_log(desk: FlaskClient) -> None:
    loaded(desk, f"{HEADER}\n{GOOD}\n")
    loaded(desk, "deal_id;delivered_on\nX-1;2026-03-01\n", kind="deliveries")
    lines = audit_log.about_deals([Deal.get().id])
    assert [(line.what, line.name, line.who.role) for line in lines] == [
        ("deal_loaded", "Noor Desk", "desk"),
        ("deal_delivered", "Noor Desk", "desk"),
    ]


def test_mail_that_should_have_gone_out_is_said_in_one_look(desk: FlaskClient, clock: Any) -> None:
    built = deal(waves=())
    due = NOW - timedelta(hours=2)
    closes_at = NOW + timedelta(days=45)
    invitations.put(
        [NewInvitation(built.row, Wave.SALE, b"s" * 32, "f" * 64, "o" * 64, NOW.date(), closes_at, due)], NOW
    )
    page = desk.get("/desk", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "The first mail should have gone out on 2 March 09:00." in page
    works = desk.get("/workz")
    assert (works.status_code, "mail_late" in works.get_json()["reasons"]) == (503, True)


def test_the_first_look_takes_a_handful_of_queries(desk: FlaskClient) -> None:
    for _ in range(12):
        deal()
    with storage.counted_queries() as queries:
        assert desk.get("/desk").status_code == 200
    assert len(queries) <= 10


def test_deals_that_were_cancelled_are_loaded_the_same_way(desk: FlaskClient) -> None:
    loaded(desk, f"{HEADER}\n{GOOD}\n")
    loaded(desk, "deal_id;cancelled_on\nX-1;2026-03-01\n", kind="cancellations")
    assert Deal.get().cancelled_at is not None


def test_what_waits_for_somebody_stands_there_with_why_and_what_to_do(desk: FlaskClient) -> None:
    loaded(desk, f"{HEADER}\n{GOOD}\n{GOOD.replace('X-1', 'X-3').replace('jan@home.example', '')}\n")
    Message.update(state="held", last_reply="The connection broke.").where(
        Message.state == "queued"
    ).execute()
    page = desk.get("/desk", headers={"Accept-Language": "en"}).get_data(as_text=True)
    for said in ("X-1", "The connection broke.", "It arrived", "Send again", "1 letter to print"):
        assert said in page


def press(desk: FlaskClient, address: str, on: str = "/desk", **fields: str) -> TestResponse:
    """Press the button of this form on this page, as a browser does."""
    page = desk.get(on).get_data(as_text=True)
    form = re.search(
        rf'<form method="post" action="{address}">.*?name="csrf_token"[^>]*value="([^"]+)"', page, re.S
    )
    assert form, f"no button leads to {address}"
    return desk.post(address, data={"csrf_token": form[1], **fields})


def test_an_address_that_bounced_is_taken_for_alive_again_at_the_desk_by_name(
    desk: FlaskClient, tmp_path: Path
) -> None:
    loaded(desk, f"{HEADER}\n{GOOD}\n")
    Message.update(state="sent", message_id="a" * 32).execute()
    Invitation.update(state="invited").execute()
    settings = builders.settings("sqlite:///unused", tmp_path)
    take(settings, Bounce(About.ADDRESS, "a" * 32, "550 <b>User</b> unknown"), NOW)
    page = desk.get("/desk", headers={"Accept-Language": "nl"}).get_data(as_text=True)
    assert "550 &lt;b&gt;User&lt;/b&gt; unknown" in page
    assert "Stuur nog eens" in page
    assert unmailed() == {"bounced": 1}
    done = press(desk, f"/desk/mail/{Message.get().id}", decision="again")
    assert (done.status_code, done.location) == (303, "/desk")
    assert (Message.get().state, Invitation.get().state, unmailed()) == ("queued", "planned", {})
    last = audit_log.about_deals([Deal.get().id])[-1]
    assert (last.what, last.name, last.detail) == ("mail_decided", "Noor Desk", "again")


def test_what_is_held_is_decided_at_the_desk_and_a_decision_that_is_none_changes_nothing(
    desk: FlaskClient,
) -> None:
    loaded(desk, f"{HEADER}\n{GOOD}\n")
    Message.update(state="held").execute()
    address = f"/desk/mail/{Message.get().id}"
    assert press(desk, address, decision="forget").status_code == 422
    assert Message.get().state == "held"
    assert press(desk, address, decision="arrived").status_code == 303
    assert (Message.get().state, Invitation.get().state) == ("sent", "invited")


@pytest.mark.parametrize("number", ["4", "99999999999", "-1", "x", "1e3", "٣"])
def test_a_message_that_is_not_there_is_not_found(desk: FlaskClient, number: str) -> None:
    page = desk.get("/desk").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    answer = desk.post(f"/desk/mail/{number}", data={"csrf_token": token[1], "decision": "again"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("language", "by", "says"),
    [
        ("en", RefusedBy.OUR_SERVER, "The mail server refuses us since 2 March 11:00, so no mail goes out."),
        (
            "nl",
            RefusedBy.OUR_SERVER,
            "De mailserver weigert ons sinds 2 maart 11:00, dus er gaat geen mail uit.",
        ),
        ("en", RefusedBy.THEIRS, "Mail servers of customers refuse us since 2 March 11:00."),
        ("nl", RefusedBy.THEIRS, "Mailservers van klanten weigeren ons sinds 2 maart 11:00."),
    ],
)
def test_that_our_mail_is_refused_is_said_in_one_look_with_the_words_of_the_server(
    desk: FlaskClient, language: Language, by: RefusedBy, says: str
) -> None:
    refused.note(by, "550 5.4.5 Daily limit <script>", NOW)
    for path in ("/desk", "/desk/mail"):
        page = desk.get(path, headers={"Accept-Language": language}).get_data(as_text=True)
        assert "550 5.4.5 Daily limit &lt;script&gt;" in page
    assert says in page
    reasons = desk.get("/workz").get_json()["reasons"]
    assert ("mail_refused" in reasons) == (by is RefusedBy.OUR_SERVER)


@pytest.mark.parametrize(("language", "says"), [("en", "It is damaged."), ("nl", "Hij is beschadigd.")])
def test_a_mail_that_was_set_aside_stands_at_the_desk_until_somebody_has_looked(
    desk: FlaskClient, language: Language, says: str
) -> None:
    aside.note("d" * 64, WhyAside.UNREADABLE, 2000, "d.eml", NOW)
    page = desk.get("/desk/mail", headers={"Accept-Language": language}).get_data(as_text=True)
    for words in (says, "2 kB", "d.eml"):
        assert words in page
    [waiting] = aside.waiting(10)
    assert press(desk, f"/desk/aside/{waiting.id}", on="/desk/mail").status_code == 303
    assert says not in desk.get("/desk/mail", headers={"Accept-Language": language}).get_data(as_text=True)


@pytest.mark.parametrize("why", WhyAside)
def test_every_reason_to_set_a_mail_aside_has_its_words(desk: FlaskClient, why: WhyAside) -> None:
    aside.note("d" * 64, why, 1, "", NOW)
    assert desk.get("/desk/mail").status_code == 200


@pytest.mark.parametrize("language", ["en", "nl"])
def test_mail_of_every_kind_is_called_by_its_name_at_the_desk(desk: FlaskClient, language: Language) -> None:
    for kind in MAIL_KINDS.values():
        outbox.queue(NOW, kind, NOW, 3)
    Message.update(state="held").execute()
    page = desk.get("/desk/mail?state=held", headers={"Accept-Language": language}).get_data(as_text=True)
    say = translator(language)
    label = say("What")
    assert re.findall(f'<td data-label="{label}">(.+)</td>', page) == [
        say(kind.words) for kind in MAIL_KINDS.values()
    ]


def test_opt_outs_and_dead_addresses_are_counted_at_the_desk(desk: FlaskClient) -> None:
    opt_outs.remember("a" * 64, opt_outs.BOUNCED, NOW)
    page = desk.get("/desk/mail", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Asked for no more mail: 0. The address does not work: 1." in page


def test_who_asked_to_be_called_stands_there_without_a_word_of_what_they_answered(
    desk: FlaskClient, client: FlaskClient
) -> None:
    built = deal()
    link = f"/s/{built.tokens[Wave.SALE]}"
    client.post(link, data=ANSWERS)
    asked = client.post(f"{link}/receipt", data={"consent": "totals", "call": "y"})
    assert asked.status_code == 303
    assert built.deal_id in desk.get("/calls").text
    assert "Cold in the attic" not in desk.get(f"/calls/{built.deal_id}").text
    client.post(f"{link}/receipt", data={"consent": "totals"})
    assert built.deal_id not in desk.get("/calls").text


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "6 customers at antonius.example"), ("nl", "6 klanten bij antonius.example")],
)
def test_a_mail_domain_that_many_customers_share_without_an_account_is_named_at_the_desk(
    desk: FlaskClient, language: Language, says: str
) -> None:
    for number in range(6):
        deal(email=f"c{number}@antonius.example")
        deal(email=f"c{number}@gmail.com")
    page = desk.get("/desk", headers={"Accept-Language": language}).get_data(as_text=True)
    assert says in page
    assert "gmail.com" not in page
    assert "account" in page
    Deal.update(account=Account.create(name="St. Antonius", key="name:st. antonius")).execute()
    assert "antonius.example" not in desk.get("/desk").get_data(as_text=True)
