"""The desk sees how far each group is, looks at the next release, and has it published; nobody else does."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cast import jobs, respondents
from cast.builders import NOW, settings
from kloof import storage
from kloof.actions import person_data
from kloof.actions.releases import site
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.study_arms import Arm
from kloof.publish.release_files import read_releases
from kloof.storage.models import AuditEntry, Block, Customer, Job, Pair

pytestmark = pytest.mark.slow

Enter = Callable[[str, Role], FlaskClient]
MOST_QUERIES = 10


@pytest.fixture(autouse=True)
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """How the pages of the site are built is tried elsewhere; here a preview is one page."""

    def render(house: Settings, docs: Path | None = None, target: Path | None = None) -> Path:
        built = target or house.built_site
        (built / "findings").mkdir(parents=True, exist_ok=True)
        (built / "index.html").write_text("<p>As the site shows it</p>", encoding="utf-8")
        if docs is None:
            for release in house.releases_folder.glob("[0-9]*"):
                (built / "findings" / "releases" / release.name).mkdir(parents=True, exist_ok=True)
        return built

    monkeypatch.setattr(site, "write", lambda *_: None)
    monkeypatch.setattr(site, "render", render)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    (tmp_path / "site" / "findings" / "releases").mkdir(parents=True)
    return settings(database, tmp_path)


@pytest.fixture
def noor(signed_in: Enter) -> FlaskClient:
    return signed_in("Noor Desk", Role.DESK)


def shown(desk: FlaskClient, language: str = "en", path: str = "/desk/releases") -> str:
    with storage.counted_queries() as queries:
        answer = desk.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert len(queries) <= MOST_QUERIES, queries
    main = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert main
    return " ".join(main.get_text(" ").split())


def press(desk: FlaskClient, label: str) -> TestResponse:
    """Press the button with this label, with what its form brings along."""
    page = BeautifulSoup(desk.get("/desk/releases", headers={"Accept-Language": "en"}).text, "html.parser")
    button = page.find("button", string=re.compile(re.escape(label)))
    assert button, page.select_one("main")
    form = button.find_parent("form")
    assert form
    fields = {str(one["name"]): str(one["value"]) for one in form.select("[name][value]")}
    return desk.post(str(form["action"]), data=fields, headers={"Accept-Language": "en"})


def does(desk: FlaskClient, house: Settings, label: str, days: int = 0) -> str:
    answer = press(desk, label)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/releases")
    jobs.done_here(house, NOW + timedelta(days=days))
    assert shown(desk, "nl") != shown(desk)
    return shown(desk)


def counted(house: Settings, desk: FlaskClient, language: str = "en") -> str:
    does(desk, house, "Count")
    return shown(desk, language)


def test_the_nearest_group_comes_first_with_what_is_missing(house: Settings, noor: FlaskClient) -> None:
    respondents.answered_deals(7)
    respondents.answered_deals(11, team="West", seed=2)
    respondents.answered_deals(14, team="South", sellers=respondents.SELLERS[:1], seed=1)
    words = counted(house, noor)
    rows = re.findall(r"Heat pump, East, (\w+)", words)
    assert rows == ["West", "North", "South"]
    assert "11 of 12 1 more customer" in words
    assert "7 of 12 5 more customers" in words
    assert "14, enough Other salespeople: there are too few" in words
    assert "Wider after 2 releases" in words


def test_who_told_one_side_only_is_named_as_that_and_as_no_pair(house: Settings, noor: FlaskClient) -> None:
    for number, arm in enumerate((Arm.NOT_ASKED, Arm.SKIPPED, Arm.LEFT)):
        respondents.alone(4 + number, arm, seed=number)
    words = counted(house, noor)
    for name in (
        "Not asked at sale, chosen at random",
        "Asked at sale and did not answer",
        "Did not answer after delivery",
    ):
        assert name in words
    assert words.count("One answer each, so no pairs") == 3
    assert "The whole company" not in words


def test_about_when_a_group_has_enough_is_said_where_pairs_come_in(
    house: Settings, noor: FlaskClient
) -> None:
    respondents.answered_deals(9)
    Pair.update(completed_at=NOW - timedelta(days=5)).execute()
    assert "Rond 1 april 2026" in counted(house, noor, "nl")
    Pair.update(completed_at=NOW - timedelta(days=100)).execute()
    assert "About" not in counted(house, noor)


def test_before_anybody_answered_the_page_says_what_will_be_here(house: Settings, noor: FlaskClient) -> None:
    words = shown(noor)
    assert "Here you will see, for each product and team" in words
    assert "Nothing is published yet." in words


def test_from_answers_to_a_release_without_a_shell(house: Settings, noor: FlaskClient) -> None:
    respondents.answered_deals(24)
    assert "1 group can close" in counted(house, noor) or "2 groups can close" in shown(noor)
    words = does(noor, house, "Close what can close")
    assert "with 24 customers." in words
    assert "Release 1 can be made" in words
    words = does(noor, house, "Make a preview")
    assert "Release 1 is ready to be looked at" in words
    assert "Proposed by Noor Desk" in words
    assert "New customers 24" in words
    with noor.get("/desk/releases/preview/") as answer:
        assert answer.text == "<p>As the site shows it</p>"
    words = does(noor, house, "Publish release 1", days=1)
    assert "Release 1 is out. The site does not show it yet." in words
    assert "Release 1 3 March 2026 Noor Desk nobody Not yet" in words
    assert noor.get("/desk/releases/preview/").status_code == 404
    words = does(noor, house, "Build the site", days=1)
    assert "The site is built" in words
    assert "Release 1 3 March 2026 Noor Desk nobody Read it" in words
    assert [row.what for row in AuditEntry.select().where(AuditEntry.hand == "person")][-4:] == [
        "frozen",
        "release_proposed",
        "published",
        "site_built",
    ]


@pytest.fixture
def with_two(house: Settings, noor: FlaskClient) -> Settings:
    two = house.model_copy(update={"publishing": house.publishing.model_copy(update={"approvals": 2})})
    noor.application.extensions["kloof.settings"] = two
    return two


def test_with_two_approvals_somebody_else_approves(
    with_two: Settings, noor: FlaskClient, signed_in: Enter
) -> None:
    respondents.answered_deals(24)
    counted(with_two, noor)
    does(noor, with_two, "Close what can close")
    words = does(noor, with_two, "Make a preview")
    assert "Somebody else at the desk has to approve it" in words
    assert "I approve it" not in words
    assert "Publish release" not in words
    anouk = signed_in("Anouk Desk", Role.DESK)
    assert "Publish release" not in shown(anouk)
    press(anouk, "I approve it")
    assert "Approved By Anouk Desk" in shown(noor)
    words = does(noor, with_two, "Publish release 1")
    assert "Noor Desk Anouk Desk" in words
    assert len(read_releases(with_two.releases_folder)) == 1


def test_an_erasure_takes_the_approval_and_the_page_says_so(
    with_two: Settings, noor: FlaskClient, signed_in: Enter
) -> None:
    respondents.answered_deals(24)
    counted(with_two, noor)
    does(noor, with_two, "Close what can close")
    does(noor, with_two, "Make a preview")
    anouk = signed_in("Anouk Desk", Role.DESK)
    assert press(anouk, "I approve it").status_code == 303
    digest = re.search(r'name="digest" value="(\w+)"', noor.get("/desk/releases").text)
    assert digest
    person_data.erase(with_two, str(Customer.select().first().email), NOW)
    words = shown(noor)
    assert "Something changed since release 1 was proposed" in words
    assert "Publish release" not in words
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', noor.get("/desk/releases").text)
    assert token
    fields = {"work": "publish", "digest": digest[1], "csrf_token": token[1]}
    answer = noor.post("/desk/releases", data=fields)
    assert answer.status_code == 409
    assert not Job.select().where(Job.kind == "publish").exists()


def test_a_page_that_waits_for_the_worker_offers_nothing_twice(house: Settings, noor: FlaskClient) -> None:
    respondents.answered_deals(24)
    counted(house, noor)
    press(noor, "Close what can close")
    page = noor.get("/desk/releases", headers={"Accept-Language": "en"}).text
    assert "Close what can close" not in page
    assert "data-open" in page
    assert 'http-equiv="refresh"' in page
    jobs.done_here(house, NOW)
    assert 'http-equiv="refresh"' not in noor.get("/desk/releases").text
    assert Block.select().count() > 0


def test_what_was_refused_stands_there_with_why(house: Settings, noor: FlaskClient) -> None:
    (house.releases_folder / "0001").mkdir()
    respondents.answered_deals(24)
    words = does(noor, house, "Count")
    assert "The published figures cannot be read" in words


def test_the_preview_is_for_the_desk_and_for_no_search_engine(
    house: Settings, noor: FlaskClient, signed_in: Enter, client: FlaskClient
) -> None:
    respondents.answered_deals(24)
    counted(house, noor)
    does(noor, house, "Close what can close")
    does(noor, house, "Make a preview")
    with noor.get("/desk/releases/preview/") as answer:
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store, private"
    for path in ("", "index.html", "findings/", "../../kloof.toml", "..%2f..%2fkloof.toml"):
        for visitor in (client, signed_in("Sanne", Role.SALESPERSON), signed_in("Joris", Role.LEAD)):
            assert visitor.get(f"/desk/releases/preview/{path}").status_code in {302, 303, 404}
    assert noor.get("/desk/releases/preview/../kloof.db").status_code == 404
    assert client.get("/findings/").status_code == 404, "nothing of it is on the public site"


def test_of_many_groups_the_nearest_ten_stand_open_and_the_others_folded(
    house: Settings, noor: FlaskClient
) -> None:
    for number in range(13):
        respondents.answered_deals(1 if number else 3, team=f"Team {number}", seed=number)
    counted(house, noor)
    page = BeautifulSoup(noor.get("/desk/releases", headers={"Accept-Language": "en"}).text, "html.parser")
    folded = page.select_one("#groups ~ details")
    assert folded
    summary = folded.select_one("summary")
    assert summary
    assert "3 more groups, which are further away" in summary.get_text()
    assert len(folded.select("tbody tr")) == 3
    names = [row.get_text() for row in page.select("tbody tr th")]
    assert len(names) == len(set(names)) == 13
    assert "Team 0" in names[0], "the nearest"


def test_the_page_of_before_leads_here(noor: FlaskClient) -> None:
    answer = noor.get("/desk/waiting")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/desk/releases")


def test_what_the_worker_counted_holds_no_answer(house: Settings, noor: FlaskClient) -> None:
    respondents.answered_deals(9)
    counted(house, noor)
    (job,) = Job.select().where(Job.kind == "look")
    assert set(re.findall(r'"(\w+)":', job.outcome)) == {
        "result", "least", "closing", "blocks", "pairs", "fresh", "gone", "groups", "survey", "version", "arm",
        "product", "region", "team", "customers", "reason", "short_of", "wider_after", "closes",
    }  # fmt: skip


def test_the_page_says_when_the_worker_does_not_come(house: Settings, noor: FlaskClient, app: object) -> None:
    respondents.answered_deals(9)
    press(noor, "Count")
    Job.update(asked_at=NOW - timedelta(minutes=5)).execute()
    assert "whether kloof worker is running" in shown(noor)
