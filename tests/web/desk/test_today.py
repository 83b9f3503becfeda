"""The desk's first page: the picture of the last weeks, and what a company that has just begun does first."""

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, url_for
from flask.testing import FlaskClient

from cast.builders import NOW, person
from cast.calls import answers, company
from cast.selling import line, sell
from kloof import storage
from kloof.actions import beforehand, doctor
from kloof.actions.today import today
from kloof.domain.access.people import Role
from kloof.domain.staff.first_steps import FirstStep
from kloof.domain.staff.work import WorkKind, WorkLine, worst_first
from kloof.storage.models import Deal, Message
from kloof.web import create_app
from kloof.web.desk.words.work import where

pytestmark = pytest.mark.slow

Enter = Callable[[str, Role], FlaskClient]
SHIPPED = Path(__file__).parents[3] / "surveys" / "product.yaml"


@pytest.fixture
def app(database: str, tmp_path: Path, clock: Any) -> Flask:
    application = create_app(company(database, tmp_path, mail_from="kloof@company.example"), clock=clock)
    application.testing = True
    return application


@pytest.fixture
def desk(signed_in: Enter) -> FlaskClient:
    return signed_in("Noor Desk", Role.DESK)


def read(desk: FlaskClient, path: str = "/desk") -> str:
    return desk.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)


def a_company_at_every_step(app: Flask) -> None:
    kloof = app.extensions["kloof.settings"]
    for number in range(1, 6):
        sell(kloof, line(100 + number, sold_on=(NOW - timedelta(days=10 * number)).date()), now=NOW)
    sell(kloof, line(109, sold_on=(NOW - timedelta(days=200)).date()), now=NOW)
    Message.update(state="sent", sent_at=NOW).where(Message.id.in_([2, 3])).execute()
    answers(kloof)
    Deal.update(sold_on=(NOW - timedelta(days=20)).date(), delivered_on=NOW.date()).where(
        Deal.customer_name == ""
    ).execute()
    Deal.update(arm="not_asked").where(Deal.deal_id == "D-101").execute()
    Deal.update(cancelled_at=NOW).where(Deal.deal_id == "D-104").execute()


def test_every_figure_of_the_picture_leads_to_a_list_of_as_many_deals(app: Flask, desk: FlaskClient) -> None:
    a_company_at_every_step(app)
    assert figures_lead_to_their_lists(desk, read(desk)) >= 8


def figures_lead_to_their_lists(desk: FlaskClient, page: str) -> int:
    """Opens every link of the picture; gives how many there are."""
    links = re.findall(
        r'class="alone[^"]*" href="(/desk/deals\?[^"]+)">(?:<span[^>]*>[^<]*</span>)?(\d+)', page
    )
    for address, count in links:
        shown = read(desk, address.replace("&amp;", "&"))
        assert len(set(re.findall(r'href="/desk/deal/[^"]+"', shown))) == int(count), address
    return len(links)


def picture(page: str) -> str:
    return str(BeautifulSoup(page, "html.parser").select_one("table.funnel"))


@pytest.fixture
def much_sold(monkeypatch: pytest.MonkeyPatch) -> None:
    """One deal is more than is counted while somebody waits."""
    monkeypatch.setattr("kloof.storage.staff.desk.AT_ONCE", 0)


def test_with_many_deals_the_picture_is_the_workers_and_says_when_it_counted(
    app: Flask, desk: FlaskClient, clock: Any, much_sold: None
) -> None:
    a_company_at_every_step(app)
    assert "The first one is there within a few minutes." in read(desk)
    beforehand.count_steps(app.extensions["kloof.settings"], NOW)
    page = read(desk)
    assert figures_lead_to_their_lists(desk, page) >= 8
    assert re.search(r"Counted on 2 March \d\d:00\.", page)
    Deal.update(sold_on=NOW.date()).where(Deal.deal_id == "D-109").execute()
    assert picture(read(desk)) == picture(page), "it stays what was counted"
    beforehand.count_steps(app.extensions["kloof.settings"], NOW)
    assert picture(read(desk)) != picture(page)
    assert figures_lead_to_their_lists(desk, read(desk)) >= 8


def test_what_the_worker_counts_is_what_the_page_would(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_company_at_every_step(app)
    now = picture(read(desk))
    beforehand.count_steps(app.extensions["kloof.settings"], NOW)
    monkeypatch.setattr("kloof.storage.staff.desk.AT_ONCE", 0)
    page = read(desk)
    assert "Counted" in page
    assert picture(page) == now


def test_an_address_that_was_mended_leaves_the_list_at_once_however_many_deals_there_are(
    app: Flask, desk: FlaskClient, much_sold: None
) -> None:
    a_company_at_every_step(app)
    Message.update(state="bounced").where(Message.id == 1).execute()
    beforehand.count_steps(app.extensions["kloof.settings"], NOW)
    assert "1 mail came back" in read(desk)
    Message.update(state="sent").where(Message.id == 1).execute()
    assert "1 mail came back" not in read(desk)


def test_all_that_is_wrong_with_the_installation_stands_there_with_when_it_was_checked(
    app: Flask, desk: FlaskClient, tmp_path: Path
) -> None:
    house = app.extensions["kloof.settings"]
    a_company_at_every_step(app)
    assert "Surveys:" not in read(desk), "nobody looked yet"
    beforehand.check_up(house, NOW)
    said = [
        one.what for one in doctor.examine(house, NOW) if not one.well and not one.what.startswith("Accounts")
    ]
    page = BeautifulSoup(read(desk), "html.parser").select_one(".work__line--settings")
    assert page
    found = page.get_text()
    assert [what for what in said if what not in found] == []
    assert "Surveys:" in found
    assert re.search(r"Checked on 2 March \d\d:00\.", found)
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "product.yaml").write_bytes(SHIPPED.read_bytes())
    beforehand.check_up(house, NOW)
    assert "Surveys:" not in read(desk)


def test_a_domain_that_only_the_worker_found_stands_there_too(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page looks at the newest deals only."""
    kloof = app.extensions["kloof.settings"]
    for number in range(1, 13):
        sell(kloof, line(number, customer_email=f"c{number}@works.example"), now=NOW)
    for number in range(20, 32):
        sell(kloof, line(number, customer_email=f"c{number}@d{number}.example"), now=NOW)
    for place in ("beforehand", "today"):
        monkeypatch.setattr(f"kloof.actions.{place}.LOOKED_AT", 12)
    assert "works.example" not in read(desk)
    beforehand.check_up(kloof, NOW)
    assert "customers at works.example" in read(desk)


def test_what_was_lost_names_a_draw_and_deals_that_were_called_off(app: Flask, desk: FlaskClient) -> None:
    a_company_at_every_step(app)
    assert re.search(r"\d+ not asked \(1 at random, 1 cancelled\)", read(desk))


def test_a_company_with_nothing_yet_sees_four_steps_and_each_is_ticked_off(
    app: Flask, desk: FlaskClient, tmp_path: Path
) -> None:
    def done() -> list[str]:
        return re.findall(r"<h2>([^<]+?) <span class=\"tag", read(desk))

    assert done() == []
    assert "The last twelve weeks" not in read(desk)
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "product.yaml").write_bytes(SHIPPED.read_bytes())
    assert done() == ["A survey"]
    person("Sanne de Vries", Role.SALESPERSON)
    assert done() == ["A survey", "Your salespeople"]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', read(desk, "/desk/mail"))
    assert token
    desk.post("/desk/mail/test", data={"csrf_token": token[1], "address": "noor@company.example"})
    assert done() == ["A survey", "Your salespeople", "A test mail"]
    sell(app.extensions["kloof.settings"], line(1, sold_on=NOW.date()), now=NOW)
    assert done() == []
    assert "The last twelve weeks" in read(desk)


def test_the_worst_comes_first_and_what_is_not_there_has_no_line() -> None:
    found = worst_first(
        [WorkLine(WorkKind.LETTERS, 2), WorkLine(WorkKind.HELD, 0), WorkLine(WorkKind.MAIL_LATE)]
    )
    assert [line.kind for line in found] == [WorkKind.MAIL_LATE, WorkKind.LETTERS]


def test_the_page_takes_ten_queries_however_much_waits(app: Flask, desk: FlaskClient) -> None:
    a_company_at_every_step(app)
    Message.update(state="bounced").where(Message.id == 1).execute()
    Message.update(state="held").where(Message.id == 2).execute()
    with storage.counted_queries() as queries:
        assert desk.get("/desk").status_code == 200
    assert len(queries) <= 10


def every_link_and_form(page: str) -> set[str]:
    found = BeautifulSoup(page, "html.parser").select("main a[href], main form[action]")
    return {str(one.get("href") or one.get("action")) for one in found}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("kind", WorkKind)
def test_every_kind_of_work_has_its_words_and_buttons_that_lead_somewhere(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch, kind: WorkKind, count: int, language: str
) -> None:
    a_company_at_every_step(app)
    found = today(app.extensions["kloof.settings"], NOW)
    one_at_most = {"release_damaged", "clock_jumped", "server_refuses", "mail_late", "sending_paused",
                   "customers_refuse", "proposed"}  # fmt: skip
    line = WorkLine(kind, 1 if kind.value in one_at_most else count, NOW)
    monkeypatch.setattr("kloof.web.desk.today.today", lambda *_: dataclasses.replace(found, work=(line,)))
    answer = desk.get("/desk", headers={"Accept-Language": language})
    assert answer.status_code == 200
    adapter = app.url_map.bind("localhost")
    for address in every_link_and_form(answer.get_data(as_text=True)):
        path = address.partition("?")[0]
        assert adapter.test(path) or adapter.test(path, method="POST"), address


@pytest.mark.parametrize("step", FirstStep)
def test_every_first_step_leads_to_a_page_that_opens(app: Flask, desk: FlaskClient, step: FirstStep) -> None:
    with app.test_request_context():
        path = url_for(where(step))
    assert desk.get(path).status_code in {200, 503}, "503: where there is no survey file yet the page says so"
