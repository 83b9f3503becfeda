"""The addresses for machines are told apart: that the process lives, that visitors may come, that the worker works."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import NOW, settings
from cast.selling import line, sell
from kloof import storage
from kloof.storage import faults, soundness
from kloof.storage.mailing import last_worked
from kloof.web import create_app

LONG_AGO = NOW - timedelta(days=3)


def test_that_the_process_lives_is_said_without_asking_the_database(client: FlaskClient) -> None:
    with storage.counted_queries() as queries:
        assert client.get("/healthz").get_json() == {"status": "ok"}
    assert queries == []


def test_where_all_is_well_every_address_says_so(client: FlaskClient) -> None:
    last_worked.note(NOW)
    ready, works = client.get("/readyz"), client.get("/workz")
    assert (ready.status_code, works.status_code) == (200, 200)
    assert (ready.get_json()["ready"], ready.get_json()["reasons"]) == (True, [])
    assert ready.get_json()["worker"] == works.get_json()


def test_late_mail_and_a_silent_worker_take_no_host_out_of_service(app: Flask, client: FlaskClient) -> None:
    sell(app.extensions["kloof.settings"], line(1, sold_on=LONG_AGO.date()), now=LONG_AGO)
    last_worked.note(LONG_AGO)
    ready, works = client.get("/readyz"), client.get("/workz")
    assert (ready.status_code, ready.get_json()["reasons"]) == (200, [])
    assert ready.get_json()["worker"]["reasons"] == ["worker_silent", "mail_late"]
    assert (works.status_code, works.get_json()["reasons"]) == (503, ["worker_silent", "mail_late"])


@pytest.mark.parametrize(
    ("ago", "is_silent"), [(timedelta(minutes=29), False), (timedelta(minutes=31), True)]
)
def test_a_worker_is_silent_when_it_was_not_seen_for_as_long_as_mail_may_be_late(
    client: FlaskClient, ago: timedelta, is_silent: bool
) -> None:
    last_worked.note(NOW - ago)
    assert ("worker_silent" in client.get("/workz").get_json()["reasons"]) == is_silent


def test_every_reason_is_said_at_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(refusal: Exception) -> Any:
        def look(*_: object) -> None:
            raise refusal

        return look

    torn, full = faults.damaged("kloof.db", "torn"), faults.full("kloof.db", "no room")
    monkeypatch.setattr(soundness, "refuse_unless_writable", refuses(full))
    monkeypatch.setattr("kloof.actions.health.refuse_unless_it_fits", refuses(faults.unfit("it")))
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["reason"]) == (503, ready.get_json()["reasons"][0])
    assert ready.get_json()["reasons"] == [faults.unfit("it").reason.value, "disk_full"]
    monkeypatch.setattr(soundness, "refuse_unless_whole_as_far_as_known", refuses(torn))
    assert "database_damaged" in client.get("/readyz").get_json()["reasons"]
    assert client.get("/healthz").status_code == 200


def test_machines_learn_it_with_few_statements_on_either_database(
    either_database: str, tmp_path: Any
) -> None:
    """The limit of every page holds here too; `few_queries` keeps it."""
    last_worked.note(NOW)
    storage.close_database()
    browser = create_app(settings(either_database, tmp_path), clock=lambda: NOW).test_client()
    assert [browser.get(path).status_code for path in ("/readyz", "/workz")] == [200, 200]
