"""/metrics counts requests and what there is, by a bounded number of names, and tells nothing about anybody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from cast.builders import NOW, deal, person, settings, signed_in_as
from instruments.handbook import SITE
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.mailing import last_worked
from kloof.storage.models import Deal
from kloof.web import create_app
from kloof.web.seen import metrics

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
TOKEN = "a-token-of-the-monitoring"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    metrics._looked.clear()
    yield
    metrics._looked.clear()


def read(client: FlaskClient, **headers: str) -> str:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def samples(text: str) -> Samples:
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def test_a_request_counts_under_the_template_of_its_route_with_its_status_and_time(
    client: FlaskClient,
) -> None:
    built = deal()
    client.get(f"/s/{built.tokens[Wave.SALE]}")
    client.get("/s/wrong")
    client.get("/nothing-here")
    client.open("/", method="BREW")
    found = samples(read(client))
    survey = "/s/<token>"
    assert value(found, "kloof_requests_total", route=survey, method="GET", status="302") == 1
    assert value(found, "kloof_requests_total", route=survey, method="GET", status="404") == 1
    assert value(found, "kloof_requests_total", route="none", method="GET", status="404") == 1
    assert value(found, "kloof_requests_total", route="none", method="other", status="405") == 1
    assert value(found, "kloof_request_seconds_count", route=survey) == 2
    assert value(found, "kloof_database_seconds_total", route=survey) > 0
    assert value(found, "kloof_database_seconds_total", route=survey) < value(
        found, "kloof_request_seconds_sum", route=survey
    )


def test_what_there_is_stands_beside_it(client: FlaskClient) -> None:
    deal()
    last_worked.note(NOW)
    found = samples(read(client))
    assert value(found, "kloof_database_up") == 1
    assert value(found, "kloof_worker_seen_timestamp_seconds") == NOW.timestamp()
    assert value(found, "kloof_answers", wave="sale") == 0
    assert {name for name, _ in found} >= {
        "kloof_mails",
        "kloof_outbox_oldest_due_seconds",
        "kloof_mail_paused",
        "kloof_mail_refused",
        "kloof_blocks",
        "kloof_releases_total",
    }


def test_no_token_no_name_no_address_and_no_number_of_a_deal_stands_in_it(
    app: Flask, client: FlaskClient
) -> None:
    built = deal()
    number = Deal.get_by_id(built.row).deal_id
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update(signed_in_as(person("Anouk Visser")))
    secrets = [*built.tokens.values(), *built.opt_out_tokens.values(), number, built.email, "Anouk", "anouk"]
    for path in (
        *(f"/s/{one}" for one in built.tokens.values()),
        f"/me/deals/{number}",
        f"/api/v1/deals/{number}",
    ):
        browser.get(path)
        browser.post(path)
    browser.get(f"/{secrets[0]}/{built.email}")
    browser.open(f"/s/{secrets[0]}", method=secrets[0].upper())
    text = read(client)
    assert [secret for secret in secrets if secret.lower() in text.lower()] == []
    assert "@" not in text


def test_however_many_addresses_are_tried_there_are_no_more_names_than_routes(client: FlaskClient) -> None:
    for number in range(30):
        client.get(f"/s/{number}")
        client.get(f"/made-up/{number}")
    routes = set(re.findall(r'route="([^"]*)"', read(client)))
    assert routes == {"/s/<token>", "none"}


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_without_a_token_only_this_machine_itself_gets_it(client: FlaskClient, header: str) -> None:
    read(client)
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.get("/metrics", environ_overrides=elsewhere).status_code == 404


@pytest.mark.parametrize("brought", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_with_a_token_only_who_brings_it_gets_it(database: str, tmp_path: Path, brought: str) -> None:
    app = create_app(settings(database, tmp_path, metrics_token=TOKEN), clock=lambda: NOW)
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    browser = app.test_client()
    assert browser.get("/metrics", headers={"Authorization": brought}).status_code == 404
    asked = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_overrides=elsewhere)
    assert asked.status_code == 200


def test_while_the_database_is_away_the_numbers_of_requests_are_still_told(
    database: str, client: FlaskClient
) -> None:
    storage.close_connection()
    file = Path(database.removeprefix("sqlite:///"))
    file.rename(file.with_name("away.db"))
    found = samples(read(client))
    assert value(found, "kloof_database_up") == 0
    assert ("kloof_blocks", frozenset()) not in found


def test_the_totals_are_counted_anew_after_a_while_only(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(client)
    with storage.counted_queries() as queries:
        read(client)
    assert queries == []
    monkeypatch.setattr(metrics, "FRESH", -1.0)
    with storage.counted_queries() as queries:
        read(client)
    assert 0 < len(queries) <= 10


def test_a_database_of_either_kind_is_waited_for_and_counted(either_database: str, tmp_path: Path) -> None:
    browser = create_app(settings(either_database, tmp_path), clock=lambda: NOW).test_client()
    browser.get("/s/wrong")
    found = samples(read(browser))
    assert value(found, "kloof_database_seconds_total", route="/s/<token>") > 0
    assert value(found, "kloof_database_up") == 1


def test_the_reference_lists_every_metric_with_its_kind_and_labels(client: FlaskClient) -> None:
    client.get("/")
    page = (SITE / "reference" / "watching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(kloof_\w+)` \| (\w+) \| ([^|]*)\|", page, re.MULTILINE)
    listed = {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    given = {}
    for family in text_string_to_metric_families(read(client)):
        labels = {label for one in family.samples for label in one.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        given[name] = (family.type, frozenset(labels))
    assert listed == given
