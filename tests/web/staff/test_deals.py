"""The desk finds deals, sees how one stands, and mends it, without a shell."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import ALWAYS, CALLS, NOW, person, settings
from cast.selling import line, sell
from kloof import storage
from kloof.actions.mailing.worker import work_once
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.mail.transport import Memory
from kloof.storage.models import AuditEntry, Customer, Deal, Invitation, Message
from kloof.web import create_app

pytestmark = pytest.mark.slow

Enter = Callable[[str, Role], FlaskClient]
NUMBERS = (
    "2026/0417", "2026//17", "/17", "17/", "a/../b", "50% off", "100%25", "What? #3", "A&B;c=d+e", "Straße 12",
    "契約/七", "deal-facts/1", "ن-١٢", "it's \"so\" <b>", "a\\b", "delivered", "page=2",
)  # fmt: skip
SOLD = NOW.date() - timedelta(days=40)
PLANNED = NOW.date() - timedelta(days=10)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return settings(database, tmp_path, mail=ALWAYS | {"most_per_day": 9, "most_per_month": 90}, run="demo")


@pytest.fixture
def app(house: Settings) -> Flask:
    application = create_app(house, clock=lambda: NOW)
    application.testing = True
    return application


@pytest.fixture
def noor(signed_in: Enter) -> FlaskClient:
    person()
    return signed_in("Noor Desk", Role.DESK)


def sold(house: Settings, number: int = 1, **facts: Any) -> None:
    sell(house, line(number, **({"sold_on": SOLD} | facts)), now=NOW)


def words(answer: TestResponse) -> str:
    return " ".join(BeautifulSoup(answer.get_data(), "html.parser").main.get_text(" ").split())  # type: ignore[union-attr]


def english(browser: FlaskClient, path: str) -> TestResponse:
    return browser.get(path, headers={"Accept-Language": "en"})


def send(browser: FlaskClient, path: str, onto: str = "", follow: bool = True, **fields: Any) -> TestResponse:
    """Fill in the form of this page that leads there, as a browser would, and send it."""
    page = BeautifulSoup(english(browser, path).get_data(), "html.parser")
    (form,) = [form for form in page.select("main form[method=post]") if onto in str(form["action"])]
    data: dict[str, Any] = {}
    for box in form.select("input[name], select[name]"):
        if box.name == "select":
            chosen = box.select_one("option[selected]") or box.select_one("option")
            data[str(box["name"])] = chosen["value"] if chosen else ""
        elif box.get("type") not in {"radio", "checkbox"} or box.has_attr("checked"):
            data[str(box["name"])] = box.get("value", "")
    for button in form.select("button[name]"):
        data.setdefault(str(button["name"]), str(button["value"]))
    return browser.post(
        str(form["action"]), data=data | fields, headers={"Accept-Language": "en"}, follow_redirects=follow
    )


def confirmed(browser: FlaskClient, answer: TestResponse) -> TestResponse:
    """Press the button of the page that says what an edit does."""
    page = BeautifulSoup(answer.get_data(), "html.parser")
    form = page.select_one("main form[method=post]")
    assert form
    data = {str(box["name"]): str(box["value"]) for box in form.select("input[type=hidden]")}
    return browser.post(
        str(form["action"]),
        data=data | {"confirmed": "yes"},
        headers={"Accept-Language": "en"},
        follow_redirects=True,
    )


def mailed(house: Settings) -> list[str]:
    transport = Memory()
    work_once(house, transport, lambda: NOW)
    return [to for _, to, _ in transport.sent]


def answer(house: Settings, deal_id: str, wave: Wave = Wave.SALE) -> None:
    row = Invitation.get(Invitation.deal == Deal.get(Deal.deal_id == deal_id).id, Invitation.wave == wave)
    link = token(house.secret_key, Purpose.SURVEY, bytes(row.link_salt))
    said = Changes(
        answers=dict.fromkeys(("a1", "a2", "a3"), 9), consent=Consent.TOTALS, comment="Zilvermeeuw"
    )
    respond.save(respond.open_link(link, NOW), said, NOW, CALLS, submit=True)


def log() -> list[tuple[str, str]]:
    return [(row.what, row.detail) for row in AuditEntry.select().order_by(AuditEntry.id)]


@pytest.mark.parametrize("number", NUMBERS)
def test_whatever_a_deal_is_called_everything_can_be_done_to_it_from_its_page(
    house: Settings, noor: FlaskClient, number: str
) -> None:
    sold(house, deal_id=number)
    listed = BeautifulSoup(english(noor, "/desk/deals").get_data(), "html.parser")
    (link,) = [str(one["href"]) for one in listed.select("tbody th a")]
    assert number in words(english(noor, link))
    (facts,) = [
        str(one["href"])
        for one in BeautifulSoup(english(noor, link).get_data(), "html.parser").select("main a.button")
    ]
    assert "The change is kept" in words(confirmed(noor, send(noor, facts, account="Gemeente")))
    assert "marked as delivered" in words(send(noor, link, "deal-delivered", delivered_on=str(PLANNED)))
    assert "The survey is stopped" in words(send(noor, link, "deal-stopped", wave="delivery"))
    assert "Let the second survey go on" in words(english(noor, link))
    assert "The survey goes on" in words(send(noor, link, "deal-resumed", wave="delivery"))
    assert noor.post(link.replace("/deal/", "/deal-mail/"), data={"number": "77"}).status_code in {400, 404}
    [kept] = send(noor, link, "deal-export").get_json()["deals"]
    assert kept["deal_id"] == number
    assert "is cancelled" in words(send(noor, link, "deal-cancelled", cancelled_on=str(PLANNED)))
    erasure = link.replace("/deal/", "/deal-erasure/")
    assert "Type the number" in words(send(noor, erasure, number="something else"))
    assert "The customer is erased" in words(send(noor, erasure, number=number))
    assert english(noor, link).status_code == 404
    assert Deal.select().count() == 0


def test_a_search_finds_by_name_address_number_and_account_and_says_where_nothing_is(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house, 1, deal_id="2026/0417", customer_name="Zoë Müller", account="Gemeente Utrecht")
    sold(house, 2, deal_id="2026/0418", customer_name="Jan de Boer")
    for asked, found in {
        "muller": ["2026/0417"],
        "ZOË": ["2026/0417"],
        "0418": ["2026/0418"],
        "gemeente": ["2026/0417"],
        "customer2@example.com": ["2026/0418"],
        "example": ["2026/0418", "2026/0417"],
    }.items():
        page = BeautifulSoup(english(noor, f"/desk/deals?q={asked}").get_data(), "html.parser")
        assert [link.get_text() for link in page.select("tbody th a")] == found, asked
        assert page.select_one("#q")["value"] == asked  # type: ignore[index]
    assert "No deal has these words" in words(english(noor, "/desk/deals?q=nobody"))
    answer = english(noor, "/desk/deals?q=2026/0417")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/deal/2026/0417")


def test_a_long_list_and_a_long_search_are_read_page_by_page_to_their_end(
    house: Settings, noor: FlaskClient
) -> None:
    for number in range(1, 61):
        sold(house, number, sold_on=SOLD - timedelta(days=number // 3))
    for first in ("/desk/deals", "/desk/deals?q=customer", f"/desk/deals?step=sold&until={SOLD}"):
        found, path = [], first
        while path:
            page = BeautifulSoup(english(noor, path).get_data(), "html.parser")
            found += [link.get_text() for link in page.select("tbody th a")]
            onward = page.select_one("a[rel=next]")
            path = str(onward["href"]) if onward else ""
        assert sorted(found) == sorted(f"D-{number}" for number in range(1, 61)), first


def test_a_figure_of_the_desk_leads_to_the_deals_that_it_counts(house: Settings, noor: FlaskClient) -> None:
    monday = date(2026, 1, 12)
    for number in range(1, 4):
        sold(house, number, sold_on=monday + timedelta(days=number))
    sold(house, 4, sold_on=monday - timedelta(days=1))
    mailed(house)
    answer(house, "D-2")

    def shown(query: str) -> list[str]:
        page = BeautifulSoup(english(noor, f"/desk/deals?{query}").get_data(), "html.parser")
        return [link.get_text() for link in page.select("tbody th a")]

    assert shown("step=asked&week=2026-W03") == ["D-3", "D-2", "D-1"]
    assert shown("step=answered&week=2026-W03") == ["D-2"]
    assert shown("step=asked&without=answered&week=2026-W03") == ["D-3", "D-1"]
    assert shown(f"until={monday}") == ["D-4"]
    assert shown("state=cancelled") == []


@pytest.mark.parametrize(
    "query",
    ["step=done", "state=x", "week=2026-W99", "from=soon", "salesperson=me", "before=x.1", "q=a&after=zz.1"],
)
def test_a_parameter_that_says_nothing_is_refused(noor: FlaskClient, query: str) -> None:
    assert english(noor, f"/desk/deals?{query}").status_code == 422


def test_deals_past_their_day_are_ticked_and_marked_delivered_on_one_day(
    house: Settings, noor: FlaskClient
) -> None:
    for number in range(1, 5):
        sold(house, number, delivery_planned_on=PLANNED)
    sold(house, 5, delivery_planned_on=NOW.date() + timedelta(days=3))
    page = BeautifulSoup(english(noor, "/desk/deals?state=overdue").get_data(), "html.parser")
    offered = [str(box["value"]) for box in page.select("input[name=deal]")]
    assert offered == ["D-4", "D-3", "D-2", "D-1"]
    path = "/desk/deals?state=overdue"
    assert "Tick the deals" in words(send(noor, path, "delivered", delivered_on=str(PLANNED)))
    unsure = send(noor, path, "delivered", deal=["D-1", "D-3"])
    assert (unsure.status_code, "Fill in the day" in words(unsure)) == (422, True)
    kept = BeautifulSoup(unsure.get_data(), "html.parser")
    assert [str(box["value"]) for box in kept.select("input[name=deal][checked]")] == ["D-3", "D-1"]
    done = send(noor, path, "delivered", deal=["D-1", "D-3", "D-9"], delivered_on=str(PLANNED))
    assert "Done 2" in words(done)
    assert "There is no such deal any more" in words(done)
    assert {row.deal_id for row in Deal.select().where(Deal.delivered_on == PLANNED)} == {"D-1", "D-3"}


def test_an_edit_says_first_what_it_does_to_mail_and_does_that_when_confirmed(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house, 1)
    sold(house, 2, customer_email="customer1@example.com")
    told = send(noor, "/desk/deal-facts/D-1", address=" Jan@New.example ", language="en")
    assert "goes to jan@new.example" in words(told)
    assert "is in English now" in words(told)
    assert "it changes for their other deals too: D-2" in words(told)
    assert Customer.get().email == "customer1@example.com", "nothing changed yet"
    assert "The change is kept" in words(confirmed(noor, told))
    assert sorted(set(mailed(house))) == ["jan@new.example"]
    page = words(english(noor, "/desk/deal/D-1"))
    assert "Changed: e-mail address, language, Noor Desk" in page
    assert ("deal_changed", "address, language") in log()


def test_what_a_colleague_changed_meanwhile_is_not_written_over_unseen(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house)
    told = send(noor, "/desk/deal-facts/D-1", account="Radboud")
    confirmed(noor, send(noor, "/desk/deal-facts/D-1", language="en"))
    again = confirmed(noor, told)
    assert "Somebody changed this deal in the meantime" in words(again)
    assert (Deal.get().account, Deal.get().customer_language) == (None, "en")
    assert "The change is kept" in words(confirmed(noor, again))


def opened(browser: FlaskClient, path: str, onto: str = "") -> Callable[..., TestResponse]:
    """The form of this page as it stands now, to be sent later."""
    page = english(browser, path)

    class AsItWas:
        get = staticmethod(lambda *_, **__: page)
        post = staticmethod(browser.post)

    return lambda **fields: send(AsItWas, path, onto, **fields)  # type: ignore[arg-type]


def test_a_form_that_was_open_meanwhile_takes_back_nothing_that_was_not_asked_for(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house)
    bram = person("Bram")
    early = opened(noor, "/desk/deal-facts/D-1")
    confirmed(noor, send(noor, "/desk/deal-facts/D-1", salesperson="bram@company.example", language="en"))
    told = early(account="Radboud")
    assert [dt.get_text() for dt in BeautifulSoup(told.get_data(), "html.parser").select("dl.pairs dt")] == [
        "account"
    ]
    assert "The change is kept" in words(confirmed(noor, told))
    stands = Deal.get()
    assert (stands.salesperson_id, stands.customer_language, stands.account.name) == (bram, "en", "Radboud")


def test_two_who_change_the_same_fact_see_both_before_it_is_written_over(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house)
    early = opened(noor, "/desk/deal-facts/D-1")
    confirmed(noor, send(noor, "/desk/deal-facts/D-1", account="Radboud"))
    told = early(account="Rijnstate")
    assert "Somebody changed this deal in the meantime" in words(told)
    assert "Radboud Rijnstate" in words(told)
    assert Deal.get().account.name == "Radboud"
    assert "The change is kept" in words(confirmed(noor, told))
    assert Deal.get().account.name == "Rijnstate"


def test_who_hands_over_a_deal_that_was_handed_over_meanwhile_is_told_to_whom(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house)
    for name in ("Bram", "Joris"):
        person(name)
    early = opened(noor, "/desk/deal/D-1", "deal-successor")
    send(noor, "/desk/deal/D-1", "deal-successor", successor="bram@company.example")
    told = early(successor="joris@company.example")
    assert (told.status_code, "in the meantime: Bram looks after it now" in words(told)) == (422, True)
    assert Deal.get().successor.name == "Bram"
    send(noor, "/desk/deal/D-1", "deal-successor", successor="joris@company.example")
    assert Deal.get().successor.name == "Joris"


def test_an_edit_without_a_change_says_so(house: Settings, noor: FlaskClient) -> None:
    sold(house)
    assert "Nothing changes" in words(send(noor, "/desk/deal-facts/D-1"))


@pytest.mark.parametrize(
    ("fields", "says", "field"),
    [
        ({"address": "jan@@home"}, "not an e-mail address", "address"),
        ({"planned_on": "2020-01-01"}, "before the day of the sale", "planned_on"),
        ({"planned_on": "tomorrow"}, "Fill in a day, or leave it empty", "planned_on"),
        ({"account": "x" * 201}, "at most 200 characters", "account"),
        ({"language": "de"}, "Choose a language", "language"),
        ({"salesperson": "nobody@x.example"}, "who works here", "salesperson"),
    ],
)
def test_what_is_wrong_with_a_field_stands_at_that_field(
    house: Settings, noor: FlaskClient, fields: dict[str, str], says: str, field: str
) -> None:
    sold(house)
    refused = send(noor, "/desk/deal-facts/D-1", **fields)
    page = BeautifulSoup(refused.get_data(), "html.parser")
    assert refused.status_code == 422
    assert says in words(refused)
    assert page.select_one(f".error-summary a[href='#{field}']")
    assert page.select_one(f"#{field}")
    assert log() == []


def test_several_wrong_fields_are_all_named_at_once(house: Settings, noor: FlaskClient) -> None:
    sold(house)
    refused = send(noor, "/desk/deal-facts/D-1", address="jan@@home", planned_on="tomorrow")
    assert len(BeautifulSoup(refused.get_data(), "html.parser").select(".error-summary a")) == 2


def test_no_page_of_a_deal_shows_what_its_customer_answered(house: Settings, noor: FlaskClient) -> None:
    sold(house)
    mailed(house)
    answer(house, "D-1")
    for path in (
        "/desk/deal/D-1",
        "/desk/deal-facts/D-1",
        "/desk/deal-erasure/D-1",
        "/desk/deals",
        "/desk/deals?q=D-1x",
    ):
        shown = english(noor, path).get_data(as_text=True)
        assert "Zilvermeeuw" not in shown, path
    page = words(english(noor, "/desk/deal/D-1"))
    assert "The customer answered the first survey" in page
    assert not re.search(r"totals|named|10:00 The customer answered", page)


def test_what_answers_rest_on_cannot_be_edited_any_more(house: Settings, noor: FlaskClient) -> None:
    sold(house)
    mailed(house)
    answer(house, "D-1")
    page = BeautifulSoup(english(noor, "/desk/deal-facts/D-1").get_data(), "html.parser")
    assert not page.select("#address, #salesperson")
    told = send(
        noor,
        "/desk/deal-facts/D-1",
        account="Radboud",
        address="thief@example.com",
        salesperson="x@x.example",
    )
    assert "The change is kept" in words(confirmed(noor, told))
    assert Customer.get().email == "customer1@example.com"


def test_a_mail_that_came_back_shows_the_words_of_the_server_and_goes_again(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house)
    mailed(house)
    Message.update(state="bounced", last_reply="550 5.1.1 no such user").execute()
    assert "550 5.1.1 no such user" in words(english(noor, "/desk/deal/D-1"))
    assert "goes out again" in words(send(noor, "/desk/deal/D-1", "deal-mail"))
    assert mailed(house) == ["customer1@example.com"]
    assert "To be sent again" in words(english(noor, "/desk/deal/D-1"))


@pytest.mark.parametrize(
    ("onto", "fields", "says"),
    [
        ("deal-delivered", {"delivered_on": "2020-01-01"}, "before the day of the sale"),
        ("deal-delivered", {"delivered_on": "2030-01-01"}, "still to come"),
        ("deal-delivered", {"delivered_on": ""}, "Fill in a day"),
        ("deal-cancelled", {"cancelled_on": "2030-01-01"}, "still to come"),
        ("deal-stopped", {"wave": "both"}, "Choose a survey"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page_of_the_deal(
    house: Settings, noor: FlaskClient, onto: str, fields: dict[str, str], says: str
) -> None:
    sold(house)
    refused = send(noor, "/desk/deal/D-1", onto, **fields)
    assert (refused.status_code, says in words(refused)) == (422, True)
    assert log() == []


def test_a_mail_of_another_deal_does_not_go_again_from_here(house: Settings, noor: FlaskClient) -> None:
    sold(house, 1)
    sold(house, 2)
    Message.update(state="bounced").execute()
    other = Message.get(
        Message.invitation == Invitation.get(Invitation.deal == Deal.get(Deal.deal_id == "D-2").id).id
    )
    assert send(noor, "/desk/deal/D-1", "deal-mail", number=str(other.id)).status_code == 404
    assert Message.select().where(Message.state == "bounced").count() == 2


@pytest.mark.parametrize("answered", [False, True])
def test_a_deal_is_handed_over_before_and_after_its_customer_has_answered(
    house: Settings, noor: FlaskClient, answered: bool
) -> None:
    sold(house)
    mailed(house)
    if answered:
        answer(house, "D-1")
    person("Kim Vos")
    assert "Choose a salesperson" in words(send(noor, "/desk/deal/D-1", "deal-successor"))
    for unfit in ("nobody@x.example", "noor.desk@company.example"):
        refused = send(noor, "/desk/deal/D-1", "deal-successor", successor=unfit)
        assert (refused.status_code, "Choose a salesperson" in words(refused)) == (422, True)
    done = words(send(noor, "/desk/deal/D-1", "deal-successor", successor="kim.vos@company.example"))
    assert "The deal is handed over" in done
    assert "Salesperson Eva Bakker Taken over by Kim Vos" in done
    assert "Handed over to somebody else, Noor Desk" in done
    row = Deal.get()
    assert (row.salesperson.name, row.successor.name) == ("Eva Bakker", "Kim Vos")


def test_what_is_exported_is_a_file_and_stands_in_the_log_with_who_took_it(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house)
    taken = send(noor, "/desk/deal/D-1", "deal-export")
    assert "attachment" in taken.headers["Content-Disposition"]
    assert taken.get_json()["email"] == "customer1@example.com"
    on_paper = send(noor, "/desk/deal/D-1", "deal-export", **{"as": "pdf"})
    assert (on_paper.mimetype, on_paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert "kloof-customer.pdf" in on_paper.headers["Content-Disposition"]
    assert AuditEntry.select().where(AuditEntry.what == "customer_exported").count() == 2
    assert AuditEntry.get(AuditEntry.what == "customer_exported").person == person("Noor Desk", Role.DESK)


def test_every_page_takes_at_most_ten_queries(house: Settings, noor: FlaskClient) -> None:
    for number in range(1, 31):
        sold(house, number, delivery_planned_on=PLANNED, customer_email=f"c{number % 5}@home.example")
    mailed(house)
    answer(house, "D-1")
    for path in (
        *("/desk/deals", "/desk/deals?q=customer home", "/desk/deals?step=asked&without=answered"),
        *("/desk/deals?state=overdue", "/desk/deal/D-1", "/desk/deal-facts/D-1", "/desk/deal-erasure/D-1"),
    ):
        with storage.counted_queries() as queries:
            assert english(noor, path).status_code == 200
        assert len(queries) <= 10, (path, len(queries))


def test_a_deal_that_is_not_there_is_told_by_its_number(noor: FlaskClient) -> None:
    for path in ("/desk/deal/none/7", "/desk/deal-facts/none/7", "/desk/deal-erasure/none/7"):
        gone = english(noor, path)
        assert (gone.status_code, "none/7" in words(gone)) == (404, True)


def test_the_first_page_of_the_desk_leads_to_a_deal_and_has_the_search(
    house: Settings, noor: FlaskClient
) -> None:
    sold(house, deal_id="2026/0417")
    Message.update(state="bounced", last_reply="550").execute()
    page = BeautifulSoup(english(noor, "/desk").get_data(), "html.parser")
    assert page.select_one('a[href="/desk/deal/2026/0417"]')
    assert page.select_one("form[role=search] #q")
