"""The desk loads files as companies have them: looked at first, mended in place, and told what it did."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast.builders import NOW, person, settings
from cast.uploads import form_of
from cast.workbooks import workbook
from kloof import storage
from kloof.actions import job_kinds
from kloof.actions import person_data as exporting
from kloof.actions.deals import upload_work
from kloof.actions.jobs.progress import Progress
from kloof.domain.access.people import Role
from kloof.domain.deals.files import REQUIRED, FileKind
from kloof.domain.deals.uploads import UploadState, packed, unpacked
from kloof.storage import jobs, person_data
from kloof.storage.deals import uploads
from kloof.storage.models import Customer, Deal, Message, Upload, UploadContents
from kloof.web.desk import files

pytestmark = pytest.mark.slow

Enter = Callable[[str, Role], FlaskClient]
ROOT = Path(__file__).parents[3]
HEADER = ",".join(REQUIRED)
GOOD = "X-1,Jan de Boer,jan@home.example,nl,sanne.de.vries@company.example,North,East,Heat pump,product,2026-02-25"


def line(number: int, **cells: str) -> str:
    values = dict(zip(REQUIRED, GOOD.split(","), strict=True))
    values |= {"deal_id": f"X-{number}", "customer_email": f"klant{number}@home.example"} | cells
    return ",".join(values.values())


def text(*lines: str) -> str:
    return "\n".join([HEADER, *lines, ""])


@pytest.fixture
def desk(app: Flask, signed_in: Enter, tmp_path: Path) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    (tmp_path / "surveys").mkdir()
    shipped = (ROOT / "surveys" / "product.yaml").read_text(encoding="utf-8")
    (tmp_path / "surveys" / "product.yaml").write_text(shipped, encoding="utf-8")
    person()
    browser = signed_in("Noor Desk", Role.DESK)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "nl"
    return browser


def send(
    desk: FlaskClient, content: str | bytes, name: str = "deals.csv", kind: str = "deals"
) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    return desk.post("/desk/files", **form_of(raw, name, kind=kind))


def sent(desk: FlaskClient, content: str | bytes, name: str = "deals.csv", kind: str = "deals") -> str:
    """The address of the page of this file."""
    answer = send(desk, content, name, kind)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def page(desk: FlaskClient, path: str) -> BeautifulSoup:
    answer = desk.get(path, follow_redirects=True)
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "html.parser")


def words(soup: BeautifulSoup | Tag) -> str:
    return " ".join(soup.get_text(" ").split())


def press(desk: FlaskClient, path: str, button: str, **filled: Any) -> TestResponse:
    """Fill in the form with this button as a browser would, and press it."""
    soup = page(desk, path)
    pressed = next(one for one in soup.find_all("button") if button in words(one))
    form = pressed.find_parent("form")
    data: dict[str, Any] = {}
    for field in form.find_all(["input", "select"]):
        kind, name = field.get("type"), field.get("name")
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            data[name] = chosen["value"]
        elif kind not in {"checkbox", "radio"} or field.has_attr("checked"):
            data[name] = field.get("value", "")
    if pressed.get("name"):
        data[pressed["name"]] = pressed.get("value", "")
    data |= filled
    return desk.post(pressed.get("formaction") or form["action"], data=data, follow_redirects=True)


def test_a_file_is_looked_at_first_mended_in_place_and_then_loaded(desk: FlaskClient) -> None:
    bad = line(3, language="nederlands", salesperson_email="niemand@company.example")
    path = sent(desk, text(line(1), line(2), bad))
    assert Deal.select().count() == 0
    soup = page(desk, path)
    assert "Lees 2 regels in" in words(soup)
    [row] = soup.select("table.mend tbody tr")
    named = [cell["data-label"] for cell in row.select("td[data-label]")]
    assert named[1:3] == ["Taal van de klant (nl of en)", "E-mail van de verkoper"], (
        "what is wrong stands first"
    )
    assert "Taal van de klant (nl of en): “nederlands” is geen taal van kloof. Schrijf nl of en." in words(
        row
    )
    assert "niemand@company.example" in words(row), "a wrong language hides the unknown salesperson no more"
    cells = {field["name"]: field["value"] for field in row.select("td.mend__bad input")}
    assert cells == {"cell-4-language": "nederlands", "cell-4-salesperson_email": "niemand@company.example"}
    assert [one["aria-invalid"] for one in row.select("td.mend__bad input")] == ["true", "true"]
    mended = {"cell-4-language": "nl", "cell-4-salesperson_email": "sanne.de.vries@company.example"}
    answer = press(desk, path, "Bewaar en controleer opnieuw", **mended).get_data(as_text=True)
    assert "Lees 3 regels in" in answer
    assert Deal.select().count() == 0, "to check is not to load"
    answer = press(desk, path, "Lees 3 regels in").get_data(as_text=True)
    assert "Ingelezen: 3 regels." in answer
    assert {row.deal_id for row in Deal.select()} == {"X-1", "X-2", "X-3"}
    assert UploadContents.select().count() == 0, "what was loaded is kept once"


def test_a_line_is_left_out_and_taken_back(desk: FlaskClient) -> None:
    path = sent(desk, text(line(1), line(2, language="de")))
    answer = press(desk, path, "Bewaar en", out="3").get_data(as_text=True)
    assert "Lees 1 regel in" in answer
    assert "Weggelaten" in answer
    assert "table--rows" not in answer, "nothing is left to mend"
    assert "(nl of en): “de”" in press(desk, path, "Zet weggelaten regels terug").get_data(as_text=True)
    press(desk, path, "Bewaar en", out="3")
    press(desk, path, "Lees 1 regel in")
    assert [row.deal_id for row in Deal.select()] == ["X-1"]


def downloaded(desk: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = desk.get(f"{path}/refused.csv")
    assert answer.mimetype == "text/csv"
    assert "deals-geweigerd.csv" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_what_stayed_behind_can_be_downloaded_mended_in_excel_and_sent_in_again(desk: FlaskClient) -> None:
    path = sent(desk, text(line(1), line(2, language="de"), line(3, product="=1+1", sold_on="2027-01-01")))
    before = downloaded(desk, path)
    press(desk, path, "Lees 1 regel in")
    rows = downloaded(desk, path)
    assert rows == before
    assert [row["deal_id"] for row in rows] == ["X-2", "X-3"]
    assert rows[0]["Waarom"] == "language: “de” is geen taal van kloof. Schrijf nl of en."
    assert "sold_on: 2027-01-01 ligt in de toekomst" in rows[1]["Waarom"]
    assert rows[1]["product"] == "'=1+1", "a spreadsheet runs nothing that a customer wrote"
    again = io.StringIO()
    writer = csv.DictWriter(again, rows[0].keys(), delimiter=";")
    writer.writeheader()
    writer.writerow(rows[0] | {"language": "en"})
    writer.writerow(rows[1] | {"sold_on": "2026-02-25"})
    path = sent(desk, again.getvalue())
    press(desk, path, "Lees 2 regels in")
    assert {row.deal_id: row.product for row in Deal.select()} == {
        "X-1": "Heat pump",
        "X-2": "Heat pump",
        "X-3": "=1+1",
    }


OWN = (
    "Ordernr.;Klant;E-mailadres;Verkoper e-mail;Vestiging;Gebied;Artikel;Verkocht op;Marge\r\n"
    "A/1;Müller;jan@home.example;sanne.de.vries@company.example;North;East;Heat pump;25-2-2026;12,5\r\n"
)
CHOSEN = {
    "column-deal_id": "0", "column-customer_name": "1", "column-customer_email": "2", "column-salesperson_email": "3",
    "column-team": "4", "column-region": "5", "column-product": "6", "column-sold_on": "7", "always-language": "nl",
    "always-survey": "product", "dates": "d-m-y", "ignore_others": "1",
}  # fmt: skip


def test_a_file_with_titles_of_its_own_is_explained_once_and_the_next_is_read_so(desk: FlaskClient) -> None:
    path = sent(desk, OWN.encode("cp1252"))
    soup = page(desk, path)
    assert "Welke kolom is wat?" in words(soup)
    sold = soup.find(id="column-sold_on")
    assert isinstance(sold, Tag)
    assert words(sold.find("option", selected=True)) == "Verkocht op (25-2-2026)"  # type: ignore[arg-type]
    assert not soup.select('input[name="dates"][checked]'), "how days are written is never guessed"
    assert "25-2-2026" in words(soup.find(id="dates"))  # type: ignore[arg-type]
    answer = press(desk, path, "Bestand controleren")
    assert answer.status_code == 422
    assert "Kies een kolom voor" in answer.get_data(as_text=True)
    answer = press(desk, path, "Bestand controleren", **CHOSEN).get_data(as_text=True)
    assert "Lees 1 regel in" in answer
    assert "Windows-1252" in answer
    press(desk, path, "Lees 1 regel in")
    deal = Deal.get()
    assert (deal.deal_id, deal.customer_name, str(deal.sold_on)) == ("A/1", "Müller", "2026-02-25")
    path = sent(desk, OWN.replace("A/1", "A/2"), "next.csv")
    assert "Lees 1 regel in" in words(page(desk, path)), "the second file asks nothing"
    assert "customer_name = &#34;Klant&#34;" in desk.get(f"{path}/columns").get_data(as_text=True)


def test_a_refusal_goes_by_the_title_of_the_file(desk: FlaskClient) -> None:
    path = sent(desk, OWN.replace("sanne.de", "niemand").replace("25-2-2026", "31-2-2026"))
    answer = press(desk, path, "Bestand controleren", **CHOSEN)
    shown = words(BeautifulSoup(answer.data, "html.parser"))
    assert "Verkocht op: “31-2-2026” is geen datum. Schrijf hem als 31-3-2026." in shown
    assert "Geen verkoper heeft het adres niemand.vries@company.example" in shown


def test_days_that_stand_first_are_not_taken_until_somebody_says_so(desk: FlaskClient) -> None:
    path = sent(desk, text(line(1, sold_on="25-2-2026")))
    assert "kloof gokt daar niet naar" in words(page(desk, path))
    assert "Kies hoe datums" in press(desk, f"{path}/columns", "Bestand controleren").get_data(as_text=True)
    answer = press(desk, f"{path}/columns", "Bestand controleren", dates="d-m-y").get_data(as_text=True)
    assert "Lees 1 regel in" in answer


def test_a_workbook_of_excel_goes_the_same_way(desk: FlaskClient) -> None:
    cells: list[Any] = [20260417, *line(1).split(",")[1:9], date(2026, 2, 25)]
    path = sent(desk, workbook({"Uitleg": [["Lees mij"]], "Deals": [REQUIRED, cells]}), "deals.xlsx")
    assert "Gelezen is: Deals." in words(page(desk, path))
    press(desk, path, "Lees 1 regel in")
    assert Deal.get().deal_id == "20260417"
    path = sent(
        desk, workbook({"B": [["deal_id", "delivered_on"], [20260417, NOW.date()]]}), "d.xlsx", "deliveries"
    )
    press(desk, path, "Lees 1 regel in")
    assert Deal.get().delivered_on == NOW.date()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"deal_id\n\x81\x8d\n", "geen UTF-8"),
        (f"Export\n{text(line(1))}", "Regel 2 lijkt de regel met kolomnamen"),
        (f'{HEADER}\n"X-1', "is niet als CSV te lezen"),
        (b"PK\x03\x04 no workbook", "Dit Excel-bestand kan niet worden gelezen"),
        (HEADER, "Dit bestand heeft geen regels onder de kolomnamen"),
        ("", "Dit bestand heeft geen regels onder de kolomnamen"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_field_and_kept_nowhere(
    desk: FlaskClient, content: str | bytes, says: str
) -> None:
    answer = send(desk, content)
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.data, "html.parser")
    assert says in words(soup.find(id="file-error"))  # type: ignore[arg-type]
    assert soup.find(id="file")["aria-invalid"] == "true"  # type: ignore[index]
    assert Upload.select().count() == 0


def test_the_history_says_what_each_file_did_and_who_sent_it(desk: FlaskClient) -> None:
    assert "Nog geen." in words(page(desk, "/desk/files"))
    path = sent(desk, text(line(1), line(2, language="de")))
    assert "Gecontroleerd, niet ingelezen" in words(page(desk, "/desk/files"))
    press(desk, path, "Lees 1 regel in")
    gone = sent(desk, text(line(4)), "weg.csv")
    press(desk, gone, "Bestand weggooien")
    table = page(desk, "/desk/files").select("tbody tr")
    assert [words(row) for row in table] == [
        "weg.csv Nieuwe deals 2 maart 11:00 Noor Desk Niet ingelezen – – – –",
        "deals.csv Nieuwe deals 2 maart 11:00 Noor Desk Ingelezen 1 0 0 1",
    ]
    assert "weg" in words(page(desk, gone))


def test_the_example_of_each_kind_opens_in_dutch_excel_and_its_deals_are_good_here(desk: FlaskClient) -> None:
    for kind in FileKind:
        answer = desk.get(f"/desk/files/example/{kind}.csv")
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert answer.data.count(b";") > 0
        path = sent(desk, answer.data, f"{kind}.csv", kind)
        says = words(page(desk, path))
        assert ("Lees 1 regel in" in says) == (kind is FileKind.DEALS), says
    assert desk.get("/desk/files/example/people.csv").status_code == 404


def test_what_a_file_holds_is_gone_after_a_day_or_with_an_erasure(desk: FlaskClient) -> None:
    path = sent(desk, text(line(1)))
    number = int(path.rpartition("/")[2])
    uploads.forget_old(NOW + timedelta(hours=23))
    assert uploads.contents(number)
    uploads.forget_old(NOW + timedelta(hours=25))
    assert uploads.contents(number) is None
    assert "Wat erin stond is weg" in words(page(desk, path))
    assert desk.post(f"{path}/load").status_code == 410
    assert desk.get(f"{path}/refused.csv").status_code == 410
    loaded, other = sent(desk, text(line(1), line(2, language="de"))), sent(desk, text(line(9)))
    press(desk, loaded, "Lees 1 regel in")
    with storage.transaction():
        person_data.erase(Customer.get().id, NOW)
    assert UploadContents.select().count() == 0
    assert {row.state for row in Upload.select()} == {"dropped", "loaded"}
    assert "Wat erin stond is weg" in words(page(desk, other))


def test_who_asks_for_their_data_gets_the_lines_of_files_too(
    desk: FlaskClient, database: str, tmp_path: Path
) -> None:
    path = sent(desk, text(line(1)))
    press(desk, path, "Lees 1 regel in")
    house, asked = settings(database, tmp_path), "klant1@home.example"
    assert exporting.export(house, asked, NOW)["files"] == []
    mine = line(7, customer_email="mailto:Klant1@Home.example", language="de")
    sent(desk, text(line(2), mine, line(1, customer_email="typo@home.example")), "next.csv")
    found = exporting.export(house, asked, NOW)["files"]
    assert [(one["file"], one["line"], one["cells"]["deal_id"]) for one in found] == [
        ("next.csv", 3, "X-7"),
        ("next.csv", 4, "X-1"),
    ]


def test_a_second_press_loads_nothing_twice_and_a_loaded_file_stays_as_it_is(desk: FlaskClient) -> None:
    path = sent(desk, text(line(1), line(2, language="de")))
    for _ in range(2):
        desk.post(f"{path}/load")
    desk.post(f"{path}/lines", data={"cell-3-language": "nl"})
    desk.post(f"{path}/drop")
    desk.post(f"{path}/check")
    assert (Deal.select().count(), Message.select().count()) == (1, 1)
    row = Upload.get()
    assert (row.state, row.created, row.refused) == ("loaded", 1, 1)


def test_nothing_but_lines_and_columns_of_the_file_can_be_mended(desk: FlaskClient) -> None:
    path = sent(desk, text(line(1, language="de")))
    desk.post(f"{path}/lines", data={"cell-2-salesperson": "x", "cell-7-team": "x", "cell-2-account": "Smit"})
    contents = uploads.contents(int(path.rpartition("/")[2]))
    assert contents
    assert contents.mended == {2: {"account": "Smit"}}
    for odd in ("cell-x-team", "cell-99999999999-team", "cell--team"):
        assert desk.post(f"{path}/lines", data={odd: "x"}).status_code == 404


def work(database: str, folder: Path) -> None:
    """What the worker does with the next job."""
    job = jobs.take("w", NOW, NOW + timedelta(minutes=2), 3)
    assert job
    with Progress(job.id, "w", lambda: NOW) as progress:
        result = job_kinds.WORK[job.kind](settings(database, folder), job, NOW, progress)
    assert jobs.end(job.id, "w", result, NOW)


def test_work_that_ends_while_its_page_is_made_is_shown_as_done(
    desk: FlaskClient, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sent(desk, text(*(line(at) for at in range(1, 602))))
    number = int(path.rpartition("/")[2])

    def page_begun_before() -> str:
        looks = [upload_work.found_upload(number)]
        monkeypatch.setattr(
            files, "found_upload", lambda at: looks.pop() if looks else upload_work.found_upload(at)
        )
        work(database, tmp_path)
        return words(page(desk, path))

    assert "Lees 601 regels in" in page_begun_before()
    press(desk, path, "Lees 601 regels in")
    assert "Ingelezen: 601 regels." in page_begun_before()


@pytest.mark.slow
def test_a_long_file_is_checked_and_loaded_by_the_worker_with_its_progress_on_the_page(
    desk: FlaskClient, app: Flask, tmp_path: Path, database: str
) -> None:
    path = sent(desk, text(*(line(at) for at in range(1, 602)), line(700, language="de")))
    number = int(path.rpartition("/")[2])

    def standing() -> UploadState:
        found = uploads.find(number)
        assert found
        return found.state

    soup = page(desk, path)
    assert soup.find("progress")
    assert standing() is UploadState.CHECKING
    work(database, tmp_path)
    assert "Lees 601 regels in" in words(page(desk, path))
    press(desk, path, "Lees 601 regels in")
    assert standing() is UploadState.LOADING
    assert page(desk, path).find("progress")
    assert Deal.select().count() == 0
    work(database, tmp_path)
    assert "Ingelezen: 601 regels. 1 bleef achter." in words(page(desk, path))
    assert Deal.select().count() == 601
    assert len(downloaded(desk, path)) == 1


def test_work_that_broke_off_goes_on_where_it_was_and_counts_each_line_once(
    desk: FlaskClient, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sent(desk, text(*(line(at) for at in range(1, 251)), line(700, language="de")))
    keep = uploads.keep_progress

    def killed(number: int, done: int, counts: Any) -> None:
        if done > 200:
            raise KeyboardInterrupt
        keep(number, done, counts)

    monkeypatch.setattr(upload_work.uploads, "keep_progress", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.post(f"{path}/load")
    monkeypatch.undo()
    assert Deal.select().count() == 200
    desk.post(f"{path}/load")
    assert Deal.select().count() == 200, "perhaps it still goes on"
    Upload.update(changed_at=NOW - timedelta(minutes=2)).execute()
    assert "Verder inlezen" in words(page(desk, path))
    desk.post(f"{path}/load")
    row = Upload.get()
    assert (row.state, row.created, row.unchanged, row.refused) == ("loaded", 250, 0, 1)


def test_a_page_of_a_file_asks_the_database_little_however_long_it_is(desk: FlaskClient) -> None:
    path = sent(desk, text(*(line(at, language="de") for at in range(1, 101))))
    with storage.counted_queries() as asked:
        soup = page(desk, f"{path}?page=2")
    assert len(asked) <= 10
    assert len(soup.select("table.mend tbody tr")) == 20
    assert "Bladzijde 2 van 5" in words(soup) or "2 van 5" in words(soup)
    with storage.counted_queries() as asked:
        page(desk, "/desk/files")
    assert len(asked) <= 10


def test_only_the_desk_may_send_a_large_file(desk: FlaskClient, app: Flask, signed_in: Enter) -> None:
    wide = text(*(line(at, product="x" * 190) for at in range(1, 1500)))
    assert len(wide) > 256 * 1024
    assert send(desk, wide).status_code == 303
    for other in (app.test_client(), signed_in("Sanne de Vries", Role.SALESPERSON)):
        assert send(other, wide).status_code == 413
    too_large = send(desk, b"x" * (21 * 1024 * 1024))
    assert too_large.status_code == 413
    assert "20.544 kB" in too_large.get_data(as_text=True)
    assert desk.post("/desk/files/1/lines", data={"cell-2-team": "x" * 300_000}).status_code == 413


def test_fifty_thousand_lines_are_the_most(desk: FlaskClient) -> None:
    lines = "\n".join(f"X-{at},2026-02-25" for at in range(50_001))
    answer = send(desk, f"deal_id,delivered_on\n{lines}\n", kind="deliveries")
    assert answer.status_code == 422
    assert "50001 regels" in re.sub(r"[.,](?=\d{3})", "", answer.get_data(as_text=True))


DUTCH = {
    text(line(1)).replace(",", ";").replace(";team", "").replace(";North", ""): "De kolom team ontbreekt",
    text(line(1, sold_on="1900-01-01")): "1900-01-01 is wat een programma schrijft",
    text(line(1, customer_email="jan..b@home.example")): "“jan..b@home.example” is geen e-mailadres",
    text(
        line(1, customer_email="josé@home.example")
    ): "heeft voor de @ letters die niet elke mailserver aanneemt",
    text(line(1, team="x" * 201)): "Team heeft 201 tekens, en er passen er hoogstens 200",
    text(
        line(1, salesperson_email="nobody@company.example")
    ): "Geen verkoper heeft het adres nobody@company.example",
    f"sep=;\n{text(line(1)).replace(',', ';')}": "Lees 1 regel in",
}


@pytest.mark.parametrize(("content", "says"), DUTCH.items(), ids=range(len(DUTCH)))
def test_a_dutch_desk_reads_in_dutch_what_is_wrong_with_a_file(
    desk: FlaskClient, content: str, says: str
) -> None:
    shown = words(page(desk, sent(desk, content)))
    assert says in shown
    assert not re.search(r"\b(is not|cannot|line \d|refused|Write it)\b", shown)


def test_the_page_says_before_loading_how_much_mail_would_go_out_when_and_about_which_sales(
    desk: FlaskClient,
) -> None:
    old, letter = line(2, sold_on="2025-01-02"), line(3, customer_email="", sold_on="2026-02-20")
    many = [line(number, customer_email="veel@home.example") for number in range(10, 30)]
    path = sent(desk, text(line(1), old, letter, *many))
    said = words(page(desk, path))
    assert "Mail die hieruit volgt" in said
    assert "6 mails, van 2 maart 2026 tot en met 1 april 2026." in said
    assert "1 brief." in said
    assert "Ze vragen naar verkopen van 20 februari 2026 tot en met 25 februari 2026." in said
    assert "15 eerste vragenlijsten gaan niet uit" in said
    assert "1 regel is van voor 1 januari 2026: die wordt bewaard als geschiedenis" in said
    press(desk, path, "Lees 23 regels in")
    assert "Mail die hieruit volgt" not in words(page(desk, path))


def test_a_file_that_was_checked_before_kloof_looked_ahead_still_shows_its_lines(desk: FlaskClient) -> None:
    path = sent(desk, text(line(1), line(3, language="nederlands")))
    row = UploadContents.get()
    before = unpacked(bytes(row.found))["refused"]
    UploadContents.update(found=packed(before)).execute()
    said = words(page(desk, path))
    assert "nederlands" in said
    assert "Mail die hieruit volgt" not in said
