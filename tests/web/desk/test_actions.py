"""The desk keeps what the company does about its findings; nobody else does."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import settings
from cast.made_site import chained, put_releases
from cast.synthetic import Firm
from kloof import storage
from kloof.actions.releases import company_actions
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.domain.jobs.jobs import JobKind
from kloof.publish.company_actions import read_actions
from kloof.storage import jobs
from kloof.storage.models import AuditEntry

Enter = Callable[[str, Role], FlaskClient]
DOCUMENTS = chained(Firm(releases=3, aspects=2).documents())
BEGAN = DOCUMENTS[0].published_on
ENGLISH = {"Accept-Language": "en"}
FORM = {
    "title": "The planner calls",
    "what": "Every customer.\n\nA week ahead.",
    "about": '["installation", "lead-time"]',
    "group": '["company", "", "", ""]',
    "owner": "Head of planning",
    "started_on": BEGAN.isoformat(),
    "ended_on": "",
}


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[Settings]:
    put_releases(tmp_path, DOCUMENTS)
    yield settings(database, tmp_path)
    company_actions._documents.cache_clear()


@pytest.fixture
def noor(app: Flask, house: Settings, signed_in: Enter) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in("Noor Desk", Role.DESK)


def main(desk: FlaskClient, path: str = "/desk/actions", language: str = "en") -> str:
    with storage.counted_queries() as queries:
        answer = desk.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert len(queries) <= 10, queries
    found = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert found
    return " ".join(found.get_text(" ").split())


def noted() -> list[str]:
    return [row.what for row in AuditEntry.select().order_by(AuditEntry.id) if row.what.startswith("action_")]


def test_from_adding_to_removing_each_step_is_noted_and_asks_for_the_site(
    noor: FlaskClient, house: Settings
) -> None:
    assert "Nothing is noted yet." in main(noor)
    answer = noor.post("/desk/actions/add", data=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/actions?done=added")
    assert JobKind.BUILD in jobs.latest([JobKind.BUILD])
    words = main(noor)
    assert "The planner calls" in words
    assert "Head of planning" in words
    assert "Since, new customers only" in words
    assert "These figures do not show why." in words
    assert "Loopt nu" in main(noor, language="nl")

    (kept,) = company_actions.listed(house)
    path = f"/desk/actions/{kept.action.id}"
    page = BeautifulSoup(noor.get(path, headers=ENGLISH).text, "html.parser")
    stands = {str(one["name"]): one.get("value", "") for one in page.select("input[name]:not([type=hidden])")}
    assert stands == {name: FORM[name] for name in ("title", "owner", "started_on", "ended_on")}
    assert [one["value"] for one in page.select("option[selected]")] == [FORM["about"], FORM["group"]]

    changed = FORM | {"title": "The planner calls twice", "ended_on": (BEGAN + timedelta(days=9)).isoformat()}
    assert noor.post(path, data=changed).status_code == 303
    assert "Ended" in main(noor)
    assert noor.post(path, data=FORM).status_code == 303
    assert noor.post(f"{path}/end").status_code == 303
    (kept,) = company_actions.listed(house)
    assert kept.action.ended_on

    findings = house.releases_folder.parent
    company_actions.put_beside_releases(house, findings)
    assert [one.title for one in read_actions(findings)] == ["The planner calls"]
    assert noor.post(f"{path}/remove").status_code == 303
    company_actions.put_beside_releases(house, findings)
    assert read_actions(findings) == ()
    assert noor.get(path).status_code == 404
    assert noted() == [
        "action_added", "action_changed", "action_changed", "action_ended", "action_removed"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"started_on": "soon"}, "started_on"),
        ({"ended_on": "2020-01-01"}, "ended_on"),
        ({"group": '["product", "Nothing", "", ""]'}, "group"),
        ({"about": "nonsense"}, "about"),
        ({"what": "x" * 2001}, "what"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_in_the_title_and_nothing_is_kept(
    noor: FlaskClient, house: Settings, wrong: dict[str, str], field: str
) -> None:
    answer = noor.post("/desk/actions/add", data=FORM | wrong, headers=ENGLISH)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.title
    assert page.title.get_text().startswith("Error: ")
    summary = page.select_one("main .error-summary[autofocus]")
    assert summary
    assert [link["href"] for link in summary.select("a")] == [f"#{field}"]
    assert page.select_one(f"#{field}[aria-invalid=true]")
    assert page.select_one(f"#e-{field}")
    assert company_actions.listed(house) == ()
    assert noted() == []


def test_only_groups_and_aspects_that_a_release_shows_can_be_chosen(noor: FlaskClient) -> None:
    page = BeautifulSoup(noor.get("/desk/actions/add", headers=ENGLISH).text, "html.parser")
    offered = [one.get_text() for one in page.select("#group option")]
    assert offered[0] == "The whole company"
    assert len(offered) == len({(c.level, c.product, c.region, c.team) for c in DOCUMENTS[-1].cells})
    assert [one.get_text() for one in page.select("#about option")] == ["Lead time", "Price as agreed"]


def test_before_the_first_release_there_is_nothing_to_act_on(signed_in: Enter) -> None:
    assert "There is no release yet." in main(signed_in("Noor Desk", Role.DESK))


def test_a_number_that_is_none_leads_to_a_page_that_says_so(noor: FlaskClient) -> None:
    for number in ("0", "99", "x", "9" * 12):
        answer = noor.get(f"/desk/actions/{number}", headers=ENGLISH)
        assert answer.status_code == 404
        assert "This action is not there" in answer.text
    assert noor.post("/desk/actions/7/end").status_code == 404
